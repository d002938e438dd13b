"""Reading from the server's side: a file goes to a process of its own, pasted text is read at once."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path

from crm.kit.sheets import delimited, magic, stream
from crm.kit.sheets.book import LIMITS, Book, Limits, Refused

_PACKAGE = Path(__file__).resolve().parents[2]
# The worker is a module of ours, but it needs nothing of the application: its package is named without being run.
_START = (
    "import sys, types; crm = types.ModuleType('crm'); crm.__path__ = [sys.argv[1]]; sys.modules['crm'] = crm; "
    "from crm.kit.sheets.worker import main; main(sys.argv[2:])"
)
PASTED = Limits(rows=5_000, cells=200_000, characters=2_000_000)
_AT_ONCE = 2
_WAIT = 1.5
_MB = 1024 * 1024
_places = threading.BoundedSemaphore(_AT_ONCE)
_OUT_OF_MEMORY = {-signal.SIGABRT, -signal.SIGKILL, -signal.SIGBUS}
_OUT_OF_TIME = {-signal.SIGXCPU}


def read(path: Path, file_name: str, *, encoding: str | None = None, limits: Limits = LIMITS) -> Book:
    """Read a workbook (xlsx, xls, et) or a text file (csv, tsv, txt) by its content; ``file_name`` only names its sheet.

    ``encoding`` is one of ENCODINGS, when a person has chosen; else it is told from the bytes. Parsing happens in a
    separate process with limits on memory and time, at most two at once in a server process. Raises ``Refused`` and
    nothing else for a bad file.
    """
    try:
        size = path.stat().st_size
    except OSError:
        raise Refused("broken") from None
    if size > limits.file_mb * _MB:
        raise Refused("too_big", limit_mb=limits.file_mb)
    if not _places.acquire(timeout=_WAIT):
        raise Refused("busy")
    try:
        return _through_worker(path, file_name, encoding, limits)
    finally:
        _places.release()


def read_text(pasted: str, limits: Limits = PASTED) -> Book:
    """Read pasted text: cells by tabs as Excel and WPS copy them, or CSV, or one name a line. Raises ``Refused``."""
    other = magic.markup(pasted)
    if other is not None:
        raise Refused("not_a_table", real_kind=other)
    sheet, delimiter = delimited.sheet(pasted, limits, "\t" if "\t" in pasted else None)
    return Book("tsv" if delimiter == "\t" else "csv" if delimiter else "text", [sheet], delimiter=delimiter)


def _through_worker(path: Path, file_name: str, encoding: str | None, limits: Limits) -> Book:
    command = [sys.executable, "-I", "-c", _START, str(_PACKAGE), str(path.resolve()), file_name, encoding or ""]
    with tempfile.TemporaryFile() as answer:
        worker = subprocess.Popen(
            [*command, json.dumps(asdict(limits))],
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            cwd=os.sep,
            close_fds=True,
        )
        try:
            code = worker.wait(limits.seconds)
        except subprocess.TimeoutExpired:
            raise Refused("timeout", seconds=limits.seconds) from None
        finally:
            if worker.poll() is None:
                worker.kill()
                worker.wait()
        if code in _OUT_OF_TIME:
            raise Refused("timeout", seconds=limits.seconds)
        if code in _OUT_OF_MEMORY:
            raise Refused("memory", limit_mb=limits.memory_mb)
        answer.seek(0)
        return stream.read(line.decode("ascii") for line in answer)
