"""Papers as PDF: a template laid out on A4, with the fonts of the machine embedded, and nothing fetched from anywhere."""

import logging
import threading
from collections.abc import Sequence
from pathlib import Path

from flask import current_app, render_template
from flask_babel import gettext as _
from jinja2 import Template

from crm.core.errors import UserError

MIME = "application/pdf"


class Unprintable(UserError):
    """The machine lacks a font for something on the paper. A paper with boxes for names is worse than none."""

    status = 503


def render(template: str | Template, *, styles: Sequence[str] = (), **context: object) -> bytes:
    """Return the template as a PDF file.

    The template extends ``print/base.html``; its look is ``static/css/paper.css`` and the files of that folder named by
    ``styles``. Pictures are inline (SVG or ``data:``); any other address is refused.
    Raises Unprintable when a character has no glyph on this machine. Costs .1–.5 s a page: long lists go into a task.
    """
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher

    html = render_template(template, **context)
    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    folder = Path(current_app.root_path, "static", "css")
    sheets = [CSS(filename=folder / name) for name in ("paper.css", *styles)]
    with _Missing() as missing:
        made = HTML(string=html, url_fetcher=fetcher).write_pdf(stylesheets=sheets)
    if missing.glyphs:
        raise Unprintable(
            _("服务器缺少中文字体，打印件会缺字。请管理员安装 fonts-noto-cjk 后再试；表格可先导出 XLSX。")
        )
    return bytes(made)


class _Missing(logging.Handler):
    """Hear, of this thread's layout alone, that a glyph is missing: the library says so in its log and goes on."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.glyphs = False
        self._thread = threading.get_ident()
        self._log = logging.getLogger("weasyprint")

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread and ".notdef" in record.getMessage():
            self.glyphs = True

    def __enter__(self) -> "_Missing":
        self._log.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._log.removeHandler(self)
