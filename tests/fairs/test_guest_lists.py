"""Guests brought many at a time: a table, people whom the unit knows, a target list; doubles told, looked at first, taken back."""

import io

import openpyxl
import pytest
from sqlalchemy import func, select

from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.permissions import Role
from crm.fairs import guests, known, queries
from crm.fairs.known import KnownFilter
from crm.fairs.models import Guest
from crm.fairs.service import editions, guest_lists
from crm.fairs.service import guests as service
from crm.fairs.service.guests import GuestInput
from crm.imports import service as imports
from crm.imports.models import BatchStatus, ImportBatch, ImportRow, RowStatus
from crm.imports.queries import get_batch
from crm.kit import db, tasks
from crm.people import service as people
from crm.plan.loader import load
from crm.targets import scoring
from crm.targets.lists import queries as list_queries
from crm.targets.lists import service as lists
from crm.targets.lists.models import ListKind
from crm.targets.lists.service import ListInput
from tests.factories import actor_of, make_center, make_company, make_org, make_user
from tests.fairs.test_guests import event_of

FIRM = "昆山砺枢机电有限公司"
PASTED = "\n".join(
    [
        "推介会邀请名单",
        "嘉宾单位\t嘉宾姓名\t职务\t联系电话\t桌号\t随行人数",
        f"{FIRM}\t王澍\t总经理\t13900000127\tA3\t2",
        "昆山砺枢机电（有限公司）\t王澍\t\t\t\t",
        "示例机床协会\t\t\t\tB1\t",
        f"{FIRM}\t赵来\t\t13900000127\t\t",
        f"{FIRM}\t钱一\t\t123\t\t",
        "\t\t\t13900000131\t\t",
        f"{FIRM}\t李在\t\t\t\t",
    ]
)


def settle(app, actor, number, *acts):
    """Let the engine do its work after each act; returns the batch as it then is."""
    for act in (None, *acts):
        if act is not None:
            act(actor, get_batch(actor, number))
        tasks.work(app)
        db.session.rollback()
        db.session.expire_all()
    return get_batch(actor, number)


def fates(batch):
    rows = db.session.scalars(select(ImportRow).where(ImportRow.batch_id == batch.id).order_by(ImportRow.row_no)).all()
    return [(one.fate.value, one.message) for one in rows]


def names(edition_id):
    query = select(Guest.company_text, Guest.person_name).where(
        Guest.edition_id == edition_id, Guest.withdrawn_at.is_(None)
    )
    return sorted(tuple(row) for row in db.session.execute(query))


@db.transactional
def remember(actor, **known):
    return people.find_or_add(actor, **known)


def mapped(actor, row):
    imports.set_mapping(actor, row, {})


