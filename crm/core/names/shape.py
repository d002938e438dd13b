"""How alike two characters look: 京 and 亨 are mistaken for each other on paper, 京 and 沪 are not.

The drawings come from tools/draw_glyphs.py.
"""

from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO

import numpy as np


@cache
def _drawings() -> tuple[dict[str, int], np.ndarray]:
    """Return the number of each character and its cells, brought to mean 0 and length 1."""
    stored = np.load(BytesIO(files("crm.core.data").joinpath("glyphs.npz").read_bytes()), allow_pickle=False)
    packed = stored["cells"]
    cells = np.empty((len(packed), packed.shape[1] * 2), np.float32)
    cells[:, 0::2], cells[:, 1::2] = packed >> 4, packed & 15
    cells -= cells.mean(axis=1, keepdims=True)
    cells /= np.linalg.norm(cells, axis=1, keepdims=True) + 1e-6
    return {char: number for number, char in enumerate(str(stored["chars"]))}, cells


@lru_cache(maxsize=20_000)
def look_alike(one: str, other: str) -> float:
    """Return the likeness of two characters, from about 0 to 1; 0 if one of them was not drawn."""
    numbers, cells = _drawings()
    if one not in numbers or other not in numbers:
        return 0.0
    return float(cells[numbers[one]] @ cells[numbers[other]])


def replaced(own: str, other: str) -> float:
    """Return how alike the first two differing characters of two equally long texts look; 1 if none differ."""
    return next((look_alike(a, b) for a, b in zip(own, other, strict=True) if a != b), 1.0)
