"""Writing the rows of a list of companies: plain new ones many at once, the others one by one with their decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crm.companies import aliases, decisions, relations
from crm.companies.imports import amending, columns, exact, making, resolving, snapshots
from crm.companies.keys import Key
from crm.companies.models import Company, CompanyName, CompanyRelation, NameDecision, RelationKind
from crm.companies.service import Taken
from crm.core import names
from crm.core.errors import Conflict, Invalid, NotFound
from crm.imports.kinds import Context, Row, Trace, Written
from crm.imports.models import Decision, ImportBatch, ImportRow
from crm.kit import db
from crm.kit.words import say as _

SUBJECT = "company"
_TRIES = 3


def write_many(context: Context, rows: Sequence[tuple[Row, Trace]]) -> list[Written | None]:
    """Make the plain new companies of a chunk together, and write plain facts of known ones; the rest is for ``write``.

    What is left to ``write`` comes after all of these: so whatever it may touch is left to it further down, too.
    """
    check_source(context)
    answers: list[Written | None] = [None] * len(rows)
    matches = resolving.identify_many(
        context.actor, [resolving.asked_of(row.given, row.target) for row, _trace in rows]
    )
    companies = {match.company.id: match.company for match in matches if match.company is not None}
    known = amending.known_of(context.actor, list(companies.values()))
    wanted = [
        amending.amendment(context, match.company, row.given, known)
        if match.company is not None and row.decision is None
        else None
        for (row, _trace), match in zip(rows, matches, strict=True)
    ]
    drafts = [
        _draft(context, row) if row.decision is Decision.NEW or _is_unknown(match) else None
        for (row, _trace), match in zip(rows, matches, strict=True)
    ]
    codes = {one.key for one in wanted if one is not None and one.key is not None}
    later = _Later(exact.taken({key for one in drafts if one is not None for key in one.keys} | codes))
    amended: list[tuple[Company, amending.Amendment, Trace]] = []
    fresh: list[tuple[int, making.New, Trace]] = []
    for number, ((row, trace), match) in enumerate(zip(rows, matches, strict=True)):
        company, change, draft = match.company, wanted[number], drafts[number]
        if draft is not None and row.decision in (None, Decision.NEW) and later.keys.isdisjoint(draft.keys):
            fresh.append((number, draft, trace))
        elif company is not None and change is not None and company.id not in later.companies:
            if not change:
                answers[number] = _unchanged(company)
                continue
            if change.key not in later.keys and _is_plain(row, company, change):
                amended.append((company, change, trace))
                answers[number] = Written(SUBJECT, company.id)
        later.add(company, draft, change)
    if amended:
        amending.amend_facts(context, amended)
    if fresh:
        made = making.make(context, [one for _n, one, _t in fresh], [trace for _n, _one, trace in fresh])
        for (number, _one, _trace), company_id in zip(fresh, made, strict=True):
            answers[number] = Written(SUBJECT, company_id)
        _remember(context, [(rows[number][0], answers[number]) for number, _one, _trace in fresh])
    return answers


def _is_plain(row: Row, company: Company, change: amending.Amendment) -> bool:
    return company.retired_at is None and change.is_plain(company) and _stands(row, company)


def _is_unknown(match: resolving.Match) -> bool:
    return match.company is None and not match.asked.public_id


def _remember(context: Context, made: Sequence[tuple[Row, Written | None]]) -> None:
    """Keep the word of a person who said of rows that they are none of the companies shown."""
    said = [(row, written) for row, written in made if row.decision is Decision.NEW and written is not None]
    refused = _refused(context, [row.row_no for row, _written in said]) if said else {}
    for row, written in said:
        if refused.get(row.row_no):
            company = db.session.get_one(Company, written.subject_id)
            decisions.remember_different(context.actor, company, refused[row.row_no])


@dataclass
class _Later:
    """Keys and companies that rows above have to do with: a further row on them is written by itself, after them."""

    keys: set[Key]
    companies: set[int] = field(default_factory=set)

    def add(self, company: Company | None, draft: making.New | None, change: amending.Amendment | None) -> None:
        """Remember what a row has to do with."""
        if change is not None and change.key is not None:
            self.keys.add(change.key)
        if company is not None:
            self.companies.add(company.id)
        if draft is not None:
            self.keys.update(draft.keys)


def write(context: Context, row: Row, trace: Trace) -> Written:
    """Write one row: what it is by its target, its keys or a person's decision. Raises UserError for what cannot be."""
    company, is_new = settle(context, row, row.given, trace)
    return Written(SUBJECT, company.id) if is_new else _update(context, row, company, trace)


def settle(context: Context, row: Row, given: Mapping[str, Any], trace: Trace) -> tuple[Company, bool]:
    """Return the company a row speaks of, made if it is new, and whether it was made.

    With a decision: the chosen one, a new one that is none of those shown, or a new one of the same group.
    """
    check_source(context)
    if row.decision is Decision.RELATED:
        company = _target(context, row)
        if company is None:
            raise Invalid(_("请选择关联的企业。"), "target")
        made = _make(context, row, given, trace)
        relate(context, company, made, trace)
        return made, True
    if row.decision is Decision.NEW:
        made = _make(context, row, given, trace)
        decisions.remember_different(context.actor, made, _refused(context, [row.row_no]).get(row.row_no, []))
        return made, True
    for _attempt in range(_TRIES):
        company = _target(context, row) or _identified(context, given)
        if company is not None:
            return company, False
        try:
            with db.session.begin_nested():
                return _make(context, row, given, trace), True
        except (Taken, IntegrityError):
            trace.made.clear()  # another writer was faster: what it wrote is there to be read now
            db.session.expire_all()
    raise Conflict(_("同一企业正在被登记，请稍后再试。"), "name")


