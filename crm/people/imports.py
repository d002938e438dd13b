"""The kind: contacts. Secret to the unit; numbers are masked wherever a person looks at them before they are stored."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, or_, select

from crm.audit import service as audit
from crm.companies.imports import columns, resolving, snapshots, undoing, writing
from crm.companies.models import Company
from crm.core.errors import Invalid, NotFound
from crm.core.permissions import Permission
from crm.core.tabular import ColumnSpec
from crm.imports.kinds import Context, Fault, Finding, Kind, Row, Trace, Written
from crm.imports.models import Decision, Fate
from crm.kit import clock, db, references
from crm.kit.access import Actor
from crm.kit.words import say as _
from crm.people import mobiles
from crm.people.models import Person
from crm.people.queries import visible_to
from crm.people.service import BASIS

SUBJECT = "person"
TABLE = Person.__tablename__
_FIELDS = ("title", "mobile", "company_id")
# fmt: off
COLUMNS: tuple[ColumnSpec, ...] = (
    ColumnSpec("name", "姓名", ("联系人", "联系人姓名", "对接人", "负责人", "企业联系人", "客户姓名", "姓名（中文）", "联络人", "contact", "contact person",
                              "full name", "name"), "name", required=True, longest=40, personal=True),
    ColumnSpec("company", "企业名称", ("公司名称", "单位", "工作单位", "所在单位", "所在企业", "企业", "公司", "单位名称", "客商名称", "company",
                                    "company name", "organization"), "name", longest=200),
    ColumnSpec("uscc", "统一社会信用代码", columns.CODE_WORDS, "code"),
    ColumnSpec("title", "职务", ("职位", "职称", "岗位", "头衔", "job title", "title", "position"), "text", longest=60),
    ColumnSpec("mobile", "手机", ("手机号", "手机号码", "电话", "联系电话", "联系方式", "移动电话", "电话号码", "座机", "mobile", "phone", "tel"),
               "phone"),
    ColumnSpec("basis", "来源依据", ("处理依据", "合法性依据", "依据", "来源", "获取方式", "获取途径", "basis", "legal basis"), "text", longest=40),
    ColumnSpec("noticed_on", "告知日期", ("告知时间", "告知日", "noticed on"), "day"),
)
# fmt: on


def check(context: Context, rows: Sequence[Row]) -> list[Finding]:
    """Say of each row whether the unit knows the person, and at which company; only own rows enter."""
    asked = [resolving.asked_of(_company(row.given)) for row in rows]
    matches = resolving.resolve(context.actor, asked, name_field="company")
    known = _known(context.actor, rows, matches)
    found: list[Finding] = []
    for row, match in zip(rows, matches, strict=True):
        found.append(_finding(context.actor, row, match, _own(known, row, match)))
    return found


def write(context: Context, row: Row, trace: Trace) -> Written:
    """Remember the person, or fill what was unknown. Raises UserError."""
    company = _settled(context, row, trace)
    number = _number(row.given)
    person = _find(context.actor, row, number, company)
    values = {**_values(row.given, number), **({"company_id": company.id} if company is not None else {})}
    if person is None:
        made = _add(context, row, values)
        trace.make(TABLE, made.id)
        return Written(SUBJECT, made.id)
    changed = {
        name: (getattr(person, name), new) for name, new in values.items() if new and getattr(person, name) != new
    }
    if not changed:
        return Written(SUBJECT, person.id, _("与已登记的一致，没有改动。"), changed=False)
    for name, (old, new) in changed.items():
        trace.change(TABLE, person.id, name, snapshots.plain(old), snapshots.plain(new))
        setattr(person, name, new)
    person.mobile_hmac = mobiles.fingerprint(person.mobile)
    person.version += 1
    audit.record(context.actor, "person.changed", person, org_id=person.org_id, **_told(changed))
    db.session.flush()
    return Written(SUBJECT, person.id)


def undo(context: Context, row: Row, trace: Trace) -> list[str]:
    """Take the person away, or what was filled in, unless people changed it or work with that person since."""
    stays: list[str] = []
    for table, number in trace.made:
        person = db.session.get(Person, int(number)) if table == TABLE else None
        if person is not None:
            stays += _forget(context, person)
    by_person: dict[int, list[tuple[str, Any, Any]]] = {}
    for table, number, name, old, new in trace.changed:
        if table == TABLE:
            by_person.setdefault(int(number), []).append((name, old, new))
    for person_id, changes in by_person.items():
        person = db.session.get(Person, person_id)
        if person is not None:
            stays += _put_back(context, person, changes)
    if stays:
        return stays
    rest = replace(
        trace,
        made=[one for one in trace.made if one[0] != TABLE],
        changed=[one for one in trace.changed if one[0] != TABLE],
    )
    return undoing.take_back(context, _company(row.given), rest)


def _company(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the row says of the company, in the words of a list of companies."""
    told = {"name": columns.text_of(given, "company"), "uscc": columns.text_of(given, "uscc")}
    return {name: text for name, text in told.items() if text}


