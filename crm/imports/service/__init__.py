"""What a person does with an import: bring it, map it, decide rows, write, stop, undo."""

from crm.imports.service.deciding import Rule, decide, decide_many, mend, undecide
from crm.imports.service.mapping import forget_mapping, set_mapping
from crm.imports.service.running import cancel, drop, undo, write
from crm.imports.service.starting import reread, start

__all__ = [
    "Rule",
    "cancel",
    "decide",
    "decide_many",
    "drop",
    "forget_mapping",
    "mend",
    "reread",
    "set_mapping",
    "start",
    "undecide",
    "undo",
    "write",
]
