"""Reading text off a picture: in a process of its own, with a Python of its own, one picture at a time, bounded in everything.

The extra (``make ocr``) is never needed: without it ``is_installed`` says no, and who offers recognition says so in words.
The process is started with nothing of our environment, and lets no connection out.
"""

import json
import os
import select
import struct
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import structlog
from flask import current_app

from crm.config import ROOT

log = structlog.get_logger("ocr")
CHILD = Path(__file__).with_name("child.py")
PARTS = ("rapidocr", "onnxruntime")
LONGEST_ANSWER = 4_000_000


@dataclass(frozen=True)
class Limits:
    """What one picture and one process may cost. Source: measurements in bench/README.md."""

    seconds: float = 30.0
    first_seconds: float = 60.0  # the models are loaded with the first picture
    pixels: int = 50_000_000
    memory_mb: int = 2_048  # address space of the process: beyond it, it fails instead of the machine
    resident_mb: int = 1_024  # more than this kept after a picture, and the process is begun anew
    pictures: int = 200  # for one process; memory of such engines is known to grow


class Failed(Exception):
    """A picture that was not read. ``code``: slow, ended (it ran out of memory or crashed), picture, engine."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Reading:
    """What was read. ``turn``: by how many degrees against the clock the picture was turned first; boxes are in the turned one."""

    width: int
    height: int
    turn: int
    lines: list[dict[str, Any]]
    seconds: float


def python() -> Path:
    """Return the Python that the extra was installed for."""
    return Path(str(current_app.config.get("OCR_PYTHON") or ROOT / ".venv-ocr" / "bin" / "python"))


def is_installed() -> bool:
    """Say whether the extra is there. Looks at files only: nothing is started."""
    where = python()
    packages = where.parent.parent / "lib"
    return where.exists() and all(any(packages.glob(f"python3*/site-packages/{part}")) for part in PARTS)


class Reader:
    """One process that reads pictures, begun when the first one comes."""

    def __init__(self, where: Path, models: str = "", limits: Limits | None = None) -> None:
        self.where, self.models, self.limits = where, models, limits or Limits()
        self.process: subprocess.Popen[bytes] | None = None
        self.read_so_far = 0

    def read(self, content: bytes, *, accurate: bool = False) -> Reading:
        """Return what stands on a picture (JPEG, PNG or WebP). Raises Failed; the next picture finds a process again."""
        began = time.monotonic()
        first = self.process is None or self.process.poll() is not None
        try:
            process = self._started()
        except OSError as error:
            raise Failed("engine") from error
        allowed = self.limits.first_seconds if first else self.limits.seconds
        try:
            answer = self._ask(process, content, accurate, began + allowed)
        except Failed as error:
            log.warning("picture not read", why=error.code, seconds=round(time.monotonic() - began, 1))
            self.close()
            raise
        self.read_so_far += 1
        if self.read_so_far >= self.limits.pictures or _resident_mb(process.pid) > self.limits.resident_mb:
            self.close()
        if "error" in answer:
            if answer.get("kind"):
                log.warning("engine stumbled", kind=str(answer["kind"]))
            raise Failed(str(answer["error"]))
        seconds = round(time.monotonic() - began, 2)
        return Reading(int(answer["width"]), int(answer["height"]), int(answer["turn"]), list(answer["lines"]), seconds)

    def close(self) -> None:
        """End the process."""
        process, self.process, self.read_so_far = self.process, None, 0
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        process.wait()

    def _started(self) -> "subprocess.Popen[bytes]":
        if self.process is None or self.process.poll() is not None:
            self.close()
            told = json.dumps(asdict(self.limits) | {"models": self.models})
            self.process = subprocess.Popen(
                [str(self.where), "-I", str(CHILD), told],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=tempfile.gettempdir(),
                env={"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": tempfile.gettempdir()},
            )
        return self.process

    def _ask(
        self, process: "subprocess.Popen[bytes]", content: bytes, accurate: bool, until: float
    ) -> Mapping[str, Any]:
        if process.stdin is None or process.stdout is None:
            raise Failed("ended")
        try:
            _write(process.stdin.fileno(), struct.pack(">?I", accurate, len(content)) + content, until)
            length = struct.unpack(">I", _exactly(process.stdout.fileno(), 4, until))[0]
            if length > LONGEST_ANSWER:
                raise Failed("engine")
            found = json.loads(_exactly(process.stdout.fileno(), length, until))
        except (OSError, ValueError) as error:
            raise Failed("ended") from error
        return found if isinstance(found, dict) else {"error": "engine"}


def _exactly(pipe: int, length: int, until: float) -> bytes:
    """Return so many bytes of a pipe. Raises Failed when they take too long or the other end is gone."""
    found = b""
    while len(found) < length:
        if not select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
            raise Failed("slow")
        piece = os.read(pipe, min(65_536, length - len(found)))
        if not piece:
            raise Failed("ended")
        found += piece
    return found


def _write(pipe: int, content: bytes, until: float) -> None:
    view = memoryview(content)
    while view:
        if not select.select([], [pipe], [], max(0.0, until - time.monotonic()))[1]:
            raise Failed("slow")
        view = view[os.write(pipe, view[:4_096]) :]


def _resident_mb(pid: int) -> int:
    """Return the memory that a process holds; 0 where the system does not say."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    line = next((one for one in status.splitlines() if one.startswith("VmRSS:")), "VmRSS: 0 kB")
    return int(line.split()[1]) // 1024
