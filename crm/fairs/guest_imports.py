"""The kind of import that fills the guest list of an event: from a table, from text, or from people whom the unit knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, delete, or_, select

from crm.audit import service as audit
from crm.companies import queries as companies
from crm.companies.imports import columns, resolving
from crm.companies.models import Company
from crm.core import names
from crm.core.errors import Invalid
from crm.core.permissions import Permission
from crm.core.tabular import ColumnSpec
from crm.fairs import guests
from crm.fairs.imports import edition_number, edition_of_batch
from crm.fairs.models import Edition, Guest
from crm.fairs.service import guests as service
from crm.fairs.service.guests import MOST_COMPANIONS, GuestInput
from crm.imports.kinds import Context, Fault, Finding, Kind, Row, Trace, Written
from crm.imports.models import Fate
from crm.kit import clock, db, references
from crm.kit.access import Actor
from crm.kit.fields import one_line, public_id
from crm.kit.words import say as _
from crm.people import mobiles
from crm.people import queries as contacts
from crm.people.models import Person

NAME = "fair_guests"
TABLE = Guest.__tablename__
PERSON, FIRM = "person", "firm"  # columns that only our own list of known people carries
# fmt: off
COLUMNS: tuple[ColumnSpec, ...] = (
    ColumnSpec("company", "单位", ("企业名称", "公司名称", "单位名称", "工作单位", "所在单位", "企业", "公司", "嘉宾单位", "参会单位", "来宾单位", "机构名称",
                                 "company", "company name", "organization"), "name", longest=200),
    ColumnSpec("name", "姓名", ("嘉宾", "嘉宾姓名", "来宾", "来宾姓名", "参会人", "参会人员", "参会嘉宾", "联系人", "联系人姓名", "name", "guest",
                              "full name"), "name", longest=40, personal=True),
    ColumnSpec("title", "职务", ("职位", "职称", "岗位", "头衔", "job title", "title", "position"), "text", longest=60),
    ColumnSpec("mobile", "手机", ("手机号", "手机号码", "电话", "联系电话", "联系方式", "移动电话", "电话号码", "mobile", "phone", "tel"), "phone"),
    ColumnSpec("seat", "座位", ("座位号", "席位", "桌号", "座次", "台号", "seat", "table"), "key"),
    ColumnSpec("companions", "随行人数", ("随行", "随员", "随行人员", "陪同人数", "companions"), "number", unit="人"),
    ColumnSpec("words", "备注", ("说明", "备注信息", "note", "remark"), "text", longest=200),
    ColumnSpec(PERSON, "联系人编号（系统填）", ("联系人编号", "联系人编号（勿改）"), "key"),
    ColumnSpec(FIRM, "企业编号（系统填）", ("企业编号", "企业编号（勿改）"), "key"),
)
# fmt: on


@dataclass
class Seen:
    """What some rows lead to: the unit's people, companies by row, and the guests who are on the list already."""

    people: Mapping[str, Person] = field(default_factory=dict)
    companies: Mapping[int, Company] = field(default_factory=dict)
    guests: Sequence[Guest] = ()


def check(context: Context, rows: Sequence[Row]) -> list[Finding]:
    """Say of each row whether the guest is on the list already, also within the table; nobody need decide anything."""
    edition = edition_of_batch(context)
    seen = _look(context.actor, edition, rows)
    found: list[Finding] = []
    met: dict[tuple[str, str], int] = {}
    for row in rows:
        data, faults = _read(context.actor, row, seen)
        if faults or data is None:
            found.append(Finding(Fate.ERROR, faults=faults))
            continue
        keys = _keys(data)
        earlier = next((met[key] for key in keys if key in met), 0)
        for key in keys:
            met.setdefault(key, row.row_no)
        found.append(_finding(data, _same(seen.guests, data), earlier, seen))
    return found


def write(context: Context, row: Row, trace: Trace) -> Written:
    """Put one guest on the list, unless the guest stands there. Raises UserError."""
    edition = edition_of_batch(context)
    seen = _look(context.actor, edition, [row])
    data, faults = _read(context.actor, row, seen)
    if faults or data is None:
        raise Invalid(faults[0].message, field=faults[0].field)
    known = _same(seen.guests, data)
    if known is not None:
        return Written("guest", known.id, _("已在嘉宾名单里，没有重复添加。"), changed=False)
    made = service.add_guest(context.actor, edition, data)
    trace.make(TABLE, made.id)
    return Written("guest", made.id)


