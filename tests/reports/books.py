"""What a workbook says."""

import io
from typing import Any

import openpyxl


def sheets_of(data: bytes) -> dict[str, list[list[Any]]]:
    """The sheets of a workbook by name: rows of values, the title first."""
    opened = openpyxl.load_workbook(io.BytesIO(data))
    return {one.title: [[cell.value for cell in row] for row in one.iter_rows()] for one in opened}