def _number(given: Mapping[str, Any]) -> str:
    text = columns.text_of(given, "mobile")
    number = mobiles.normal(text) if text else ""
    if number is None:
        raise Invalid(_("这不像一个电话号码。手机号 11 位，座机请带区号，境外号码以 + 开头。"), field="mobile")
    return number


def _values(given: Mapping[str, Any], number: str) -> dict[str, Any]:
    return {"title": columns.text_of(given, "title"), "mobile": number}


def _known(actor: Actor, rows: Sequence[Row], matches: Sequence[resolving.Match]) -> list[Person]:
    """Return the unit's own persons that the rows may mean, in one statement."""
    prints = {mobiles.fingerprint(number) for row in rows if (number := _readable(row.given))}
    at = {match.company.id for match in matches if match.company is not None}
    names = {columns.text_of(row.given, "name") for row in rows}
    by = or_(Person.mobile_hmac.in_(prints), Person.company_id.in_(at) & Person.name.in_(names))
    query = select(Person).where(visible_to(actor), Person.org_id == actor.org_id, by)
    return list(db.session.scalars(query.order_by(Person.id)))


def _readable(given: Mapping[str, Any]) -> str:
    text = columns.text_of(given, "mobile")
    return (mobiles.normal(text) or "") if text else ""


def _own(known: Sequence[Person], row: Row, match: resolving.Match) -> Person | None:
    """Return the person a row means: one number and one name, else one name at one company."""
    name, number = columns.text_of(row.given, "name"), _readable(row.given)
    print_ = mobiles.fingerprint(number)
    for person in known:
        if number and person.name == name and person.mobile_hmac == print_:
            return person
    at = match.company.id if match.company is not None else None
    return next((one for one in known if at is not None and one.company_id == at and one.name == name), None)


def _find(actor: Actor, row: Row, number: str, company: Company | None) -> Person | None:
    own = select(Person).where(visible_to(actor), Person.org_id == actor.org_id)
    own = own.where(Person.name == columns.text_of(row.given, "name")).order_by(Person.id).limit(1)
    if row.decision is None and row.target:
        found = db.session.scalar(own.where(Person.public_id == row.target))
        if found is None:
            raise NotFound(_("这位联系人已不在，请重新检查这一行。"))
        return found
    found = db.session.scalar(own.where(Person.mobile_hmac == mobiles.fingerprint(number))) if number else None
    if found is None and company is not None:
        found = db.session.scalar(own.where(Person.company_id == company.id))
    return found


def _settled(context: Context, row: Row, trace: Trace) -> Company | None:
    """Return the company of the person; none where the row names none."""
    given = _company(row.given)
    if not given:
        return None
    asked = row if row.decision is not None else replace(row, target="")
    if not given.get("name") and row.decision is None:
        found = resolving.identify(context.actor, resolving.asked_of(given))
        if found.company is None:
            raise Invalid(_("企业库里没有这个代码，请补上企业名称。"), "company")
        return found.company
    company, _is_new = writing.settle(context, asked, given, trace)
    if row.decision is Decision.SAME:
        writing.learn(context, company, given.get("name", ""), trace)
    return company