def undo(context: Context, row: Row, trace: Trace) -> list[str]:
    """Take the guest off again, as if never added, unless somebody invited, changed or met the guest since."""
    stays: list[str] = []
    for table, number in trace.made:
        guest = db.session.get(Guest, int(number)) if table == TABLE else None
        if guest is None:
            continue
        uses, _others = references.pointing_at(TABLE, guest.id)
        if uses or guest.version != 1:
            stays.append(
                _("“%(name)s”导入后有人邀请、修改或签到，留在名单里。", name=guest.person_name or guest.company_text)
            )
            continue
        told = guest.person_name or guest.company_text
        audit.record(context.actor, "fair_guest.import_undone", guest, org_id=guest.org_id, name=(told, None))
        db.session.flush()
        db.session.execute(delete(Guest).where(Guest.id == guest.id))
        db.session.expunge(guest)
    return stays


def link(guest_id: int) -> str:
    """Return the address of a guest."""
    number = db.session.scalar(select(Guest.public_id).where(Guest.id == guest_id))
    return f"/fairs/guests/{number}" if number else "/fairs/"


def home(batch_public_id: str) -> tuple[Any, str] | None:
    """Return where the guests of a batch are listed."""
    number = edition_number(batch_public_id)
    return (_("嘉宾名单"), f"/fairs/editions/{number}/guests") if number else None


def _look(actor: Actor, edition: Edition, rows: Sequence[Row]) -> Seen:
    """Return what the rows lead to, in a handful of statements however many rows there are."""
    asked = {number for row in rows if (number := public_id(columns.text_of(row.given, PERSON)))}
    mine = select(Person).where(Person.public_id.in_(asked), contacts.visible_to(actor))
    people = {one.public_id: one for one in db.session.scalars(mine)} if asked else {}
    firms = _companies(actor, rows, people)
    where = [Guest.edition_id == edition.id, Guest.org_id == actor.org_id, guests.STANDS, guests.visible_to(actor)]
    prints, said, firm_only = _wanted(rows, people)
    same: list[ColumnElement[bool]] = [Guest.mobile_hmac.in_(prints), Guest.person_name.in_(said)]
    if firm_only:
        same.append(Guest.person_name == "")
    there = db.session.scalars(select(Guest).where(*where, or_(*same)).order_by(Guest.id)).all()
    return Seen(people, firms, there)


def _wanted(rows: Sequence[Row], people: Mapping[str, Person]) -> tuple[set[str], set[str], bool]:
    """Return by what the guests that may be meant are looked up: numbers, names, and whether firms without a person are among them."""
    prints, said, firm_only = set(), set(), False
    for row in rows:
        person = people.get(columns.text_of(row.given, PERSON))
        name = person.name if person is not None else columns.text_of(row.given, "name")
        if name:
            said.add(name)
        firm_only = firm_only or not name
        number = person.mobile if person is not None else mobiles.normal(columns.text_of(row.given, "mobile"))
        if number:
            prints.add(mobiles.fingerprint(number))
    return prints, said, firm_only


def _companies(actor: Actor, rows: Sequence[Row], people: Mapping[str, Person]) -> dict[int, Company]:
    """Return, by row number, the visible company that a row names for certain: by our own id, by the person's, by its name."""
    by_person = {one.company_id for one in people.values() if one.company_id is not None}
    numbers = {number for row in rows if (number := public_id(columns.text_of(row.given, FIRM)))}
    asked = or_(Company.id.in_(by_person), Company.public_id.in_(numbers))
    found = (
        db.session.scalars(select(Company).where(asked, companies.visible_to(actor))) if by_person or numbers else ()
    )
    known = list(found)
    by_id, by_public_id = {one.id: one for one in known}, {one.public_id: one for one in known}
    answers: dict[int, Company] = {}
    named: list[Row] = []
    for row in rows:
        person = people.get(columns.text_of(row.given, PERSON))
        company = by_public_id.get(columns.text_of(row.given, FIRM))
        if company is None and person is not None and person.company_id is not None:
            company = by_id.get(person.company_id)
        if company is not None:
            answers[row.row_no] = company
        elif columns.text_of(row.given, "company"):
            named.append(row)
    matches = resolving.identify_many(actor, [resolving.Asked(columns.text_of(row.given, "company")) for row in named])
    for row, match in zip(named, matches, strict=True):
        if match.company is not None and not match.faults:
            answers[row.row_no] = match.company
    return answers


