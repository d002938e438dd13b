"""Sentences for what cannot be read: a file that is refused, a cell that cannot be taken, a remark of the reader."""

from collections.abc import Callable, Mapping
from typing import Any

from crm.imports.kinds import Kind
from crm.imports.models import ImportRow
from crm.kit.sheets import Refused
from crm.kit.words import joined, spoken
from crm.kit.words import say as _

Facts = Mapping[str, Any]
_KINDS: dict[str, Callable[[], str]] = {
    "png": lambda: _("图片"),
    "jpeg": lambda: _("图片"),
    "gif": lambda: _("图片"),
    "pdf": lambda: "PDF",
    "html": lambda: _("网页"),
    "xml": lambda: "XML",
    "doc": lambda: "Word",
    "docx": lambda: "Word",
    "pptx": lambda: "PPT",
    "zip": lambda: _("压缩包"),
    "mail": lambda: _("邮件"),
}


def _other() -> str:
    return _("别的类型")


def _where(facts: Facts) -> str:
    """Return the sheet in brackets; a text file has none."""
    return _("（工作表“%(name)s”）", name=facts["sheet"]) if facts.get("sheet") else ""


_REFUSED: dict[str, Callable[[Facts], str]] = {
    "too_big": lambda f: _("文件太大：最多 %(limit)s MB。请拆成几个文件，或删去图片后另存。", limit=f["limit_mb"]),
    "too_many_rows": lambda f: _(
        "行数太多：最多 %(limit)s 行%(where)s。请拆成几个文件。", limit=f["limit"], where=_where(f)
    ),
    "too_many_columns": lambda f: _(
        "列数太多：最多 %(limit)s 列%(where)s。请删去用不到的列。", limit=f["limit"], where=_where(f)
    ),
    "too_many_cells": lambda f: _(
        "单元格太多：最多 %(limit)s 个。请拆成几个文件，或删去用不到的列。", limit=f["limit"]
    ),
    "too_many_sheets": lambda f: _("工作表太多：最多 %(limit)s 张。请拆成几个文件。", limit=f["limit"]),
    "too_much_text": lambda f: _("文字太多：最多 %(limit)s 字。请拆成几个文件。", limit=f["limit"]),
    "cell_too_long": lambda f: _(
        "第 %(row)s 行有一个单元格太长：最多 %(limit)s 字。请改短后再上传。", row=f.get("row", ""), limit=f["limit"]
    ),
    "far_cell": lambda f: _(
        "单元格 %(cell)s 离表格太远%(where)s。请删去表格之外的内容，另存后再上传。",
        cell=f.get("cell", ""),
        where=_where(f),
    ),
    "bomb": lambda f: _("文件展开后超过 %(limit)s MB，没有读取。请另存为新文件，或拆成几个文件。", limit=f["limit_mb"]),
    "doctype": lambda f: _("文件里有不允许的外部引用，没有读取。请用 Excel 或 WPS 另存为新的 xlsx 后再上传。"),
    "encrypted": lambda f: _("文件有密码。请取消密码，另存后再上传。"),
    "not_a_table": lambda f: _(
        "这不是表格，内容是%(kind)s。请上传 xlsx、xls、csv 或 txt。",
        kind=_KINDS.get(str(f.get("real_kind")), _other)(),
    ),
    "empty": lambda f: _("里面没有内容。请检查后再上传。"),
    "broken": lambda f: _("文件已损坏，读不出来。请用 Excel 或 WPS 打开、另存后再上传。"),
    "encoding": lambda f: _(
        "按 %(encoding)s 编码读到第 %(line)s 行出错。请换一种编码，或另存为 xlsx 后再上传。",
        encoding=f.get("encoding", ""),
        line=f.get("line", ""),
    ),
    "timeout": lambda f: _("文件太复杂，%(n)s 秒内没有读完。请删去公式和格式，另存后再上传。", n=f.get("seconds", "")),
    "memory": lambda f: _("文件太复杂，读取时内存不够。请拆成几个文件，或另存为 csv 后再上传。"),
    "busy": lambda f: _("正有别的文件在读取，请过几秒再试。"),
}