def _add(context: Context, row: Row, values: Mapping[str, Any]) -> Person:
    actor = context.actor
    person = Person(
        public_id=db.new_public_id(),
        org_id=actor.org_id,
        name=columns.text_of(row.given, "name"),
        basis=columns.text_of(row.given, "basis") or BASIS,
        noticed_on=columns.day_of(row.given, "noticed_on"),
        mobile_hmac=mobiles.fingerprint(values["mobile"]),
        created_by_id=actor.user_id or None,
        created_at=clock.now(),
        **values,
    )
    db.session.add(person)
    db.session.flush()
    told = {"name": person.name, "title": person.title, "mobile": person.mobile}
    audit.record(actor, "person.added", person, org_id=person.org_id, **told)
    return person


def _told(changed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: pair for name, pair in changed.items() if name != "company_id"}


def _forget(context: Context, person: Person) -> list[str]:
    uses, _others = references.pointing_at(TABLE, person.id)
    if uses or person.version != 1:
        return [_("联系人“%(name)s”导入后有人改过或用到，保留。", name=person.name)]
    audit.record(context.actor, "person.import_undone", person, org_id=person.org_id, name=(person.name, None))
    db.session.flush()
    db.session.execute(delete(Person).where(Person.id == person.id))
    db.session.expunge(person)
    return []


def _put_back(context: Context, person: Person, changes: Sequence[tuple[str, Any, Any]]) -> list[str]:
    if any(snapshots.plain(getattr(person, name)) != new for name, _old, new in changes):
        return [_("联系人“%(name)s”后来又改过，保留。", name=person.name)]
    undone = {name: (getattr(person, name), old) for name, old, _new in changes}
    for name, old, _new in changes:
        setattr(person, name, snapshots.typed(Person, name, old))
    person.mobile_hmac = mobiles.fingerprint(person.mobile)
    person.version += 1
    audit.record(context.actor, "person.import_undone", person, org_id=person.org_id, **_told(undone))
    db.session.flush()
    return []


def _finding(actor: Actor, row: Row, match: resolving.Match, person: Person | None) -> Finding:
    given = _company(row.given)
    faults = [] if not given else list(match.faults)
    if columns.text_of(row.given, "mobile") and not _readable(row.given):
        words = _("这不像一个电话号码。手机号 11 位，座机请带区号，境外号码以 + 开头。")
        faults.append(Fault("mobile", words))
    if given and not given.get("name") and match.company is None and not match.choices and not faults:
        faults.append(Fault("company", _("企业库里没有这个代码，请补上企业名称。")))
    if faults:
        return Finding(Fate.ERROR, faults=faults)
    if given and match.company is None and match.choices:
        fate = Fate.LIKELY if match.verdict == "likely" else Fate.RELATED
        return Finding(fate, sure=False, choices=match.choices)
    if person is None:
        unknown = given and match.company is None
        return Finding(Fate.NEW, note=_("企业库里没有这家企业，写入时一并登记。") if unknown else "")
    values: dict[str, Any] = _values(row.given, _readable(row.given))
    changes = {
        name: (_masked(name, getattr(person, name)), _masked(name, new))
        for name, new in values.items()
        if new and getattr(person, name) != new
    }
    if match.company is not None and person.company_id != match.company.id:
        changes["company"] = (None, match.company.name)
    return Finding(Fate.UPDATE if changes else Fate.SAME, changes=changes, target=person.public_id)


def _masked(name: str, value: Any) -> Any:
    return mobiles.masked(value) if name == "mobile" and value else value


KIND = Kind(
    name="people",
    label=_l("联系人"),
    hint=_l("企业联系人名单：只有本单位看得到，号码默认遮住。请写明来源依据。"),
    icon="users",
    permission=Permission.IMPORT_PEOPLE,
    columns=COLUMNS,
    check=check,
    write=write,
    undo=undo,
)
