"""Files made to hurt: each is answered in time, within the memory of the server, with a reason."""

import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from crm.kit.sheets import LIMITS, Limits, Refused, read
from tests.kit import hostile_files as hostile
from tests.kit import old_workbook

MB = 1024 * 1024
XXE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {b} "&{a};&{a};&{a};&{a};&{a};&{a};&{a};&{a};">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
LONG_STRING = f"<sst><si><t>{'长' * 30_000}</t></si></sst>"
MERGES = "<mergeCells>" + "".join(f'<mergeCell ref="A1:GR{n}"/>' for n in range(40_000, 50_000)) + "</mergeCells>"

FILES = {
    "bomb": lambda: hostile.workbook(hostile.bomb(1_200)),
    "bomb that lies": lambda: hostile.understated(hostile.workbook(hostile.bomb(900)), b"xl/worksheets/sheet1.xml", 5_000),
    "bomb in another part": lambda: hostile.workbook(hostile.cell_at("A1"), {"xl/sharedStrings.xml": " " * (400 * MB)}),
    "many parts": lambda: hostile.workbook(hostile.cell_at("A1"), {f"xl/media/{n}.txt": "" for n in range(3_000)}),
    "far cell": lambda: hostile.workbook(hostile.cell_at("XFD1048576")),
    "two far cells": lambda: hostile.workbook(hostile.cell_at("A1").replace("</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')),
    "far cell without a place": lambda: hostile.workbook(f'{hostile.SHEET_START}<row r="1048576"><c><v>1</v></c></row>{hostile.SHEET_END}'),
    "far cell in another row": lambda: hostile.workbook(f'{hostile.SHEET_START}<row r="1"><c r="A1"><v>1</v></c><c r="B999999"><v>1</v></c></row>{hostile.SHEET_END}'),
    "cell beyond any sheet": lambda: hostile.workbook(hostile.cell_at("ZZZZ99999999")),
    "negative row": lambda: hostile.workbook(f'{hostile.SHEET_START}<row r="-5"><c><v>1</v></c></row>{hostile.SHEET_END}'),
    "outside entity": lambda: hostile.workbook(XXE + hostile.cell_at("A1", "&x;")),
    "a billion laughs": lambda: hostile.workbook(hostile.cell_at("A1"), {"xl/sharedStrings.xml": LAUGHS + "<sst><si><t>&i;</t></si></sst>"}),
    "entity in UTF-16": lambda: hostile.workbook(hostile.cell_at("A1"), {"xl/sharedStrings.xml": (XXE + "<sst/>").replace("1.0\"", "1.0\" encoding=\"utf-16\"").encode("utf-16")}),
    "entity in a part of another name": lambda: hostile.workbook(hostile.cell_at("A1"), {"docProps/app.bin": XXE + "<a/>"}),
    "300 columns": lambda: hostile.workbook(hostile.cells(10, 300)),
    "60,000 rows": lambda: hostile.workbook(hostile.cells(60_000, 3)),
    "ten million cells": lambda: hostile.workbook(hostile.cells(50_000, 200)),
    "merged over everything": lambda: hostile.workbook(hostile.cell_at("A1").replace("</sheetData>", '<row r="50000"><c r="GR50000"><v>1</v></c></row></sheetData>' + MERGES)),
    "one long text, a million times": lambda: hostile.workbook(hostile.cells(5_000, 200, '<c t="s"><v>0</v></c>'), {"xl/sharedStrings.xml": LONG_STRING}),
    "truncated": lambda: hostile.workbook(hostile.cell_at("A1"))[:-40],
    "half a sheet": lambda: hostile.workbook(hostile.SHEET_START + '<row r="1"><c r="A1"><v>1'),
    "the same part twice": lambda: hostile.workbook(hostile.cell_at("A1"), {"XL/worksheets/SHEET1.xml": hostile.cell_at("XFD1048576")}),
    "no sheet": lambda: hostile.workbook(hostile.cell_at("A1"), {"xl/workbook.xml": "<workbook><sheets/></workbook>"}),
    "blank sheet": lambda: hostile.workbook(hostile.SHEET_START + hostile.SHEET_END),
    "nothing": lambda: b"",
    "blank text": lambda: b" \r\n\t\n",
    "html": lambda: "<html><body><table><tr><td>企业名称</td></tr></table></body></html>".encode(),
    "html with a mark": lambda: "\ufeff<!DOCTYPE html><table>".encode(),
    "xml table": lambda: b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
    "mail": lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n",
    "png": lambda: b"\x89PNG\r\n\x1a\n" + bytes(100),
    "pdf": lambda: b"%PDF-1.7\n1 0 obj",
    "program": lambda: b"MZ\x90\0\x03" + bytes(100),
    "noise": lambda: bytes(range(256)) * 40,
    "encrypted": lambda: old_workbook.compound({"EncryptedPackage": b"x" * 5_000, "EncryptionInfo": b"y"}),
    "encrypted of old": lambda: old_workbook.workbook({"一": [["x"]]}, password=True),
    "far cell of old": lambda: old_workbook.workbook({"一": [["x"]]}, far=True),
    "old document": lambda: old_workbook.compound({"WordDocument": b"x" * 5_000}),
    "old workbook, broken": lambda: old_workbook.compound({"Workbook": b"\xff" * 9_000}),
    "another office file": lambda: hostile.workbook(hostile.cell_at("A1")).replace(b"xl/workbook.xml", b"xl/workbook.bin"),
    "too big": lambda: b"a,b\n" * (6 * MB),
    "all commas": lambda: b"," * (19 * MB),
    "all line ends": lambda: b"a\n" + b"\n" * (19 * MB),
    "a line without end": lambda: "湖北".encode("gb18030") * (4 * MB),
    "far rows of text": lambda: b"a,b\n" * 51_000,
    "open quotation": lambda: b'a,b\n"' + b"a,b\n" * (3 * MB),
}  # fmt: skip
REASONS = {
    "bomb": "bomb",
    "bomb that lies": "broken",
    "bomb in another part": "bomb",
    "many parts": "bomb",
    "far cell": "far_cell",
    "two far cells": "far_cell",
    "far cell without a place": "far_cell",
    "far cell in another row": "far_cell",
    "cell beyond any sheet": "broken",
    "negative row": "broken",
    "outside entity": "doctype",
    "a billion laughs": "doctype",
    "entity in UTF-16": "doctype",
    "entity in a part of another name": "doctype",
    "300 columns": "too_many_columns",
    "60,000 rows": "too_many_rows",
    "ten million cells": "too_many_cells",
    "merged over everything": "too_many_cells",
    "one long text, a million times": "memory",
    "truncated": "broken",
    "half a sheet": "broken",
    "the same part twice": "broken",
    "no sheet": "empty",
    "blank sheet": "empty",
    "nothing": "empty",
    "blank text": "empty",
    "html": "not_a_table",
    "html with a mark": "not_a_table",
    "xml table": "not_a_table",
    "mail": "not_a_table",
    "png": "not_a_table",
    "pdf": "not_a_table",
    "program": "not_a_table",
    "noise": "not_a_table",
    "encrypted": "encrypted",
    "encrypted of old": "encrypted",
    "far cell of old": "memory",
    "old document": "not_a_table",
    "old workbook, broken": "broken",
    "another office file": "not_a_table",
    "too big": "too_big",
    "all commas": "cell_too_long",
    "all line ends": "one row",
    "a line without end": "cell_too_long",
    "far rows of text": "too_many_rows",
    "open quotation": "too_many_rows",
}
KINDS = {
    "html": "html",
    "html with a mark": "html",
    "xml table": "xml",
    "mail": "mail",
    "png": "png",
    "pdf": "pdf",
    "program": "program",
    "noise": "binary",
    "old document": "doc",
    "another office file": "xlsb",
}


def own_memory() -> int:
    """The memory this process holds now, in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


class Peak:
    """The most memory this process held while the block ran, looked at every 10 ms."""

    def __enter__(self) -> "Peak":
        self.start = self.most = own_memory()
        self.over = threading.Event()
        self.watch = threading.Thread(target=self._look)
        self.watch.start()
        return self

    def _look(self) -> None:
        while not self.over.wait(0.01):
            self.most = max(self.most, own_memory())

    def __exit__(self, *told: object) -> None:
        self.over.set()
        self.watch.join()
        self.grown = self.most - self.start


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_answered_in_time_and_costs_the_server_little(tmp_path, name):
    path = tmp_path / "名录.xlsx"
    path.write_bytes(FILES[name]())
    with Peak() as peak:
        try:
            reason = "one row" if len(read(path, "名录.xlsx").sheets[0].rows) == 1 else "read"
        except Refused as refused:
            reason, facts = refused.code, refused.facts
            assert facts.get("real_kind") == KINDS.get(name)

    assert reason == REASONS[name]
    assert peak.grown < 200 * MB


@pytest.mark.soak
def test_the_largest_file_that_is_read_costs_the_server_little(tmp_path):
    path = tmp_path / "大.xlsx"
    rows = LIMITS.cells // 30
    sheet = (
        piece.replace("<v>1</v>", f"<is><t>湖北黄石第{number}号文字</t></is>")
        for number, piece in enumerate(hostile.cells(rows, 30, '<c t="inlineStr"><v>1</v></c>'))
    )
    path.write_bytes(hostile.workbook(sheet))
    with Peak() as peak:
        book = read(path, "大.xlsx")

    assert len(book.sheets[0].rows) == rows
    assert peak.grown < 200 * MB


def test_the_reading_process_keeps_to_its_memory(tmp_path):
    path = tmp_path / "大.csv"
    path.write_bytes("湖北,黄石,12345,文字\n".encode() * 600_000)

    with pytest.raises(Refused) as caught:
        read(path, "大.csv", limits=Limits(memory_mb=60))

    assert caught.value.code == "memory"


def test_the_reading_process_is_ended_when_it_takes_too_long(tmp_path):
    path = tmp_path / "大.xlsx"
    path.write_bytes(hostile.workbook(hostile.cells(40_000, 20)))
    started = time.monotonic()

    with pytest.raises(Refused) as caught:
        read(path, "大.xlsx", limits=Limits(seconds=0.2))

    assert caught.value.code == "timeout"
    assert time.monotonic() - started < 5
    assert subprocess.run(["pgrep", "-P", str(os.getpid()), "-f", "sheets.worker"], check=False).returncode == 1


def test_a_third_file_at_once_is_asked_to_wait(tmp_path):
    path = tmp_path / "大.xlsx"
    path.write_bytes(hostile.workbook(hostile.cells(45_000, 25)))
    codes = []

    def one() -> None:
        try:
            read(path, "大.xlsx", limits=Limits(seconds=6))
        except Refused as refused:
            codes.append(refused.code)
        else:
            codes.append("read")

    threads = [threading.Thread(target=one) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert "busy" in codes
    assert len(codes) == 5


def test_the_reading_process_loads_nothing_of_the_application():
    code = (
        "import sys, types; crm = types.ModuleType('crm'); crm.__path__ = [sys.argv[1]]; sys.modules['crm'] = crm; "
        "import crm.kit.sheets.worker; print(sorted(name for name in sys.modules if name in ('flask', 'sqlalchemy')))"
    )
    package = str(Path(__file__).resolve().parents[2] / "crm")
    done = subprocess.run([sys.executable, "-I", "-c", code, package], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


SOURCES = (
    hostile.workbook(hostile.cells(4, 4)),
    old_workbook.workbook({"一月": [["企业名称", 1.5, True], ["湖北甲有限公司"]]}, merged=[(0, 0, 1, 0)]),
    "企业名称,电话\n湖北甲有限公司,007\n".encode("utf-16"),
)


DAMAGE = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=6)
FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(st.sampled_from(SOURCES), DAMAGE)
@FEW
def test_a_damaged_file_is_read_or_refused(tmp_path, source, damage):
    check_damaged(tmp_path, source, damage)


@pytest.mark.soak
@given(st.sampled_from(SOURCES), DAMAGE)
@settings(FEW, max_examples=200)
def test_two_hundred_damaged_files_are_read_or_refused(tmp_path, source, damage):
    check_damaged(tmp_path, source, damage)


def check_damaged(tmp_path, source, damage):
    data = bytearray(source)
    for place, byte in damage:
        data[place % len(data)] = byte
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)

    try:
        book = read(path, "a.xlsx")
    except Refused as refused:
        event(refused.code)
    else:
        assert any(row for sheet in book.sheets for row in sheet.rows)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(Refused, match="broken"):
        read(tmp_path / "无.xlsx", "无.xlsx")
