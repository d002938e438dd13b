"""Everything that points to a company has a line in the merge table; a new pointer without one is a merge that loses rows."""

import crm.models
from crm.duplicates.merging.table import FOREIGN_KEYS, HANGING, SOFT, Policy

# Pairs of columns that name a row of any table without a foreign key, and how their id column is called.
PAIRS = (("subject_kind", "subject_id"), ("subject_kind", "subject_public_id"), ("table", "row_id"))
# Tables whose pairs cannot name a company, with the reason.
NOT_COMPANIES = {
    "jobs": "names its work by arguments",
    "once_keys": "names what a form made, for a day",
}


def foreign_keys() -> set[tuple[str, str]]:
    return {
        (table.name, key.parent.name)
        for table in crm.models.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "companies"
    }


def soft_pairs() -> set[tuple[str, str]]:
    found = set()
    for table in crm.models.metadata.tables.values():
        for kind, number in PAIRS:
            if kind in table.columns and number in table.columns and table.name not in NOT_COMPANIES:
                found.add((table.name, number))
                break
    return found


def id_columns_without_a_key() -> set[tuple[str, str]]:
    """Columns called …company_id, left_id or right_id that are no foreign keys."""
    return {
        (table.name, column.name)
        for table in crm.models.metadata.tables.values()
        for column in table.columns
        if (column.name.endswith("company_id") or column.name in ("left_id", "right_id")) and not column.foreign_keys
    }


def test_every_foreign_key_to_companies_has_one_line():
    lines = [(line.table, line.column) for line in FOREIGN_KEYS]

    assert len(lines) == len(set(lines))
    assert set(lines) == foreign_keys()


def test_every_pair_of_kind_and_id_has_a_line():
    lines = {(line.table, line.column) for line in SOFT}

    assert soft_pairs() | id_columns_without_a_key() <= lines


def test_the_soft_lines_name_columns_that_are_there():
    tables = crm.models.metadata.tables

    assert [line for line in SOFT if line.column not in tables[line.table].columns] == []


def test_a_twin_is_known_by_the_unique_key_of_its_table():
    wrong = []
    for line in FOREIGN_KEYS:
        if line.policy is not Policy.TWIN:
            continue
        table = crm.models.metadata.tables[line.table]
        uniques = [{column.name for column in one.columns} for one in table.constraints if hasattr(one, "columns")]
        if {line.column, *line.same} not in uniques:
            wrong.append(line)

    assert wrong == []


def test_lines_that_keep_or_have_their_own_rule_say_why():
    assert [line for line in (*FOREIGN_KEYS, *SOFT) if line.policy in (Policy.KEEP, Policy.OWN) and not line.why] == []


def test_everything_that_hangs_on_a_twin_is_led_on_before_the_twin_goes():
    twins = {line.table for line in FOREIGN_KEYS if line.policy is Policy.TWIN}
    pointers = {
        (table.name, key.parent.name, key.column.table.name)
        for table in crm.models.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in twins
    }

    assert {(one.table, one.column, one.to) for one in HANGING} == pointers
