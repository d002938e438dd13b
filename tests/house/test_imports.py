"""Imports and foreign keys point left only (style.md): a room knows the rooms before it, never those after it."""

import sys

from sqlalchemy import Table

import crm.models
from crm.kit.db import Base
from tests.house.source import JOINTS, ORDER, imported, modules, room_of

FOR_CORE = {"rapidfuzz", "numpy", "opencc", "pypinyin", "stdnum", "phonenumbers"}


def test_a_room_imports_only_from_rooms_to_its_left():
    wrong = []
    for path, tree in modules():
        room = room_of(path)
        if room is None:
            continue
        for line, name in imported(tree, path.with_suffix("").parts[:-1]):
            parts = name.split(".")
            if parts[0] != "crm" or len(parts) < 2:
                continue
            if parts[1] in ORDER and ORDER.index(parts[1]) > ORDER.index(room):
                wrong.append(f"{path}:{line} {room} imports {name}")
            if parts[1] in JOINTS or (len(parts) == 2 and parts[1] == "create_app"):
                wrong.append(f"{path}:{line} imports {name}, where the rooms are joined")

    assert wrong == []


def test_every_room_has_its_place_in_the_line():
    folders = {path.parts[1] for path, _ in modules() if len(path.parts) > 2} - {"static", "translations"}

    assert folders <= set(ORDER)


def test_core_needs_no_web_no_database_and_no_machine():
    allowed = FOR_CORE | set(sys.stdlib_module_names)
    wrong = [
        f"{path}:{line} {name}"
        for path, tree in modules()
        if room_of(path) == "core"
        for line, name in imported(tree, path.with_suffix("").parts[:-1])
        if name.split(".")[0] not in allowed and not name.startswith("crm.core")
    ]

    assert wrong == []


def test_foreign_keys_point_left():
    rooms: dict[str, str] = {}
    for mapper in Base.registry.mappers:
        assert isinstance(mapper.local_table, Table)
        rooms[mapper.local_table.name] = mapper.class_.__module__.split(".")[1]
    wrong = [
        f"{table.name}.{key.parent.name} → {key.column.table.name}"
        for table in crm.models.metadata.tables.values()
        for key in table.foreign_keys
        if ORDER.index(rooms[key.column.table.name]) > ORDER.index(rooms[table.name])
    ]

    assert wrong == []
