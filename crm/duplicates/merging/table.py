"""The merge table: everything that points to a company, and what becomes of it when the company goes into another.

A house test compares it with the schema: a new foreign key to companies, or a new pair of (kind, id), needs a line here.
"""

from dataclasses import dataclass
from enum import StrEnum


class Policy(StrEnum):
    """What a merge does with a pointer."""

    MOVE = "move"  # it points to the survivor now
    TWIN = "twin"  # so too, unless the survivor has the same: then the row is dropped and kept whole in the moves
    KEEP = "keep"  # a trail: it goes on naming the company that it named, and the page of that leads on
    OWN = "own"  # a rule of its own


@dataclass(frozen=True, slots=True)
class Line:
    """One pointer. ``same``: the further columns by which a twin is known; ``open_to_all``: who sees the company sees the row.

    ``other``: the column at the other end of a link; a link of a company with itself is dropped.
    """

    table: str
    column: str
    policy: Policy
    why: str = ""
    same: tuple[str, ...] = ()
    other: str = ""
    open_to_all: bool = False


_M, _T, _K, _O = Policy.MOVE, Policy.TWIN, Policy.KEEP, Policy.OWN

FOREIGN_KEYS: tuple[Line, ...] = (
    Line("companies", "merged_into_id", _M, "who went into the loser before is led straight to the survivor"),
    Line("company_names", "company_id", _O, "names and their grams: merging/names.py"),
    Line("company_keys", "company_id", _M, "a key goes on blocking, each under its own homonym number"),
    Line("company_pending_keys", "company_id", _O, "a waiting key may have found its holder: merging/keys.py"),
    Line("company_nodes", "company_id", _T, same=("node_id",), open_to_all=True),
    Line("credentials", "company_id", _T, same=("kind", "year"), open_to_all=True),
    Line("company_relations", "from_id", _T, same=("to_id", "kind", "org_id"), other="to_id"),
    Line("company_relations", "to_id", _T, same=("from_id", "kind", "org_id"), other="from_id"),
    Line("company_sources", "company_id", _M, "the second load of a list finds the survivor"),
    Line("company_fact_sources", "company_id", _O, "follows the field that was taken: merging/links.py"),
    Line("people", "company_id", _M),
    Line("leads", "company_id", _M),
    Line("leads", "referrer_company_id", _M, "who introduced goes on being it under the survivor's name"),
    Line("claims", "company_id", _O, "holds, numbers of matters and the ledger: merging/holds.py"),
    Line("cases", "company_id", _O, "follows the claims: merging/holds.py"),
    Line("cases", "other_company_id", _O, "follows the claims: merging/holds.py"),
    Line("look_ups", "company_id", _M),
    Line("projects", "company_id", _M),
    Line("projects", "local_company_id", _M),
    Line("interactions", "company_id", _M),
    Line("todos", "company_id", _M),
    Line("placements", "company_id", _T, same=("node_id",)),
    Line("signals", "company_id", _T, same=("kind", "on", "title"), open_to_all=True),
    Line("score_overrides", "company_id", _K, "a word on the company that it named; the survivor is judged by itself"),
    Line("target_items", "company_id", _O, "units may have taken both: merging/lists.py"),
    Line("edition_firms", "company_id", _T, same=("edition_id", "org_id")),
    Line("exhibitors", "company_id", _M),
    Line("exhibitor_candidates", "company_id", _T, same=("exhibitor_id",)),
    Line("fair_contacts", "company_id", _M),
    Line("fair_guests", "company_id", _M),
    Line("cluster_members", "company_id", _K, "what a scan found stays as it was found"),
    Line("cluster_pairs", "left_id", _K, "what a scan found stays as it was found"),
    Line("cluster_pairs", "right_id", _K, "what a scan found stays as it was found"),
    Line("merges", "winner_id", _K, "the merges themselves; an open proposal is read through to the survivors"),
    Line("merges", "loser_id", _K, "the merges themselves; an open proposal is read through to the survivors"),
)

# Pointers without a foreign key: pairs of (kind, id), and texts that hold an id.
SOFT: tuple[Line, ...] = (
    Line("scores", "company_id", _O, "computed anew from what is left: targets/scoring.py"),
    Line("node_scores", "company_id", _O, "computed anew from what is left: targets/scoring.py"),
    Line("audit_entries", "subject_id", _K, "the trail; the survivor's history reads both"),
    Line("notices", "subject_public_id", _K, "what was told stays told; the old address leads on"),
    Line("import_rows", "subject_id", _K, "what a batch made; the old id leads on"),
    Line("import_changes", "row_id", _K, "what a batch changed; its undo leaves what was merged since"),
    Line("merge_moves", "row_id", _K, "the moves themselves"),
    Line("scan_pairs", "left_id", _K, "working rows of a running scan; its clusters take living companies only"),
    Line("scan_pairs", "right_id", _K, "working rows of a running scan; its clusters take living companies only"),
    Line("name_decisions", "left", _O, "company:<id> → the survivor: merging/links.py"),
    Line("name_decisions", "right", _O, "company:<id> → the survivor: merging/links.py"),
    Line("look_ups", "identity", _O, "row:<id> → the survivor, so that asking again stays free: merging/links.py"),
)


@dataclass(frozen=True, slots=True)
class Hanging:
    """A pointer to a row that is dropped as a twin: it is led to the survivor's row first, and comes back before that one goes.

    ``same``: the further columns by which the survivor's row has such a pointer already; then this one lets go.
    """

    table: str
    column: str
    to: str
    same: tuple[str, ...] = ()


HANGING: tuple[Hanging, ...] = (
    Hanging("fill_tasks", "relation_id", "company_relations"),
    Hanging("signal_tasks", "signal_id", "signals", same=("owner_id",)),
)


def lines(policy: Policy) -> list[Line]:
    """Return the foreign keys of one policy, in order."""
    return [line for line in FOREIGN_KEYS if line.policy is policy]
