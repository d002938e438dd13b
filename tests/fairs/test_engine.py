"""The engine itself, where the extra is installed (make ocr); elsewhere these tests say why they do not run."""

import io
import os
import struct
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from crm.core import cardtext
from crm.kit.ocr import Failed, Limits, Reader
from tests.fairs.test_drafts import LINES


def drawn_card():
    """A card as a printer would make it, drawn with the machine's own Chinese font."""
    font = next(iter(sorted(Path("/usr/share/fonts").rglob("NotoSansCJK-Regular.ttc"))), None)
    if font is None:
        pytest.skip("no Chinese font on this machine: fonts-noto-cjk")
    picture = Image.new("RGB", (1050, 600), "ivory")
    pen = ImageDraw.Draw(picture)
    for text, (left, top, _right, bottom) in LINES:
        pen.text((left, top), text, fill="black", font=ImageFont.truetype(str(font), bottom - top))
    return picture


def real_python():
    where = Path(os.environ.get("CRM_OCR_PYTHON") or Path(__file__).parents[2] / ".venv-ocr" / "bin" / "python")
    if not where.exists():
        pytest.skip("recognition is not installed: make ocr")
    return where


@pytest.mark.parametrize("turn", [0, 90, 180])
def test_the_engine_reads_a_card_with_its_own_models_and_no_connection(app, context, turn):
    out = io.BytesIO()
    drawn_card().rotate(turn, expand=True).save(out, "JPEG", quality=88)
    reader = Reader(real_python())
    try:
        reading = reader.read(out.getvalue())
        found = {name: one.text for name, one in cardtext.read(cardtext.lines_of(reading.lines)).items()}
        assert found["company"] == "苏州绎衡传动科技有限公司"
        assert (found["person"], found["title"]) == ("王澍", "总经理")
        assert (found["mobile"], found["email"]) == ("19900000127", "wang@example.com")
        wrong = Image.new("RGB", (9000, 6000))
        huge = io.BytesIO()
        wrong.save(huge, "JPEG", quality=10)
        with pytest.raises(Failed) as failed:
            reader.read(huge.getvalue())
        assert failed.value.code == "picture"
        with pytest.raises(Failed):
            reader.read(struct.pack(">I", 7))
    finally:
        reader.close()


def test_models_in_another_folder_are_taken_from_there(app, context, tmp_path):
    where = real_python()
    out = io.BytesIO()
    drawn_card().save(out, "JPEG", quality=88)
    empty = Reader(where, str(tmp_path))
    with pytest.raises(Failed) as failed:
        empty.read(out.getvalue())
    assert failed.value.code == "engine", "a folder without models is not made up for from elsewhere"
    empty.close()
    own = next((where.parent.parent / "lib").glob("python3*/site-packages/rapidocr/models"))
    for model in own.glob("*.onnx"):
        os.symlink(model, tmp_path / model.name)
    reader = Reader(where, str(tmp_path))
    try:
        assert any("绎衡" in one["text"] for one in reader.read(out.getvalue()).lines)
    finally:
        reader.close()


def test_a_picture_beyond_the_memory_fails_alone(app, context):
    out = io.BytesIO()
    drawn_card().save(out, "JPEG", quality=88)
    small = Reader(real_python(), limits=Limits(memory_mb=300))
    with pytest.raises(Failed) as failed:
        small.read(out.getvalue())
    assert failed.value.code in ("ended", "engine")
    small.close()