def test_a_table_becomes_guests_once_each_and_can_be_taken_back(app, store):
    center, org = make_center(), make_org()
    officer, rival = actor_of(make_user("李明", org=org)), actor_of(make_user())
    edition = event_of(center)
    number, edition_id = edition.public_id, edition.id
    company_id = make_company(FIRM).id
    service.add_guest(officer, edition, GuestInput(FIRM, "李在"))
    service.add_guest(rival, edition, GuestInput(FIRM, "王澍"))

    first = guest_lists.bring_guests(officer, edition, upload=None, pasted=PASTED).public_id
    batch = settle(app, officer, first, mapped)

    assert batch.status is BatchStatus.REVIEW
    assert db.session.scalar(select(func.count(Guest.id))) == 2, "nothing is written before the preview"
    told = fates(batch)
    assert [one[0] for one in told] == ["new", "same", "new", "new", "new", "error", "same"]
    assert "不写入这一格" in told[4][1], "a number that is none is left out, and said"
    assert "号码与" not in told[3][1]
    assert "第 1 行是同一位嘉宾" in told[1][1] and "已在嘉宾名单里" in told[6][1]

    batch = settle(app, officer, first, imports.write)
    made = [(FIRM, "李在"), (FIRM, "王澍"), (FIRM, "王澍"), (FIRM, "赵来"), (FIRM, "钱一"), ("示例机床协会", "")]
    assert names(edition_id) == sorted(made), "of the rival's guest nothing was told"
    row = db.session.scalars(select(Guest).where(Guest.person_name == "王澍", Guest.org_id == org.id)).one()
    assert (row.person_title, row.mobile, row.seat, row.companions) == ("总经理", "13900000127", "A3", 2)
    assert row.company_id == company_id and row.is_sample is False
    invited = row.public_id

    edition = queries.get_edition(officer, number)
    second = guest_lists.bring_guests(officer, edition, upload=None, pasted=PASTED).public_id
    again = settle(app, officer, second, mapped)
    assert [one[0] for one in fates(again)] == ["same", "same", "same", "same", "same", "error", "same"]
    settle(app, officer, second, imports.write)
    assert len(names(edition_id)) == 6, "the same table a second time adds nobody"

    service.mark_invited(officer, queries.get_edition(officer, number), [guests.get_guest(officer, invited)])
    batch = settle(app, officer, first, imports.undo)
    assert batch.status is BatchStatus.UNDONE
    assert names(edition_id) == [(FIRM, "李在"), (FIRM, "王澍"), (FIRM, "王澍")], "an invited guest stays"
    kept = db.session.scalars(
        select(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.status == RowStatus.KEPT)
    ).all()
    assert [one.row_no for one in kept] == [1] and "留在名单里" in kept[0].message


def test_known_people_and_a_target_list_become_guests(app, store):
    center, org = make_center(), make_org()
    officer, rival = actor_of(make_user("李明", org=org)), actor_of(make_user())
    expo = actor_of(make_user("会展", org=org, roles=(Role.EXPO,)))
    edition = event_of(center)
    edition_id = edition.id
    firm, bare, other = (
        make_company(FIRM),
        make_company("湖北珩锐数控装备有限公司"),
        make_company("武汉铎澜激光有限公司"),
    )
    wang = remember(officer, name="王澍", title="总经理", mobile="13900000127", company_id=firm.id)
    remember(officer, name="李在", company_id=firm.id)
    theirs = remember(rival, name="外人", company_id=other.id)
    wang_id, firm_id, bare_name, theirs_id, number = wang.id, firm.id, bare.name, theirs.public_id, edition.public_id
    service.add_guest(officer, edition, GuestInput(FIRM, "李在"))
    target = lists.make_list(officer, ListInput("推介会邀请", ListKind.FIXED))
    lists.add_targets(officer, target, [firm.id, bare.id])

    page = known.page_of_firms(officer, edition, KnownFilter(), 1)
    assert [(one.company.name, [(who.person.name, who.listed) for who in one.people]) for one in page.items] == [
        (FIRM, [("王澍", False), ("李在", True)])
    ]
    assert known.page_of_firms(officer, edition, KnownFilter(text="总经理"), 1).total == 1
    assert known.page_of_firms(officer, edition, KnownFilter(text="外人"), 1).total == 0
    assert known.page_of_firms(expo, edition, KnownFilter(), 1).total == 0, "staff of fairs see no contacts"
    on_list = known.page_of_firms(officer, edition, KnownFilter(target_list=target.public_id), 1)
    assert [one.company.name for one in on_list.items] == [bare.name, FIRM]
    assert known.chosen(officer, [theirs.public_id], []) == []

    with pytest.raises(Invalid):
        guest_lists.bring_known(officer, edition, [])
    picked = known.all_of(officer, KnownFilter(target_list=target.public_id))
    first = guest_lists.bring_known(officer, edition, picked).public_id
    batch = settle(app, officer, first)
    assert batch.status is BatchStatus.REVIEW and batch.file_name == "选定的联系人 3 位"
    rows = db.session.scalars(select(ImportRow).where(ImportRow.batch_id == batch.id).order_by(ImportRow.row_no)).all()
    assert [one.fate.value for one in rows] == ["new", "new", "same"]
    assert "13900000127" not in str([(one.raw, one.given) for one in rows]), "no number enters the batch"

    settle(app, officer, first, imports.write)
    assert names(edition_id) == [(FIRM, "李在"), (FIRM, "王澍"), (bare_name, "")]
    row = db.session.scalars(select(Guest).where(Guest.person_name == "王澍")).one()
    assert (row.person_id, row.company_id, row.mobile) == (wang_id, firm_id, "13900000127")

    mine, edition = f"联系人编号\t姓名\n{theirs_id}\t外人", queries.get_edition(officer, number)
    third = guest_lists.bring_guests(officer, edition, upload=None, pasted=mine).public_id
    stolen = settle(app, officer, third, mapped)
    assert fates(stolen)[0][0] == "error", "another unit's person is nobody to this one"
    edition = queries.get_edition(center, number)
    editions.cancel_edition(center, edition, "改期")
    with pytest.raises(Conflict):
        guest_lists.bring_guests(officer, edition, upload=None, pasted=mine)


