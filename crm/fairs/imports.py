"""The kind of import that fills the list of an edition: each firm as the organiser wrote it, answered against the base."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from crm.companies import choices
from crm.companies import queries as companies
from crm.companies.imports import columns, exhibiting, resolving, wording
from crm.companies.imports import exhibitors as firms
from crm.companies.models import Company, CompanyNode
from crm.core import booths, names
from crm.core.errors import Conflict
from crm.core.permissions import Permission
from crm.fairs.models import Edition, EditionList, Exhibitor, ExhibitorCandidate, FairContact, ListVerdict, MatchItem
from crm.imports.kinds import Context, Finding, Kind, Option, Row, Trace, Written
from crm.imports.models import Fate, ImportBatch, ImportRow
from crm.kit import db
from crm.kit.words import say as _

NAME = "fair_exhibitors"
TABLE = Exhibitor.__tablename__
_TEXTS = ("english_name", "uscc", "products", "category", "country", "province", "city", "website")


def check(context: Context, rows: Sequence[Row]) -> list[Finding]:
    """Say of each row whether the firm is known (S4). Nobody need decide before the list is written: that can wait."""
    found = []
    for row, finding in zip(rows, firms.check(context, rows), strict=True):
        shared = exhibiting.is_shared(row.given)
        if finding.fate in (Fate.LIKELY, Fate.RELATED):
            note = finding.note or _("先写入名录；是不是同一家，可以在名录里再定。")
            found.append(Finding(finding.fate, sure=True, choices=finding.choices, note=note))
        elif finding.fate is Fate.NEW and (shared or not context.options.get(firms.ADD_NEW)):
            found.append(Finding(Fate.NEW, note=finding.note if shared else _("写入名录，不登记到企业库。")))
        else:
            found.append(finding)
    return found


def write(context: Context, row: Row, trace: Trace) -> Written:
    """Write one row: the firm of the list, and the company of the base that was chosen or is to be made."""
    edition_list = list_of_batch(context)
    near = _candidates(context, [row.row_no]).get(row.row_no, [])
    company = _company(context, row, near, trace)
    exhibitor = _put(context, edition_list, row, company, near, trace)
    db.session.flush()
    return Written("exhibitor", exhibitor.id)


def write_many(context: Context, rows: Sequence[tuple[Row, Trace]]) -> list[Written | None]:
    """Write the rows that make no company together; the others are left to ``write``."""
    edition_list = list_of_batch(context)
    near = _candidates(context, [row.row_no for row, _trace in rows])
    asked = [resolving.asked_of(exhibiting.facts_of(row.given), row.target) for row, _trace in rows]
    matches = resolving.identify_many(context.actor, asked)
    adds = bool(context.options.get(firms.ADD_NEW))
    made: list[tuple[int, Exhibitor]] = []
    answers: list[Written | None] = [None] * len(rows)
    keys = {_key(row.given) for row, _trace in rows}
    mine = select(Exhibitor).where(Exhibitor.edition_id == edition_list.edition_id, Exhibitor.name_key.in_(keys))
    known = {one.name_key: one for one in db.session.scalars(mine)}
    nodes = _nodes_of(match.company for match in matches if match.company is not None)
    for number, ((row, trace), match) in enumerate(zip(rows, matches, strict=True)):
        new = match.company is None and not near.get(row.row_no) and not exhibiting.is_shared(row.given)
        if row.decision is not None or match.faults or (adds and new):
            continue
        found = _put(context, edition_list, row, match.company, near.get(row.row_no, []), trace, known, nodes)
        made.append((number, found))
    db.session.flush()
    for number, exhibitor in made:
        answers[number] = Written("exhibitor", exhibitor.id)
        trace = rows[number][1]
        if not any(table == TABLE for table, *_rest in [*trace.made, *trace.changed]):
            trace.make(TABLE, exhibitor.id)
    return answers


def undo(context: Context, row: Row, trace: Trace) -> list[str]:
    """Take back the firm of the list, unless somebody works with it; then the company that was made for it."""
    for table, number in trace.made:
        if table != TABLE:
            continue
        exhibitor = db.session.get(Exhibitor, int(number))
        if exhibitor is None:
            continue
        used = select(MatchItem.id).where(MatchItem.exhibitor_id == exhibitor.id)
        met = select(FairContact.id).where(FairContact.exhibitor_id == exhibitor.id)
        if db.session.scalar(used.limit(1)) or db.session.scalar(met.limit(1)):
            return [_("“%(name)s”已有对接安排或现场记录，留在名录里。", name=exhibitor.name)]
        db.session.execute(delete(ExhibitorCandidate).where(ExhibitorCandidate.exhibitor_id == exhibitor.id))
        db.session.delete(exhibitor)
        db.session.flush()
    rest = Trace(
        made=[one for one in trace.made if one[0] != TABLE],
        changed=[one for one in trace.changed if one[0] != TABLE],
    )
    for table, number, name, old, new in reversed(trace.changed):
        row_now = db.session.get(Exhibitor, int(number)) if table == TABLE else None
        if row_now is not None and getattr(row_now, name) == new:
            setattr(row_now, name, old)
    return firms.undo(context, row, rest)


def list_of_batch(context: Context) -> EditionList:
    """Return the list that a batch belongs to. Raises Conflict for a batch that was not begun on the page of an edition."""
    query = select(EditionList).join(EditionList.batch).where(ImportBatch.public_id == context.batch_public_id)
    found = db.session.scalar(query)
    if found is None:
        raise Conflict(_("这份名录没有归到任何一届展会。请从展会页面导入。"))
    return found


def edition_of_batch(context: Context) -> Edition:
    """Return the edition whose list a batch fills. Raises Conflict as ``list_of_batch`` does."""
    return db.session.get_one(Edition, list_of_batch(context).edition_id)


def edition_number(batch_public_id: str) -> str:
    """Return the public id of the edition whose list a batch fills; empty when it fills none."""
    query = select(Edition.public_id).join(EditionList, EditionList.edition_id == Edition.id).join(EditionList.batch)
    return db.session.scalar(query.where(ImportBatch.public_id == batch_public_id)) or ""


def home(batch_public_id: str) -> tuple[Any, str] | None:
    """Return where the firms of a batch are listed."""
    number = edition_number(batch_public_id)
    return (_("展商名录"), f"/fairs/editions/{number}/exhibitors") if number else None


def _company(context: Context, row: Row, near: Sequence[Mapping[str, Any]], trace: Trace) -> Company | None:
    """Return the company: a new one only where that was chosen and nothing in the base is like it."""
    adds = bool(context.options.get(firms.ADD_NEW)) and not near and not exhibiting.is_shared(row.given)
    if row.decision is None and not adds and not row.target:
        return resolving.identify(context.actor, exhibiting.asked(row.given)).company
    written = firms.write(context, row, trace)
    return db.session.get(Company, written.subject_id) if written.subject_id else None


def _candidates(context: Context, numbers: Sequence[int]) -> dict[int, list[Mapping[str, Any]]]:
    """Return, by row, what the dry run found that the firm may be."""
    query = (
        select(ImportRow.row_no, ImportRow.candidates)
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .where(ImportBatch.public_id == context.batch_public_id, ImportRow.row_no.in_(numbers))
    )
    return {number: list(found or ()) for number, found in db.session.execute(query)}


def _key(given: Mapping[str, Any]) -> str:
    name = exhibiting.cell_of(given).name
    return (names.name_key(name) or name)[:200]


def _put(
    context: Context,
    edition_list: EditionList,
    row: Row,
    company: Company | None,
    near: Sequence[Mapping[str, Any]],
    trace: Trace,
    known: dict[str, Exhibitor] | None = None,
    nodes: Mapping[int, int] | None = None,
) -> Exhibitor:
    """Write the firm: a new row, or one more booth of a firm that is there."""
    key = _key(row.given)
    same = None if known is None else known.get(key)
    if known is None:
        mine = (Exhibitor.edition_id == edition_list.edition_id, Exhibitor.name_key == key)
        same = db.session.scalar(select(Exhibitor).where(*mine))
    if same is not None:
        _add_booth(same, row.given, trace)
        return same
    exhibitor = _made(edition_list, row, key)
    _link(exhibitor, company, nodes)
    db.session.add(exhibitor)
    if known is None:
        db.session.flush()
        trace.make(TABLE, exhibitor.id)
    else:
        known[key] = exhibitor
    if company is None and near:
        _keep_candidates(context, exhibitor, near)
    return exhibitor


def _made(edition_list: EditionList, row: Row, key: str) -> Exhibitor:
    given = row.given
    stands = columns.texts_of(given, "booth")
    place = booths.read_booth(next(iter(stands), ""), columns.text_of(given, "hall"))
    placed = columns.with_place(given)
    texts = {name: columns.text_of(placed, name) for name in _TEXTS} | {"english_name": exhibiting.english_of(given)}
    return Exhibitor(
        public_id=db.new_public_id(),
        edition_id=edition_list.edition_id,
        list_id=edition_list.id,
        row_no=row.row_no,
        name_key=key,
        name=exhibiting.cell_of(given).shown[:200],
        booth="；".join(_stands(given))[:200],
        hall=place.hall,
        aisle=place.aisle[:10],
        stand=place.stand,
        raw=dict(given),
        **texts | {"province": texts["province"][:20], "city": texts["city"][:20], "uscc": texts["uscc"][:18]},
    )


def _add_booth(exhibitor: Exhibitor, given: Mapping[str, Any], trace: Trace) -> None:
    there = exhibitor.booth.split("；")
    more = [one for one in _stands(given) if one not in there]
    if not more:
        return
    if not exhibitor.booth:
        place = booths.read_booth(next(iter(columns.texts_of(given, "booth")), ""), columns.text_of(given, "hall"))
        exhibitor.hall, exhibitor.aisle, exhibitor.stand = place.hall, place.aisle[:10], place.stand
    old, exhibitor.booth = exhibitor.booth, "；".join(filter(None, (exhibitor.booth, *more)))[:200]
    if exhibitor.id is not None:
        trace.change(TABLE, exhibitor.id, "booth", old, exhibitor.booth)


def _stands(given: Mapping[str, Any]) -> list[str]:
    """Return the booths as the organiser wrote them, each with its hall where it does not name it itself."""
    hall, stands = columns.text_of(given, "hall"), columns.texts_of(given, "booth")
    if not hall:
        return stands
    named = booths.read_hall(hall)
    return [one if booths.read_booth(one).hall == named else f"{hall} {one}" for one in stands] or [hall]


def _link(exhibitor: Exhibitor, company: Company | None, nodes: Mapping[int, int] | None) -> None:
    """Set the company, and the node: the company's own, or the one that the products speak of."""
    by_id = choices.read().nodes_by_id()
    if company is not None:
        exhibitor.company_id = company.id
        # The list is read by other units: the node of a company that they may not see is not told to them (S0).
        if company.opened_at is not None:
            exhibitor.node_id = (nodes if nodes is not None else _nodes_of([company])).get(company.id)
    if exhibitor.node_id is None:
        guessed = wording.nodes_in(exhibitor.products, exhibitor.category, exhibitor.name)
        exhibitor.node_id = guessed[0].id if guessed else None
        exhibitor.node_guessed = bool(guessed)
    node = by_id.get(exhibitor.node_id or 0)
    exhibitor.gap = node.gap if node is not None else ""