def check_source(context: Context) -> None:
    """A public list is opened to the city at once: then it must be said where it comes from."""
    if making.opens(context) and not context.source.strip():
        raise Invalid(_("按公开名录导入时，请写明名录来源，例如“2025 年度高新技术企业名单”。"), "source")


def _draft(context: Context, row: Row) -> making.New | None:
    try:
        return making.draft(context, row.given)
    except Invalid:
        return None  # ``write`` says why


def _target(context: Context, row: Row) -> Company | None:
    """Return the company that was chosen or named by its id."""
    public_id = row.target or columns.own_id(row.given)
    if not public_id or row.decision is Decision.NEW:
        return None
    found = exact.look(context.actor, (), [public_id]).by_public_id.get(public_id)
    if found is None and row.target:
        raise NotFound(_("选定的企业已不在库中，或您无权查看。请重新选择。"))
    return found


def _identified(context: Context, given: Mapping[str, Any]) -> Company | None:
    """Find the company by code and name as they are now: another import may have made it meanwhile."""
    asked = resolving.Asked(columns.text_of(given, "name"), columns.text_of(given, "uscc"))
    match = resolving.identify(context.actor, asked)
    if match.faults:
        raise Invalid(match.faults[0].message, match.faults[0].field)
    if match.choices:
        raise Conflict(_("企业库里“%(name)s”的名称与代码对不上，请核对后再导入。", name=match.choices[0].name), "name")
    return match.company


def _make(context: Context, row: Row, given: Mapping[str, Any], trace: Trace) -> Company:
    """Make the row's company. Raises Taken with a sentence when a key leads to one that the actor sees."""
    one = making.draft(context, given)
    # Only the centre may say that this is another firm of the same name.
    homonym = row.decision is Decision.NEW and context.actor.is_center
    made = making.make(context, [one], [trace], homonym=homonym)[0]
    return db.session.get_one(Company, made)


def _update(context: Context, row: Row, company: Company, trace: Trace) -> Written:
    known = amending.known_of(context.actor, [company])
    wanted = amending.amendment(context, company, row.given, known)
    if wanted:
        if resolving.retired_words(company):
            raise Conflict(resolving.retired_words(company), "name")
        _check_stands(row, company)
        amending.amend(context, company, wanted, trace)
    if row.decision is Decision.SAME:
        learn(context, company, columns.text_of(row.given, "name"), trace)
    return Written(SUBJECT, company.id) if trace.changed or trace.made else _unchanged(company)


def _unchanged(company: Company) -> Written:
    return Written(SUBJECT, company.id, _("与库中一致，没有改动。"), changed=False)


def learn(context: Context, company: Company, text: str, trace: Trace) -> None:
    """Keep the typed text as a name of the company that a person said it means."""
    tables = (CompanyName, NameDecision)
    before = snapshots.take([company.id], tables)[company.id]
    if text and aliases.confirm(context.actor, company, text, source=context.source or "import") is not None:
        snapshots.note(trace, company.id, before, snapshots.take([company.id], tables)[company.id])


def relate(context: Context, company: Company, made: Company, trace: Trace) -> None:
    """Note that a new company belongs to a known one: as its branch or head office, if the names say so, else by brand."""
    if made.id == company.id:
        return
    source = (context.source or "import")[:80]
    known, new = names.parts(company.name), names.parts(made.name)
    kind = RelationKind.BRANCH if bool(known.branch) != bool(new.branch) else RelationKind.BRAND
    ends = (made.id, company.id) if known.branch and not new.branch else (company.id, made.id)
    row = relations.add_relation(context.actor, *ends, kind, source=source)
    trace.make(CompanyRelation.__tablename__, row.id)


def _refused(context: Context, row_numbers: Sequence[int]) -> dict[int, list[str]]:
    """Return, by row, the candidates shown beside it as the same or perhaps the same: what a new company is not."""
    query = (
        select(ImportRow.row_no, ImportRow.candidates)
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .where(ImportBatch.public_id == context.batch_public_id, ImportRow.row_no.in_(row_numbers))
    )
    return {
        row_no: [str(one["public_id"]) for one in found or () if one.get("verdict") in ("same", "likely")]
        for row_no, found in db.session.execute(query)
    }


def _stands(row: Row, company: Company) -> bool:
    """Say whether a row of our own export was compared with the company as it still is, or a person looked at both."""
    version = columns.whole_of(row.given, columns.VERSION.name)
    own = columns.own_id(row.given) == company.public_id
    return not own or version is None or version == company.version or row.decision is not None


def _check_stands(row: Row, company: Company) -> None:
    if not _stands(row, company):
        raise Conflict(_("“%(name)s”在导出之后被改过，请重新检查这一行。", name=company.name), "version")