def test_the_pages_of_bringing_guests(app, sqlite, sign_in, statements):
    org = make_org()
    user, center = make_user("李明", org=org), make_center()
    edition = event_of(center)
    firm = make_company(FIRM)
    with app.app_context():
        person = remember(actor_of(user), name="王澍", mobile="13900000127", company_id=firm.id)
    home, who = f"/fairs/editions/{edition.public_id}/guests", person.public_id
    client = sign_in(user)
    page = client.get(home).text
    assert f"{home}/import" in page and f"{home}/known" in page
    assert "下载模板" in client.get(f"{home}/import").text
    template = openpyxl.load_workbook(io.BytesIO(client.get("/imports/template?kind=fair_guests").data))
    heads = [cell.value for line in template.worksheets[0].iter_rows(max_row=6) for cell in line]
    assert {"单位", "姓名", "座位"} <= {str(one).strip(" *") for one in heads if one}
    bad = client.post(f"{home}/import", data={"text": ""})
    assert bad.status_code == 422 and "请选择文件" in bad.text
    book = openpyxl.Workbook()
    for line in (("嘉宾姓名", "单位", "手机"), ("赵来", "示例机床协会", 13900000131)):
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    sent = {"file": (io.BytesIO(out.getvalue()), "名单.xlsx")}
    made = client.post(f"{home}/import", data=sent, content_type="multipart/form-data")
    assert made.status_code == 303 and "/imports/" in made.location
    assert "座位" in client.get(made.location).text

    statements.clear()
    page = client.get(f"{home}/known").text
    assert len(statements) <= 12
    assert "139****0127" in page and "13900000127" not in page and f'value="{who}"' in page
    refused = client.post(f"{home}/known", data={"person": "x"})
    assert refused.status_code == 422 and "请先勾选联系人或企业" in refused.text
    chosen = client.post(f"{home}/known", data={"person": who})
    assert chosen.status_code == 303
    tasks.work(app)
    assert "王澍" in client.get(chosen.location).text
    assert client.post(f"{chosen.location}/write").status_code == 303
    tasks.work(app)
    done = client.get(chosen.location).text
    assert "撤销这批" in done and f'href="{home}"' in done
    assert "已在名单" in client.get(f"{home}/known").text
    assert sign_in(make_user(roles=(Role.LEADER,))).get(f"{home}/known").status_code == 403
    stranger = sign_in(make_user())
    assert stranger.get(chosen.location).status_code == 404
    expo = sign_in(make_user(org=org, roles=(Role.EXPO,)))
    assert "您的角色看不到企业联系人" in expo.get(f"{home}/known").text
    assert db.session.scalar(select(func.count(ImportBatch.id)).where(ImportBatch.kind == "fair_guests")) == 2


