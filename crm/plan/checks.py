"""The rules that tie the seed files together. Source: seeds/plan/README.md, 交叉引用规则."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator

from crm.plan.source import Row, Source, parts, refs

TIERS = ("upstream", "midstream", "downstream", "service")
GAPS = ("建链", "补链", "强链")


class SourceError(ValueError):
    """The seed files contradict each other; the message names every place."""


def check(source: Source) -> None:
    """Raise SourceError with one line for each broken rule."""
    faults = [fault for rule in RULES for fault in rule(source)]
    if faults:
        raise SourceError("seeds/plan: " + "\n  ".join(faults))


def _codes(source: Source) -> Iterator[str]:
    """Codes are unique in their file."""
    lists: dict[str, Iterable[Row]] = {"chain_nodes": source.nodes, "segments": source.segments}
    lists |= {name: rows for name, rows in source.tables.items() if rows and "code" in rows[0]}
    for name, rows in lists.items():
        for code, times in Counter(row["code"] for row in rows).items():
            if times > 1:
                yield f"{name}: code {code} stands {times} times"


def _words(source: Source) -> Iterator[str]:
    """Tier and gap are among the known words."""
    for node in source.nodes:
        if node["tier"] not in TIERS:
            yield f"chain_nodes: {node['code']} has tier {node['tier']}"
        if node["gap"] not in GAPS:
            yield f"chain_nodes: {node['code']} has gap {node['gap']}"


def _refs(source: Source) -> Iterator[str]:
    """1. Every ref is a chapter."""
    known = source.sections
    for name, rows in _everything(source):
        for row in rows:
            written = refs(row.get("ref")) + [one["ref"] for one in row.get("evidence") or [] if isinstance(one, dict)]
            for ref in written:
                if ref not in known:
                    yield f"{name}: {_named(row)} refers to chapter {ref}, which sections.yaml does not know"


def _segments_and_nodes(source: Source) -> Iterator[str]:
    """2. Every segment and node named anywhere exists."""
    segments = {row["code"] for row in source.segments}
    nodes = {row["code"] for row in source.nodes}
    for name, rows in _everything(source):
        for row in rows:
            for key in ("segment", "segments", "segment_code"):
                for code in refs(row.get(key)):
                    if code not in segments:
                        yield f"{name}: {_named(row)} names segment {code}, which segments.yaml does not know"
            for key in ("node_codes", "feeds"):
                for code in refs(row.get(key)):
                    if code not in nodes:
                        yield f"{name}: {_named(row)} names node {code}, which chain_nodes.yaml does not know"


def _companies_of_nodes(source: Source) -> Iterator[str]:
    """3. and 7. Companies and institutions of a node exist, and both sides say the same."""
    institutions = {row["name_in_plan"] for row in source.tables["institutions"]}
    institutions |= {a for row in source.tables["institutions"] for a in parts(row["aliases_in_plan"])}
    for node in source.nodes:
        for name in node.get("institutions") or []:
            if name not in institutions:
                yield f"chain_nodes: {node['code']} names {name}, which institutions.csv does not know"
    local, target = source.tables["local_companies"], source.tables["target_companies"]
    both = {row["name_in_plan"] for row in local} & {row["name_in_plan"] for row in target}
    yield from _sides(source, "local_companies", "node_codes", ("local_companies",))
    yield from _sides(source, "local_companies", "node_codes_inferred", ("local_companies_inferred",))
    # 8. A firm that has settled stands in both files; its nodes name it once.
    yield from _sides(source, "target_companies", "node_codes", ("target_companies", "local_companies"), both)


def _sides(source: Source, table: str, column: str, keys: tuple[str, ...], also: Collection[str] = ()) -> Iterator[str]:
    """Compare what the companies say of their nodes with what the nodes say of their companies."""
    rows = {row["name_in_plan"]: set(parts(row[column])) for row in source.tables[table]}
    named: dict[str, set[str]] = {}
    for node in source.nodes:
        for key in keys:
            for name in node.get(key) or []:
                if key == keys[0] or name in also:
                    named.setdefault(name, set()).add(node["code"])
    for name in sorted(named.keys() | rows.keys()):
        if name not in rows:
            yield f"chain_nodes: {', '.join(sorted(named[name]))} name {name}, which {table}.csv does not know"
        elif named.get(name, set()) != rows[name]:
            odd = ", ".join(sorted(named.get(name, set()) ^ rows[name]))
            yield f"{table}: {name} and chain_nodes.yaml disagree about {odd}"


def _projects(source: Source) -> Iterator[str]:
    """4. Places and leading firms of projects exist."""
    carriers = {row["code"] for row in source.tables["carriers"]}
    firms = {r["name_in_plan"] for t in ("local_companies", "target_companies") for r in source.tables[t]}
    for row in source.tables["projects"]:
        for key in ("carrier_code", "district_code"):
            if row[key] and row[key] not in carriers:
                yield f"projects: {row['code']} lies in {row[key]}, which carriers.csv does not know"
        if row["lead_company"] and row["lead_company"] not in firms:
            yield f"projects: {row['code']} is led by {row['lead_company']}, which no company file knows"


def _carriers(source: Source) -> Iterator[str]:
    """5. The table of chapter 3 and the carriers' own segments agree; parents and districts exist."""
    carriers = {row["code"]: row for row in source.tables["carriers"]}
    for row in carriers.values():
        for code in [*parts(row["district_codes"]), *parts(row["parent_code"])]:
            if code not in carriers:
                yield f"carriers: {row['code']} names {code}, which carriers.csv does not know"
    for row in source.tables["carrier_segments"]:
        for code in [*parts(row["carrier_code"]), *parts(row["district_codes"])]:
            if code not in carriers:
                yield f"carrier_segments: {row['segment_code']} names {code}, which carriers.csv does not know"
            elif row["segment_code"] not in parts(carriers[code]["segments"]):
                yield f"carrier_segments: {row['segment_code']} on {code} is missing in carriers.csv"