def _read(actor: Actor, row: Row, seen: Seen) -> tuple[GuestInput | None, list[Fault]]:
    """Return the guest of a row, or what is wrong with it. A known person brings the number along unseen."""
    given = row.given
    asked = columns.text_of(given, PERSON)
    person = seen.people.get(asked)
    if public_id(asked) and person is None:
        return None, [Fault(PERSON, _("没有找到这位联系人，或您无权查看。"))]
    company = seen.companies.get(row.row_no)
    typed = one_line(columns.text_of(given, "company"))
    firm = (typed or (company.name if company is not None else ""))[:200]
    name = (person.name if person is not None else one_line(columns.text_of(given, "name")))[:40]
    text = columns.text_of(given, "mobile")
    number = mobiles.normal(text) if text else ""
    if not text and person is not None and actor.can(Permission.CONTACT_REVEAL):
        number = person.mobile
    faults: list[Fault] = []
    if len(firm) < 2 and len(name) < 2:
        faults.append(Fault("company", _("请填写单位或姓名，至少 2 个字。")))
    if number is None:
        faults.append(Fault("mobile", _("这不像一个电话号码。手机号 11 位，座机请带区号，境外号码以 + 开头。")))
    companions = given.get("companions")
    if companions not in (None, "") and not (str(companions).isdigit() and int(str(companions)) <= MOST_COMPANIONS):
        faults.append(Fault("companions", _("随行人数填 0 到 %(n)s。", n=MOST_COMPANIONS)))
    if faults:
        return None, faults
    title = columns.text_of(given, "title") or (person.title if person is not None else "")
    return GuestInput(
        company_text=firm,
        person_name=name,
        person_title=one_line(title)[:60],
        mobile=number or "",
        company_public_id=company.public_id if company is not None else "",
        person_id=person.id if person is not None else None,
        seat=one_line(columns.text_of(given, "seat"))[:20],
        companions=int(str(companions)) if companions not in (None, "") else 0,
        words=one_line(columns.text_of(given, "words"))[:200],
    ), []


def _keys(data: GuestInput) -> list[tuple[str, str]]:
    """Return by what two lines are one guest: the name at the firm however the firm is spelt, and the name with the number."""
    found = [(data.person_name, f"firm:{names.name_key(data.company_text) or data.company_text}")]
    if data.mobile:
        found.append((data.person_name, f"mobile:{data.mobile}"))
    return found


def _same(known: Sequence[Guest], data: GuestInput) -> Guest | None:
    asked = set(_keys(data))
    for guest in known:
        there = GuestInput(guest.company_text, guest.person_name, mobile=guest.mobile)
        if asked & set(_keys(there)):
            return guest
    return None


def _finding(data: GuestInput, known: Guest | None, earlier: int, seen: Seen) -> Finding:
    if known is not None:
        at = clock.local(known.created_at).strftime("%Y-%m-%d")
        return Finding(Fate.SAME, target=known.public_id, note=_("已在嘉宾名单里（%(at)s 加入），不再添加。", at=at))
    if earlier:
        return Finding(Fate.SAME, note=_("与本表第 %(n)s 行是同一位嘉宾，只添加一次。", n=earlier))
    print_ = mobiles.fingerprint(data.mobile)
    other = next((one for one in seen.guests if print_ and one.mobile_hmac == print_), None)
    if other is not None:
        return Finding(
            Fate.NEW, note=_("号码与名单里的“%(name)s”相同，请核对。", name=other.person_name or other.company_text)
        )
    return Finding(Fate.NEW, note=_("写入嘉宾名单。"))


KIND = Kind(
    name=NAME,
    label=_l("活动嘉宾"),
    hint=_l("从一次活动的嘉宾名单导入：逐行查重，写入这次活动的名单。"),
    icon="users",
    permission=Permission.FAIR_WRITE,
    columns=COLUMNS,
    check=check,
    write=write,
    undo=undo,
    link=link,
    placed=True,
    home=home,
)
