"""Draw the characters of company names and keep how they look, for crm/core/names/shape.py: 丹 and 彤 share a part.

Needs Pillow, in the venv of tools/train_matching.py, and a Chinese font:

    /tmp/venv-train/bin/pip install pillow
    /tmp/venv-train/bin/python tools/draw_glyphs.py /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc

Each character of GB 2312 is drawn at 64 pixels, cut to its ink, brought to 12 × 12 cells and kept with 4 bits a cell.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

OUT = Path(__file__).parents[1] / "crm" / "core" / "data" / "glyphs.npz"
CELLS, DRAWN = 12, 64
SIMPLIFIED = 2  # the face of the collection that has the forms of the mainland


def main() -> None:
    """Draw and write."""
    font = ImageFont.truetype(sys.argv[1], DRAWN, index=SIMPLIFIED)
    chars = "".join(characters())
    cells = np.stack([drawn(char, font) for char in chars])
    packed = (cells[:, 0::2] << 4 | cells[:, 1::2]).astype(np.uint8)
    np.savez_compressed(OUT, chars=np.array(chars), cells=packed)
    print(f"{len(chars)} characters, {OUT.stat().st_size / 1e3:.0f} kB")


def characters() -> list[str]:
    """Return the Chinese characters of GB 2312."""
    return [bytes((high, low)).decode("gb2312", "ignore") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)]


def drawn(char: str, font: ImageFont.FreeTypeFont) -> np.ndarray:
    """Return the cells of one character, 0 to 15 each."""
    image = Image.new("L", (DRAWN * 2, DRAWN * 2), 0)
    ImageDraw.Draw(image).text((DRAWN // 2, DRAWN // 4), char, font=font, fill=255)
    box = image.getbbox()
    ink = image.crop(box) if box else image
    small = ink.filter(ImageFilter.GaussianBlur(2)).resize((CELLS, CELLS), Image.Resampling.BOX)
    return (np.asarray(small, np.uint16).ravel() * 15 // 255).astype(np.uint8)


if __name__ == "__main__":
    main()