_FAULTS: dict[str, Callable[[Facts], str]] = {
    "required": lambda f: _("必填，这里是空的"),
    "not_a_number": lambda f: _("不是数字"),
    "range": lambda f: _("是一个范围，请写一个数"),
    "unit_missing": lambda f: _("没有单位，请写明万元或亿元等"),
    "foreign_currency": lambda f: _("是外币（%(currency)s），请折成人民币", currency=f.get("currency", "")),
    "not_a_day": lambda f: _("不是日期，请写成 2026-11-22"),
    "day_missing": lambda f: _("缺少日，请写成 2026-11-22"),
    "year_missing": lambda f: _("缺少年份，请写成 2026-11-22"),
    "month_unclear": lambda f: _("分不清月和日，请写成 2026-11-22"),
    "not_a_phone": lambda f: _("不是电话号码"),
    "masked": lambda f: _("号码有遮挡，请填完整或留空"),
    "bad_code": lambda f: _("统一社会信用代码不对，请核对 18 位"),
    "was_a_day": lambda f: _("被表格软件改成了日期，请按原文填写（如 3-12）"),
    "digits_lost": lambda f: _("数字太长，后几位已丢失；请把这一列设为文本后重新填写"),
    "not_a_choice": lambda f: _("只能是：%(words)s", words="、".join(map(str, f.get("choices") or ()))),
    "damaged": lambda f: _("有读不出的字，请照原件改正"),
    "not_a_name": lambda f: _("不像名称"),
    "too_long": lambda f: _("太长，最多 %(limit)s 字", limit=f.get("limit", "")),
    "too_large": lambda f: _("数字太大"),
    "negative": lambda f: _("不能是负数"),
    "formula_error": lambda f: _("公式出错（%(error)s）", error=f.get("error", "")),
}

_NOTES: dict[str, Callable[[Facts], str]] = {
    "hidden_sheet": lambda f: _("隐藏的工作表“%(name)s”没有读取。", name=f.get("name", "")),
    "external_links": lambda f: _("有 %(n)s 处引用别的文件，取的是保存时的值。", n=f.get("count", "")),
    "no_value": lambda f: _(
        "工作表“%(sheet)s”有 %(n)s 个公式没有保存结果，按空格处理。", n=f.get("count", ""), sheet=f.get("sheet", "")
    ),
}

_SKIPPED: dict[str, Callable[[], str]] = {
    "total": lambda: _("合计行"),
    "repeated_header": lambda: _("重复的表头"),
    "note": lambda: _("备注行"),
    "title": lambda: _("标题行"),
    "blank": lambda: _("空行"),
}


def refusal(error: Refused) -> str:
    """Return why a file is not read, and what to do."""
    known = _REFUSED.get(error.code)
    return known(error.facts) if known else _REFUSED["broken"]({})


def note(code: str, facts: Facts) -> str:
    """Return a remark of the reader; empty for one without words."""
    known = _NOTES.get(code)
    return known(facts) if known else ""


def skipped(why: str) -> str:
    """Return why a line of the file is no row of data."""
    known = _SKIPPED.get(why)
    return known() if known else _("不是数据行")


def fault(stored: Mapping[str, Any]) -> str:
    """Return what is wrong with a cell: in the room's own words, or those of its code."""
    if stored.get("message"):
        return str(spoken(stored["message"]))
    known = _FAULTS.get(str(stored.get("code")))
    words = known(stored.get("facts") or {}) if known else _("读不懂")
    raw = str(stored.get("raw") or "")
    return _("“%(text)s”：%(words)s", text=raw[:40], words=words) if raw else words


def faults_of(row: ImportRow, kind: Kind) -> list[tuple[str, str, str]]:
    """Return what is wrong with a row: (field, label of the column, sentence)."""
    labels = {spec.name: spec.label for spec in kind.columns}
    return [(f["field"], labels.get(f["field"], f["field"]), fault(f)) for f in row.faults or []]


def why(row: ImportRow, kind: Kind) -> str:
    """Return in one line what is wrong with a row."""
    parts = [joined("：", (label, words)) for _field, label, words in faults_of(row, kind)]
    return joined("；", (*parts, row.message))
