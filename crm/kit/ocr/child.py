"""The process that reads pictures. Run by path, by the Python of the extra, in isolated mode; knows nothing of the platform.

In: one byte (1: the accurate way), four bytes of length, the picture. Out: four bytes of length, JSON. Ends when its input ends.
"""

import io
import json
import os
import resource
import socket
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

LONG_SIDE = {False: 1_400, True: 2_400}
FORMATS = ("JPEG", "PNG", "WEBP")
MODELS = {"Det": "*det*.onnx", "Cls": "*cls*.onnx", "Rec": "*rec*.onnx"}


class Refused(Exception):
    """A picture that is not read; the text is its code."""


def main() -> None:
    """Answer pictures until there are no more."""
    limits = json.loads(sys.argv[1])
    bound(limits)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the engine prints is not an answer
    engines: dict[bool, Any] = {}
    while head := _exactly(sys.stdin.buffer, 5):
        accurate, length = struct.unpack(">?I", head)
        answer = _answer(engines, _exactly(sys.stdin.buffer, length), accurate, limits)
        body = json.dumps(answer).encode()
        answers.write(struct.pack(">I", len(body)) + body)
        answers.flush()


def bound(limits: dict[str, Any]) -> None:
    """Take away what is not needed: memory beyond the limit, files, core dumps, every connection."""
    memory = int(limits["memory_mb"]) * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)
    os.environ["OMP_NUM_THREADS"] = "2"

    def refused(*_args: object, **_kwargs: object) -> None:
        raise OSError("no connection leaves this process")

    socket.socket.connect = socket.socket.connect_ex = refused  # type: ignore[method-assign,assignment]
    socket.getaddrinfo = refused  # type: ignore[assignment]


def _answer(engines: dict[bool, Any], content: bytes, accurate: bool, limits: dict[str, Any]) -> dict[str, Any]:
    try:
        picture = opened(content, int(limits["pixels"]), LONG_SIDE[accurate])
        if accurate not in engines:
            engines[accurate] = engine(str(limits["models"]), accurate)
        return read(engines[accurate], picture)
    except Refused as error:
        return {"error": str(error)}
    except MemoryError:
        os._exit(3)  # the parent begins a new process; this one may be in any state
    except (
        Exception
    ) as error:  # whatever the engine stumbles over is an answer too; its kind goes into the server's log
        return {"error": "engine", "kind": type(error).__name__}


def opened(content: bytes, most_pixels: int, long_side: int) -> Any:
    """Return the picture, bounded before it is decoded and no larger than the engine needs. Raises Refused."""
    from PIL import Image

    try:
        picture: Image.Image = Image.open(io.BytesIO(content), formats=FORMATS)
        if picture.width * picture.height > most_pixels:
            raise Refused("picture")
        picture.draft("RGB", (long_side, long_side))
        picture = picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused("picture") from error
    picture.thumbnail((long_side, long_side))
    return picture


def models_in(folder: str) -> dict[str, str]:
    """Return the three models of a folder, of the package's own when none is named. Raises Refused when one is missing."""
    import rapidocr

    where = Path(folder) if folder else Path(rapidocr.__file__).parent / "models"
    found = {}
    for name, pattern in MODELS.items():
        there = sorted(where.glob(pattern))
        if not there:
            raise Refused("engine")
        found[name] = str(there[0])
    return found


def engine(folder: str, accurate: bool) -> Any:
    """Return the engine with models that lie on this machine, sized for a card."""
    from rapidocr import RapidOCR

    params: dict[str, Any] = {f"{name}.model_path": path for name, path in models_in(folder).items()}
    params |= {
        "Global.log_level": "critical",
        "EngineConfig.onnxruntime.intra_op_num_threads": 2,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "EngineConfig.onnxruntime.enable_cpu_mem_arena": False,
        "Rec.rec_batch_num": 2,
        "Det.limit_type": "max",
        "Det.limit_side_len": 1_600 if accurate else 960,
    }
    return RapidOCR(params=params)


def read(engine: Any, picture: Any) -> dict[str, Any]:
    """Return the lines; a picture whose words stand upright is turned once and read again, and the better reading kept."""
    import numpy

    best = _lines(engine, numpy.asarray(picture)[:, :, ::-1])
    turn = 0
    if _stand(best):
        turned = picture.rotate(90, expand=True)
        other = _lines(engine, numpy.asarray(turned)[:, :, ::-1])
        if _worth(other) >= 0.9 * _worth(best):  # read as well lying, it is cut out more easily
            best, turn, picture = other, 90, turned
    return {"width": picture.width, "height": picture.height, "turn": turn, "lines": best}


def _lines(engine: Any, pixels: Any) -> list[dict[str, Any]]:
    found = engine(pixels)
    boxes, texts, scores = found.boxes, found.txts, found.scores
    if boxes is None or texts is None or scores is None:
        return []
    lines = []
    for box, text, score in zip(boxes, texts, scores, strict=True):
        across, down = [float(point[0]) for point in box], [float(point[1]) for point in box]
        sides = [round(side, 1) for side in (min(across), min(down), max(across), max(down))]
        lines.append({"text": str(text)[:200], "score": round(float(score), 3), "box": sides})
    return lines[:200]


def _stand(lines: list[dict[str, Any]]) -> bool:
    """Whether most words stand upright, or nothing was read at all."""
    upright = [one for one in lines if one["box"][3] - one["box"][1] > 1.5 * (one["box"][2] - one["box"][0])]
    return len(upright) * 2 >= len(lines)


def _worth(lines: list[dict[str, Any]]) -> float:
    return sum(one["score"] * len(one["text"]) for one in lines)


def _exactly(stream: BinaryIO, length: int) -> bytes:
    """Return so many bytes; fewer mean that the other end is gone."""
    found = stream.read(length)
    return found if len(found) == length else b""


if __name__ == "__main__":
    main()
