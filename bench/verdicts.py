"""What a predictions file says against the labelled queries: recall, precision and false alarms by verdict."""

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

DUPLICATES = (
    "typo_homophone",
    "typo_shape",
    "typo_edit",
    "short_name",
    "core_short",
    "region_dropped",
    "region_added",
)
ALARMS = ("new_company", "group_sibling", "lookalike_new")


@dataclass(frozen=True, slots=True)
class Labelled:
    """Queries by id, and for each the rows found: candidate id, verdict, in order of rank."""

    queries: dict[str, dict[str, str]]
    found: dict[str, list[tuple[str, str]]]

    def of_kinds(self, *kinds: str) -> list[str]:
        """Return the ids of the queries of these kinds."""
        return [number for number, query in self.queries.items() if query["kind"] in kinds]

    def meets(self, number: str) -> bool:
        """Tell whether the right company is among those answered 同一 or 疑似."""
        right = self.queries[number]["truth_id"]
        return any(one == right and verdict != "related" for one, verdict in self.found[number])

    def withheld(self, number: str) -> bool:
        """Tell whether any company is answered 同一 or 疑似."""
        return any(verdict != "related" for _, verdict in self.found[number])

    def same_at_first(self, number: str) -> str:
        """Return the first candidate if it is answered 同一, else ''."""
        rows = self.found[number]
        return rows[0][0] if rows and rows[0][1] == "same" else ""


def read(queries: Path, predictions: Path) -> Labelled:
    """Read both files."""
    with queries.open(encoding="utf-8") as file:
        asked = {row["query_id"]: row for row in csv.DictReader(file)}
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with predictions.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["query_id"]].append((row["candidate_id"], row["verdict"]))
    return Labelled(asked, found)


def part(split: Path, wanted: str) -> set[str]:
    """Return the ids of the queries of one part."""
    with split.open(encoding="utf-8") as file:
        return {row["query_id"] for row in csv.DictReader(file) if row["part"] == wanted}


def only(labelled: Labelled, numbers: set[str]) -> Labelled:
    """Return some of the queries."""
    return Labelled({n: q for n, q in labelled.queries.items() if n in numbers}, labelled.found)


def weighted(labelled: Labelled) -> list[str]:
    """Return recall and precision with each kind at its share of the daily mix (column ``weight``)."""
    weight = {n: float(q["weight"]) for n, q in labelled.queries.items()}
    positive = {n: w for n, w in weight.items() if labelled.queries[n]["truth_id"]}
    right = {n for n in positive if [c for c, _ in labelled.found[n][:1]] == [labelled.queries[n]["truth_id"]]}
    within = {n for n in positive if labelled.queries[n]["truth_id"] in [c for c, _ in labelled.found[n][:5]]}
    said = {n for n in weight if labelled.same_at_first(n)}
    good = {n for n in said if labelled.same_at_first(n) == labelled.queries[n]["truth_id"]}

    def share(numbers: set[str], of: set[str] | dict[str, float]) -> float:
        return sum(weight[n] for n in numbers) / max(1e-9, sum(weight[n] for n in of))

    return [
        f"weighted: R@1 {share(right, positive):.4f}  R@5 {share(within, positive):.4f}  "
        f"same P {share(good, said):.4f}  R {share(good, positive):.4f}"
    ]


def shown(labelled: Labelled) -> list[str]:
    """Return what new companies are shown, in how many cases a sister is called related, and recall of unstored names."""
    new, sisters = labelled.of_kinds("new_company"), labelled.of_kinds("group_sibling")
    any_ = sum(bool(labelled.found[n]) for n in new) / max(1, len(new))
    met = sum(
        any(v == "related" and c in labelled.queries[n]["related_ids"].split("|") for c, v in labelled.found[n][:5])
        for n in sisters
    )
    lines = [f"new companies shown anything: {any_:.4f}", f"sisters shown as related: {met / max(1, len(sisters)):.4f}"]
    for kind in ("english_name", "former_name", "former_short", "short_name"):
        own = [n for n in labelled.of_kinds(kind) if labelled.queries[n]["alias_in_registry"] == "0"]
        first = sum([c for c, _ in labelled.found[n][:1]] == [labelled.queries[n]["truth_id"]] for n in own)
        lines.append(f"{kind} without a stored alias: R@1 {first / max(1, len(own)):.4f} of {len(own)}")
    return lines


def report(labelled: Labelled) -> list[str]:
    """Return the figures as lines."""
    positive = [n for n, q in labelled.queries.items() if q["truth_id"]]
    first = [n for n in positive if [one for one, _ in labelled.found[n][:1]] == [labelled.queries[n]["truth_id"]]]
    within = [n for n in positive if labelled.queries[n]["truth_id"] in [one for one, _ in labelled.found[n][:5]]]
    said = [n for n in labelled.queries if labelled.same_at_first(n)]
    right = [n for n in said if labelled.same_at_first(n) == labelled.queries[n]["truth_id"]]
    alarms = Counter(labelled.queries[n]["kind"] for n in said if not labelled.queries[n]["truth_id"])
    shares = "  ".join(f"{kind} {alarms[kind] / max(1, len(labelled.of_kinds(kind))):.3f}" for kind in ALARMS)
    duplicates, new = labelled.of_kinds(*DUPLICATES), labelled.of_kinds("new_company")
    missed = sum(not labelled.meets(n) for n in duplicates) / max(1, len(duplicates))
    withheld = sum(labelled.withheld(n) for n in new) / max(1, len(new))
    return [
        f"R@1 {len(first) / len(positive):.4f}  R@5 {len(within) / len(positive):.4f}",
        f"verdict same at rank 1: P {len(right) / max(1, len(said)):.4f}  R {len(right) / len(positive):.4f}",
        f"false alarms: {shares}",
        f"duplicates of the typo, short and region kinds not met by same or likely: {missed:.4f}",
        f"new companies wrongly withheld: {withheld:.4f}",
    ]