def test_a_living_list_invites_whom_it_holds_at_that_moment(app, store, monkeypatch):
    center, org = make_center(), make_org()
    officer, rival = actor_of(make_user("李明", org=org)), actor_of(make_user())
    edition = event_of(center)
    number, edition_id = edition.public_id, edition.id
    there = {"province": "广东", "city": "深圳"}
    firm, bare = make_company("深圳示例一号机械有限公司", **there), make_company("深圳示例二号机械有限公司", **there)
    make_company("深圳未公开机械有限公司", actor=rival, **there)
    make_company("苏州示例机械有限公司", province="江苏", city="苏州")
    remember(officer, name="王澍", company_id=firm.id)
    remember(rival, name="外人", company_id=bare.id)
    names_of = {"firm": firm.name, "bare": bare.name}
    scoring.recompute_all()
    living = lists.make_list(
        officer, ListInput("北上广深沈动态", ListKind.LIVING, filters={"region": "BSGSS"})
    ).public_id

    def offered():
        page = known.page_of_firms(officer, queries.get_edition(officer, number), KnownFilter(target_list=living), 1)
        return {one.company.name: [who.person.name for who in one.people] for one in page.items}

    assert offered() == {names_of["firm"]: ["王澍"], names_of["bare"]: []}, "nor another unit's people or rows"
    assert known.page_of_firms(officer, edition, KnownFilter(target_list=living, text="王澍"), 1).total == 1
    with pytest.raises(NotFound):
        known.all_of(rival, KnownFilter(target_list=living))

    picked = known.all_of(officer, KnownFilter(target_list=living))
    batch = guest_lists.bring_known(officer, edition, picked).public_id
    settle(app, officer, batch, imports.write)
    guests_now = [(names_of["firm"], "王澍"), (names_of["bare"], "")]
    assert names(edition_id) == sorted(guests_now)

    make_company("深圳示例三号机械有限公司", **there)
    scoring.recompute_all()
    assert len(offered()) == 3, "the list follows the facts"
    again = guest_lists.bring_known(
        officer, queries.get_edition(officer, number), known.all_of(officer, KnownFilter(target_list=living))
    ).public_id
    assert sorted(fate for fate, _why in fates(settle(app, officer, again))) == ["new", "same", "same"]
    settle(app, officer, again, imports.write)
    assert len(names(edition_id)) == 3

    monkeypatch.setattr(known, "MOST", 2)
    monkeypatch.setattr(guest_lists, "MOST", 2)
    with pytest.raises(Invalid):
        guest_lists.bring_known(
            officer, queries.get_edition(officer, number), known.all_of(officer, KnownFilter(target_list=living))
        )
    lists.archive_list(officer, list_queries.get_list(officer, living), "示例")
    assert living not in [one.public_id for one in known.lists_to_choose(officer)]


def test_the_page_offers_a_living_list(app, sqlite, sign_in, statements):
    user, center = make_user("李明", org=make_org()), make_center()
    home = f"/fairs/editions/{event_of(center).public_id}/guests/known"
    with app.app_context():
        load()
        make_company("深圳示例一号机械有限公司", province="广东", city="深圳")
        scoring.recompute_all()
        data = ListInput("北上广深沈动态", ListKind.LIVING, filters={"region": "BSGSS"})
        living = lists.make_list(actor_of(user), data).public_id
    client = sign_in(user)
    assert "北上广深沈动态" in client.get(home).text
    client.get(f"{home}?list={living}")  # the chain is read once a minute

    statements.clear()
    page = client.get(f"{home}?list={living}").text

    assert len(statements) <= 12 and "深圳示例一号机械有限公司" in page and "没有联系人，按单位邀请" in page
    taken = client.post(home, data={"all": "1", "list": living})
    assert taken.status_code == 303
    tasks.work(app)
    assert "深圳示例一号机械有限公司" in client.get(taken.location).text
    assert client.get(f"{home}?list=zzzzzzzzzz").status_code == 404
