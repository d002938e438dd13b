"""Words of the room."""

from flask_babel import lazy_gettext as _l

ACTIONS = {
    "interaction.noted": _l("记一笔"),
    "interaction.changed": _l("修改往来"),
    "interaction.withdrawn": _l("撤回往来"),
    "interaction.step_planned": _l("改下一步"),
    "interaction.step_done": _l("完成下一步"),
}
SUBJECTS = {"interaction": _l("往来")}
FIELDS = {"result": _l("结果"), "next_step": _l("下一步"), "next_on": _l("下一步日期")}

# Days ahead of the chips beside the next date.
CHIPS = ((1, _l("明天")), (3, _l("3 天后")), (7, _l("7 天后")), (14, _l("14 天后")))
