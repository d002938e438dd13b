"""The words and looks of the room's pages: states, fates, decisions, sources."""

from typing import Any

from flask_babel import lazy_gettext as _l

from crm.imports import labels
from crm.imports.models import BatchStatus, Fate, RowStatus

# status → (word, look of the badge, icon)
STATUS: dict[BatchStatus, tuple[Any, str, str]] = {
    status: (labels.BATCH[status], *look)
    for status, look in {
        BatchStatus.READING: ("info", "refresh"),
        BatchStatus.MAPPING: ("warn", "columns"),
        BatchStatus.CHECKING: ("info", "refresh"),
        BatchStatus.REVIEW: ("warn", "list-check"),
        BatchStatus.WRITING: ("info", "refresh"),
        BatchStatus.DONE: ("ok", "circle-check"),
        BatchStatus.CANCELLED: ("", "ban"),
        BatchStatus.UNDOING: ("info", "refresh"),
        BatchStatus.UNDONE: ("line", "arrow-back-up"),
        BatchStatus.FAILED: ("bad", "alert-circle"),
    }.items()
}
# fate → (sign, look of the badge, word)
FATE: dict[Fate, tuple[str, str, Any]] = {
    fate: (*look, labels.FATE[fate])
    for fate, look in {
        Fate.NEW: ("＋", "ok"),
        Fate.UPDATE: ("↻", "info"),
        Fate.SAME: ("＝", "ink"),
        Fate.LIKELY: ("≈", "warn"),
        Fate.RELATED: ("∽", "info"),
        Fate.CONFLICT: ("≠", "bad"),
        Fate.ERROR: ("✕", "bad"),
        Fate.SKIPPED: ("–", ""),
    }.items()
}
ROW: dict[RowStatus, tuple[Any, str]] = {
    status: (labels.ROW[status], look)
    for status, look in {
        RowStatus.WAITING: "",
        RowStatus.WRITTEN: "ok",
        RowStatus.SKIPPED: "",
        RowStatus.FAILED: "bad",
        RowStatus.UNDONE: "line",
        RowStatus.KEPT: "warn",
    }.items()
}
# what recognise_source answers → in words
TOOL: dict[str, Any] = {
    "qcc": _l("企查查导出"),
    "tyc": _l("天眼查导出"),
    "qxb": _l("启信宝导出"),
    "aqc": _l("爱企查导出"),
    "fair": _l("展商名录"),
}
ENCODING: dict[str, Any] = {
    "utf-8": "UTF-8",
    "gb18030": "GB18030",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "big5": "Big5",
    "shift_jis": "Shift_JIS",
    "windows-1252": "Windows-1252",
    "gb18030-damaged": _l("GB18030（有读不出的字）"),
}
UNCERTAIN = (Fate.LIKELY, Fate.RELATED, Fate.CONFLICT, Fate.ERROR)
