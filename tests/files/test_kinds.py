"""What a file is, told by its content: a table of real beginnings and of disguises."""

import io
import zipfile

import pytest

from crm.files import kinds

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return out.getvalue()


OFFICE = "[Content_Types].xml"

ACCEPTED = [
    (b"\xff\xd8\xff\xe0\x00\x10JFIF", "jpg", kinds.JPEG),
    (b"\x89PNG\r\n\x1a\n....", "png", kinds.PNG),
    (b"GIF89a....", "gif", kinds.GIF),
    (b"RIFF\x10\0\0\0WEBPVP8 ", "webp", kinds.WEBP),
    (b"RIFF\x10\0\0\0WAVEfmt ", "wav", kinds.WAV),
    (b"\0\0\0\x18ftypheic\0\0\0\0", "heic", kinds.HEIC),
    (b"\0\0\0\x18ftypM4A \0\0\0\0", "m4a", kinds.M4A),
    (b"\0\0\0\x18ftypisom\0\0\0\0", "mp4", kinds.MP4),
    (b"#!AMR\n\x3c", "amr", kinds.AMR),
    (b"ID3\x04\0\0\0", "mp3", kinds.MP3),
    (b"\xff\xfb\x90\x64", "mp3", kinds.MP3),
    (b"%PDF-1.7\n", "pdf", kinds.PDF),
    (zipped(OFFICE, "word/document.xml"), "docx", kinds.DOCX),
    (zipped(OFFICE, "xl/workbook.xml"), "xlsx", kinds.XLSX),
    (zipped(OFFICE, "ppt/presentation.xml"), "pptx", kinds.PPTX),
    (zipped("OFD.xml", "Doc_0/Document.xml"), "ofd", kinds.OFD),
    (OLE + "WordDocument\0".encode("utf-16-le"), "doc", kinds.DOC),
    (OLE + "Workbook\0".encode("utf-16-le"), "xls", kinds.XLS),
    ("企业,金额\n三丰智能,4.8\n".encode("gb18030"), "csv", kinds.CSV),
    ("走访纪要".encode("utf-8-sig"), "txt", kinds.TEXT),
    ("走访纪要 𠮷".encode("utf-16"), "txt", kinds.TEXT),
    (b"Received: from a by b\r\nSubject: x\r\n\r\n<html>", "eml", kinds.MAIL),
    (b"\xff\xd8\xff\xe0\x00\x10JFIF", "pdf", kinds.JPEG),
]

REFUSED = [
    (b"MZ\x90\0\x03\0\0\0", "exe"),
    (b"MZ\x90\0\x03\0\0\0", "pdf"),
    (b"MZ\x90\0\x03\0\0\0", "jpg"),
    (b"MZ plain words only", "txt"),
    (b"\x7fELF\x02\x01", "txt"),
    (b"<!DOCTYPE html><html><script>alert(1)</script>", "html"),
    (b"<!DOCTYPE html><html><script>alert(1)</script>", "txt"),
    ("\ufeff  <html><body>".encode("utf-16"), "txt"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "svg"),
    (b"<?xml version='1.0'?><svg/>", "csv"),
    (b"alert(document.cookie)", "js"),
    (b"words\0and nothing", "txt"),
    (b"\xff\xff\xff\xff\x81", "txt"),
    (zipped("META-INF/MANIFEST.MF", "A.class"), "jar"),
    (zipped(OFFICE, "word/document.xml", "word/vbaProject.bin"), "docm"),
    (zipped(OFFICE, "word/document.xml", "word/vbaProject.bin"), "docx"),
    (b"PK\x03\x04 broken", "xlsx"),
    (OLE + b"an installer", "msi"),
    (b"\0\0\0\x18ftypzzzz", "mp4"),
    (b"RIFF\x10\0\0\0AVI ", "avi"),
    (b"<html> From: x", "eml"),
]


@pytest.mark.parametrize(("content", "ending", "kind"), ACCEPTED)
def test_content_decides_what_a_file_is(content, ending, kind):
    stream = io.BytesIO(content)

    assert kinds.detect(stream, ending) is kind
    assert stream.tell() == 0


@pytest.mark.parametrize(("content", "ending"), REFUSED)
def test_what_is_not_on_the_list_is_refused_under_any_name(content, ending):
    assert kinds.detect(io.BytesIO(content), ending) is None


def test_a_zip_that_unpacks_too_far_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(OFFICE, "x")
        archive.writestr("xl/workbook.xml", b"\0" * (301 * 1024 * 1024))

    assert kinds.detect(out, "xlsx") is None