def _channels_and_regions(source: Source) -> Iterator[str]:
    """6. Fairs of channels, modes of regions and carriers of policies exist."""
    fairs = {row["code"] for row in source.tables["fairs"]}
    modes = {row["code"] for row in source.documents["regions"]["cooperation_modes"]}
    carriers = {row["code"] for row in source.tables["carriers"]}
    wanted = (
        ("channels", "fairs", fairs, source.documents["channels"]["channels"]),
        ("regions", "modes", modes, source.documents["regions"]["regions"]),
        ("policies", "carriers", carriers, source.documents["policies"]["offers"]),
    )
    for name, key, known, rows in wanted:
        for row in rows:
            for code in refs(row.get(key)):
                if code not in known:
                    yield f"{name}: {row['code']} names {code}, which does not exist"


def _no_circles(source: Source) -> Iterator[str]:
    """7. Supply runs one way."""
    feeds = {node["code"]: list(node.get("feeds") or []) for node in source.nodes}
    done: set[str] = set()

    def walk(code: str, path: tuple[str, ...]) -> Iterator[str]:
        if code in path:
            yield f"chain_nodes: feeds run in a circle: {' → '.join([*path[path.index(code) :], code])}"
        elif code not in done:
            for after in feeds.get(code, []):
                yield from walk(after, (*path, code))
            done.add(code)

    for code in feeds:
        yield from walk(code, ())


RULES: tuple[Callable[[Source], Iterator[str]], ...] = (
    _codes,
    _words,
    _refs,
    _segments_and_nodes,
    _companies_of_nodes,
    _projects,
    _carriers,
    _channels_and_regions,
    _no_circles,
)


def _everything(source: Source) -> Iterator[tuple[str, list[Row]]]:
    for name, document in source.documents.items():
        for rows in document.values():
            if isinstance(rows, list):
                yield name, [row for row in rows if isinstance(row, dict)]
    yield from source.tables.items()


def _named(row: Row) -> str:
    return str(row.get("code") or row.get("seq") or row.get("name") or row.get("carrier_code") or row.get("zh") or "?")
