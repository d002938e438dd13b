"""Words for states, fates and decisions, and for the trail."""

from flask_babel import lazy_gettext as _l

from crm.imports.models import BatchStatus, Decision, Fate, RowStatus

FATE = {
    Fate.NEW: _l("新增"),
    Fate.UPDATE: _l("更新"),
    Fate.SAME: _l("同一"),
    Fate.LIKELY: _l("疑似"),
    Fate.RELATED: _l("关联"),
    Fate.ERROR: _l("错误"),
    Fate.CONFLICT: _l("冲突"),
    Fate.SKIPPED: _l("跳过"),
}
DECISION = {
    Decision.SAME: _l("同一"),
    Decision.NEW: _l("新增"),
    Decision.RELATED: _l("关联"),
    Decision.SKIP: _l("跳过"),
}
ROW = {
    RowStatus.WAITING: _l("未写入"),
    RowStatus.WRITTEN: _l("已写入"),
    RowStatus.SKIPPED: _l("已跳过"),
    RowStatus.FAILED: _l("没有写成"),
    RowStatus.UNDONE: _l("已撤销"),
    RowStatus.KEPT: _l("保留，有人改过"),
}
BATCH = {
    BatchStatus.READING: _l("读取中"),
    BatchStatus.MAPPING: _l("待对列"),
    BatchStatus.CHECKING: _l("核对中"),
    BatchStatus.REVIEW: _l("待处理"),
    BatchStatus.WRITING: _l("写入中"),
    BatchStatus.DONE: _l("已写入"),
    BatchStatus.CANCELLED: _l("已停止"),
    BatchStatus.UNDOING: _l("撤销中"),
    BatchStatus.UNDONE: _l("已撤销"),
    BatchStatus.FAILED: _l("读不了"),
}

ACTIONS = {
    "import.started": _l("上传导入文件"),
    "import.writing": _l("开始写入导入"),
    "import.written": _l("写入导入"),
    "import.cancelled": _l("停止导入"),
    "import.dropped": _l("放弃导入"),
    "import.undoing": _l("开始撤销导入"),
    "import.undone": _l("撤销导入"),
    "import.exported": _l("按本单位表头导出"),
    "import.mapping_forgotten": _l("删除记住的表头"),
}
SUBJECTS = {"import_batch": _l("导入批次"), "import_mapping": _l("记住的表头")}
FIELDS = {
    "import_kind": _l("导入类型"),
    "file_name": _l("文件名"),
    "rows": _l("行数"),
    "written": _l("已写入"),
    "failed": _l("没有写成"),
    "skipped": _l("已跳过"),
    "undone": _l("已撤销"),
    "kept": _l("保留"),
}
