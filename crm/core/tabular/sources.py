"""Exports of known services, told by the words of their columns."""

from collections.abc import Sequence


def recognise_source(labels: Sequence[str], title: str = "") -> str | None:
    """Return whose export a table is: qcc (企查查), tyc (天眼查), qxb (启信宝), aqc (爱企查), fair (展商名录); None if unknown."""
    return None
