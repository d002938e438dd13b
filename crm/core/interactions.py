"""Rules of follow-ups: what counts as one. Source: domain.md §2.2."""

# A name that names nobody.
_NOBODY = frozenset({"", "前台", "不详", "未知", "无", "客服", "总机", "工作人员", "有关人员"})
_EMPTY = frozenset(
    {
        "",
        "无",
        "没有",
        "暂无",
        "无进展",
        "没有进展",
        "略",
        "同上",
        "继续跟进",
        "持续跟进",
        "保持联系",
        "跟进中",
        "正在跟进",
    }
)


def is_effective(person_name: str, result: str, next_step: str) -> bool:
    """Say whether a contact counts: a named person at the investor, and a result or a next step that says something."""
    return person_name.strip() not in _NOBODY and (_says(result) or _says(next_step))


def _says(text: str) -> bool:
    """A phrase that is always true is no result."""
    bare = "".join(c for c in text if c.isalnum())
    return bare not in _EMPTY and len(bare) >= 2