def _nodes_of(firms_known: Any) -> dict[int, int]:
    """Return the main node of companies."""
    ids = {company.id for company in firms_known}
    query = select(CompanyNode.company_id, CompanyNode.node_id).where(CompanyNode.company_id.in_(ids))
    rows = db.session.execute(query.order_by(CompanyNode.weight.desc(), CompanyNode.node_id)) if ids else ()
    found: dict[int, int] = {}
    for company_id, node_id in rows:
        found.setdefault(company_id, node_id)
    return found


def _keep_candidates(context: Context, exhibitor: Exhibitor, near: Sequence[Mapping[str, Any]]) -> None:
    for one in near[:5]:
        company = companies.find_company(context.actor, str(one.get("public_id") or ""))
        verdict = ListVerdict.RELATED if one.get("verdict") == "related" else ListVerdict.LIKELY
        if company is not None and all(company.id != other.company_id for other in exhibitor.candidates):
            reasons = [str(why) for why in one.get("reasons") or ()]
            score = float(one.get("score") or 0)
            exhibitor.candidates.append(
                ExhibitorCandidate(company_id=company.id, verdict=verdict, score=score, reasons=reasons)
            )


def link(exhibitor_id: int) -> str:
    """Return the address of a written firm."""
    query = select(Edition.public_id, Exhibitor.public_id).join(Exhibitor, Exhibitor.edition_id == Edition.id)
    found = db.session.execute(query.where(Exhibitor.id == exhibitor_id)).first()
    return f"/fairs/editions/{found[0]}/exhibitors/{found[1]}" if found is not None else "/fairs/"


KIND = Kind(
    name=NAME,
    label=_l("届次参展名录"),
    hint=_l("从一届展会的页面导入：写入这一届的名录，逐行比对企业库。"),
    icon="building-pavilion",
    permission=Permission.FAIR_WRITE,
    columns=firms.COLUMNS,
    check=check,
    write=write,
    write_many=write_many,
    undo=undo,
    link=link,
    placed=True,
    home=home,
    options=(
        Option(
            firms.ADD_NEW,
            _l("登记新企业"),
            _l("把名录里的新企业登记到企业库。不勾选就只写入名录，以后逐家再定。"),
            lambda actor: actor.can(Permission.COMPANY_WRITE),
        ),
    ),
)
