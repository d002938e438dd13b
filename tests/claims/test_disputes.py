"""A dispute to its end on both databases: consultation, points, opinion, appeal, papers of the investor, archive."""

import io
import json
import zipfile
from datetime import timedelta
from hashlib import sha256

import pytest
from docx import Document
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from crm.claims import cases, filing, queries, verification
from crm.claims.disputes import (
    appeals,
    archive,
    choices,
    consulting,
    deciding,
    grid,
    lateness,
    listing,
    opening,
    opinions,
    reading,
)
from crm.claims.disputes.choices import Stated
from crm.claims.disputes.models import AppealStatus, Audience, Opinion
from crm.claims.models import Case, CaseStatus, Claim, ClaimStatus, StepKind
from crm.core.errors import Conflict, Forbidden, NotFound
from crm.files import storage
from crm.kit import clock, db
from crm.notices.models import Notice
from tests.claims.conftest import make_lead
from tests.factories import upload

FIRM = "苏州绎衡传动科技有限公司"
SECRETS = ("供地三百亩", "李四联系人", "厂区东地块")
PDF = b"%PDF-1.4\n%%EOF\n"


def contested(city, **second):
    """A holds with secrets on its lead; B came second; returns both claims and the case."""
    lead = make_lead(city.a, FIRM, title="减速器产线", content=SECRETS[0], site_wish=SECRETS[2])
    first = filing.file_report(city.a, lead)
    other = filing.file_report(city.b, make_lead(city.b, FIRM, title=second.pop("title", "减速器产线"), **second))
    return first, other, queries.get_case(city.center, queries.cases_of(other)[0].public_id)


def paper(name="投资方意愿.pdf"):
    return upload(name, PDF)


def words_of(copy):
    with storage.current().open(copy.file.storage_name) as stream:
        document = Document(stream)
    lines = [line.text for line in document.paragraphs]
    return "\n".join([*lines, *(cell.text for row in document.tables[0].rows for cell in row.cells)])


def test_a_dispute_from_consultation_to_an_opinion(city):
    first, second, case = contested(city)
    cases.act(city.b, case, second, StepKind.CONSULT, f"我们先谈的，{SECRETS[1]}")
    assert case.status is CaseStatus.CONSULTING
    with pytest.raises(Conflict):
        cases.act(city.a, case, first, StepKind.CONSULT, "再来一次")
    with pytest.raises(Conflict):
        consulting.agree(city.a, case, first)  # nothing was proposed
    consulting.propose(city.b, case, second, "second_assist")
    with pytest.raises(Conflict):
        consulting.agree(city.b, case, second)  # not one's own
    with pytest.raises(Conflict):
        consulting.propose(city.a, case, first, "noted")
    consulting.propose(city.a, case, first, "assist")
    consulting.agree(city.b, case, second)
    assert (case.status, consulting.agreed(case)) == (CaseStatus.OPEN, "assist")
    assert first.holds and second.status is ClaimStatus.CONFLICT  # agreement decides nothing by itself

    given = deciding.decide(city.center, case, "assist", "双方协商一致，予以确认")

    assert given.status is CaseStatus.DECIDED and first.holds and second.status is ClaimStatus.ASSISTING
    opinion = opinions.of_case(case)[0]
    assert (opinion.year, opinion.serial, opinion.facts["agreed"]) == (clock.today().year, 1, "assist")
    assert {copy.audience for copy in opinion.copies} == set(Audience)
    assert all(copy.file.sealed_at for copy in opinion.copies)
    archived = words_of(opinions.copy_of(opinion, Audience.ARCHIVE))
    assert opinion.number in archived and "甲区" in archived and "乙区" in archived and "双方协商一致" in archived
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text("UPDATE case_opinions SET reason = 'x'"))
    db.session.rollback()


def test_each_side_reads_its_own_side_alone(city):
    first, second, case = contested(city)
    cases.act(city.a, case, first, StepKind.NOTE, SECRETS[1], [paper("甲方材料.pdf")])
    choices.state(city.a, case, first, Stated("mine", clock.today(), "王总"), paper("甲方选择.pdf"))
    deciding.decide(city.center, case, "first", "甲区在先，证据充分")

    opinion = opinions.of_case(case)[0]
    mine, theirs = (words_of(opinions.copy_of(opinion, one)) for one in (Audience.FIRST, Audience.SECOND))
    assert "乙区" not in mine and "另一单位" in mine and first.number in mine
    assert "甲区" in theirs and second.number in theirs and first.number not in theirs
    assert "投资方书面选择本单位" in mine and "投资方书面选择本单位" not in theirs
    seen = reading.lines(case, second)
    assert not any(secret in line.text + line.by for line in seen for secret in (*SECRETS, "甲员", "王总"))
    assert {line.kind for line in seen} == {StepKind.OPENED, StepKind.DECIDED}
    copies = {one.audience: one.file_id for one in opinion.copies}
    readable = {
        who: {name for name, file_id in copies.items() if reading.may_read_file(actor, file_id)}
        for who, actor in (("a", city.a), ("b", city.b), ("center", city.center), ("office", city.office))
    }
    everything = set(Audience)
    assert readable == {"a": {Audience.FIRST}, "b": {Audience.SECOND}, "center": everything, "office": set()}
    choice = choices.of_case(case)[0]
    assert reading.may_read_file(city.a, choice.file_id) and not reading.may_read_file(city.b, choice.file_id)
    assert listing.page_of_cases(city.b, listing.Filters(), 1).items[0].units == ""
    assert listing.page_of_cases(city.b, listing.Filters(text="甲区"), 1).total == 0
    for actor in (city.a, city.b):
        with pytest.raises(Forbidden):
            archive.export(actor, queries.get_case(actor, case.public_id))
    with pytest.raises(NotFound):
        queries.get_case(city.office, case.public_id)


def test_similar_reports_do_not_name_the_holder_in_the_opinion(city):
    first, second, case = contested(city, title="另一件完全不同的事")
    assert case.level == "L3"

    deciding.decide(city.center, case, "both", "节点与选址均不同，视为两个项目")

    theirs = words_of(opinions.copy_of(opinions.of_case(case)[0], Audience.SECOND))
    assert "甲区" not in theirs and second.number in theirs
    assert first.holds and second.holds and first.matter_no != second.matter_no


def test_points_keep_their_bounds_and_a_weaker_side_wins_with_a_reason_only(city):
    first, second, case = contested(city)
    usual = {side: {one.criterion: one.points for one in lines} for side, lines in grid.proposed(case).items()}
    assert sum(usual[0].values()) >= 65

    with pytest.raises(Conflict) as error:
        deciding.decide(city.center, case, "first", "理由写足了", points={**usual, 1: {**usual[1], "wish": 21}})
    assert error.value.field == "p1_wish"
    weaker = {**usual, 1: {"time": 0, "evidence": 5, "wish": 0, "layout": 0}}
    with pytest.raises(Conflict) as error:
        deciding.decide(city.center, case, "second", "理由太短", points=weaker)
    assert error.value.field == "reason"
    assert db.session.scalar(select(Opinion.id)) is None and first.holds
    with pytest.raises(Forbidden):
        deciding.decide(city.b_manager, case, "second", "当事单位不能裁定", points=usual)

    deciding.decide(city.center, case, "second", "投资方已书面决定迁往乙区，时间分服从意愿", points=weaker)

    assert queries.blind_notice(second) is None  # nothing stands against a report that won
    kept = opinions.of_case(case)[0].points
    assert kept["1"]["evidence"] == {"points": 5, "maximum": 25, "why": "grade_a", "set": True}
    assert second.holds and second.status is ClaimStatus.PROTECTED and not first.holds


def test_the_investors_choice_counts_until_it_is_revoked(city):
    _first, second, case = contested(city)
    with pytest.raises(Conflict) as error:
        choices.state(city.b, case, second, Stated("mine", clock.today(), "王总"), None)
    assert error.value.field == "paper"
    choice = choices.state(city.b, case, second, Stated("mine", clock.today(), "王总"), paper())
    wish = {
        side: next(one.points for one in lines if one.criterion == "wish")
        for side, lines in grid.proposed(case).items()
    }
    assert wish == {0: 0, 1: 20}
    with pytest.raises(NotFound):
        choices.get_choice(city.a, case, choice.public_id)
    with pytest.raises(NotFound):
        choices.revoke(city.a, case, choice, clock.today(), paper())

    choices.revoke(city.b, case, choice, clock.today(), paper("撤销函.pdf"))

    assert choices.chosen_org(case) is None
    assert choice.file.sealed_at and choice.revoke_file.sealed_at
    with pytest.raises(Conflict):
        choices.revoke(city.b, case, choice, clock.today(), paper())


@pytest.mark.parametrize("new", ["first", "second", "second_assist", "both"])
def test_an_appeal_upholds_or_changes_once(city, new):
    first, second, case = contested(city)
    deciding.decide(city.center, case, "first", "甲区在先，证据充分")
    assert appeals.may_appeal(city.b, case, second, None, opinions.of_case(case))
    with clock.at(clock.now() + timedelta(days=14)), pytest.raises(Conflict):
        appeals.appeal(city.b, case, second, "已经过了复核期")
    row = appeals.appeal(city.b, case, second, f"不服，{SECRETS[1]}")
    with pytest.raises(Conflict):
        appeals.appeal(city.a, case, first, "另一方也想复核")
    with pytest.raises(Forbidden):
        appeals.review(city.center_other, case, new, "不是复核机构")
    seen = queries.get_case(city.office, case.public_id)

    appeals.review(city.office, seen, new, "复核查明乙区首次接触确在先，证据更足")

    assert row.status is (AppealStatus.UPHELD if new == "first" else AppealStatus.CHANGED)
    assert (case.decision, case.reason) == (
        new,
        "复核查明乙区首次接触确在先，证据更足",
    )  # a word and a reason of one hand
    wanted = {
        "first": (ClaimStatus.PROTECTED, True, ClaimStatus.LOST, False),
        "second": (ClaimStatus.LOST, False, ClaimStatus.PROTECTED, True),
        "second_assist": (ClaimStatus.ASSISTING, False, ClaimStatus.PROTECTED, True),
        "both": (ClaimStatus.PROTECTED, True, ClaimStatus.PROTECTED, True),
    }[new]
    assert (first.status, first.holds, second.status, second.holds) == wanted
    assert [one.instance.value for one in opinions.of_case(case)] == ["first", "appeal"]
    assert not any(SECRETS[1] in line.text for line in reading.lines(case, first))
    with pytest.raises(Conflict):
        appeals.review(city.office, case, "second", "不能再复核一次了")


def test_an_appeal_taken_back_leaves_the_days_to_either_side_and_all_are_told(city):
    _first, second, case = contested(city)
    deciding.decide(city.center, case, "share", "两家均有贡献，各按约定分享")
    given = opinions.of_case(case)
    appeals.appeal(city.b, case, second, "先申请，后撤回")
    appeals.withdraw(city.b, case, second)

    row = appeals.find_appeal(case)
    first = case.parties[0].claim
    assert row.status is AppealStatus.WITHDRAWN
    assert appeals.may_appeal(city.a, case, first, row, given) and appeals.may_appeal(city.b, case, second, row, given)
    appeals.appeal(city.a, case, first, "对分享的比例不服")

    with pytest.raises(Conflict):
        appeals.appeal(city.b, case, second, "复核还在进行")
    row = appeals.find_appeal(case)
    assert (row.status, row.claim_id, row.reason, row.decided_at) == (
        AppealStatus.OPEN,
        first.id,
        "对分享的比例不服",
        None,
    )
    told = db.session.scalars(select(Notice.text).where(Notice.kind == "case.appealed").order_by(Notice.id)).all()
    assert sum("撤回" in one for one in told) == 2 and sum("申请复核" in one for one in told) == 4
    office = db.session.scalars(select(Notice.text).where(Notice.user_id == city.office.user_id)).all()
    assert len([one for one in office if case.number in one]) == 3
    seen = [line.kind for line in reading.lines(case, first)]
    assert seen[:3] == [StepKind.APPEAL, StepKind.APPEAL_BACK, StepKind.APPEAL]
    appeals.review(city.office, queries.get_case(city.office, case.public_id), "share", "复核查明原裁定适当")
    assert not appeals.may_appeal(city.b, case, second, appeals.find_appeal(case), given)


def test_no_appeal_is_filed_again_when_the_days_are_over(city):
    _first, second, case = contested(city)
    deciding.decide(city.center, case, "first", "甲区在先，证据充分")
    appeals.appeal(city.b, case, second, "先申请，后撤回")
    appeals.withdraw(city.b, case, second)

    with clock.at(clock.now() + timedelta(days=14)), pytest.raises(Conflict):
        appeals.appeal(city.b, case, second, "已经过了复核期")


def test_the_winner_is_protected_by_the_decision_and_the_opinion_says_so(city):
    first, second, case = contested(city)
    assert first.status is ClaimStatus.VERIFYING

    deciding.decide(city.center, case, "first", "甲区在先，证据充分")

    assert (first.status, first.protected_from) == (ClaimStatus.PROTECTED, clock.today())
    assert queries.blind_notice(second).holder == "甲区"
    words = words_of(opinions.copy_of(opinions.of_case(case)[0], Audience.ARCHIVE))
    assert "经本次认定取得保护" in words


def test_a_winner_sent_back_for_repair_still_owes_it(city):
    first, _second, case = contested(city)
    verification.send_back(city.a_manager, first, "请补会谈照片")

    deciding.decide(city.center, case, "first", "甲区在先，证据充分")

    assert first.status is ClaimStatus.RETURNED and first.holds
    words = words_of(opinions.copy_of(opinions.of_case(case)[0], Audience.ARCHIVE))
    assert "经本次认定取得保护" not in words


@pytest.mark.parametrize(
    ("decision", "may"),
    [
        ("first", (False, True)),
        ("second", (True, False)),
        ("assist", (False, True)),
        ("second_assist", (True, False)),
        ("share", (True, True)),
        ("second_share", (True, True)),
        ("both", (True, True)),
    ],
)
def test_who_got_all_it_could_has_nothing_to_appeal_and_cannot_use_up_the_one_appeal(city, decision, may):
    first, second, case = contested(city)
    deciding.decide(city.center, case, decision, "依评分和证据认定，理由如上")
    given = opinions.of_case(case)

    sides = ((city.a, first), (city.b, second))
    assert tuple(appeals.may_appeal(actor, case, claim, None, given) for actor, claim in sides) == may

    for (actor, claim), allowed in zip(sides, may, strict=True):
        if not allowed:
            with pytest.raises(Conflict):
                appeals.appeal(actor, case, claim, "占用唯一的一次复核")


def test_a_case_of_the_centre_has_no_appeal_to_the_same_office(city):
    first = filing.file_report(city.center, make_lead(city.center, FIRM))
    second = filing.file_report(city.b, make_lead(city.b, FIRM))
    case = queries.get_case(city.office, queries.cases_of(second)[0].public_id)
    with pytest.raises(Forbidden):
        deciding.decide(city.center_other, case, "first", "中心不能裁定自己的案件")

    deciding.decide(city.office, case, "first", "中心在先，证据充分")

    assert first.holds
    with pytest.raises(Conflict):
        appeals.appeal(city.b, case, second, "不服这个裁定")


def test_what_is_late_is_told_one_level_higher_once(city):
    _first, second, case = contested(city)
    cases.act(city.b, case, second, StepKind.CONSULT, "请求协商")
    with clock.at(clock.now() + timedelta(days=20)):
        assert lateness.tell_untouched() == 0  # somebody acted
        assert lateness.tell_late() == 1
        assert case.status is CaseStatus.OPEN and case.due_on > clock.today()
        assert lateness.tell_late() == 0
    with clock.at(clock.now() + timedelta(days=50)):
        assert lateness.tell_late() == 1
        assert lateness.tell_late() == 0
    told = db.session.scalars(select(Notice.text).where(Notice.user_id == city.office.user_id)).all()
    assert [case.number in one and FIRM not in one for one in told] == [True]
    kinds = [one.kind for one in db.session.get_one(Case, case.id, populate_existing=True).steps]
    assert kinds == [StepKind.OPENED, StepKind.CONSULT, StepKind.LAPSED, StepKind.ESCALATED]


def test_a_case_that_nobody_touches_rings_again_once_with_its_number_alone(city):
    _first, _second, case = contested(city)
    with clock.at(clock.now() + timedelta(hours=23)):
        assert lateness.tell_untouched() == 0
    with clock.at(clock.now() + timedelta(hours=25)):
        assert lateness.tell_untouched() == 1
        assert lateness.tell_untouched() == 0
    told = db.session.execute(select(Notice.user_id, Notice.text).where(Notice.kind == "case.untouched")).all()
    heads = {city.a_manager.user_id, city.b_manager.user_id, city.center.user_id, city.center_other.user_id}
    assert {user for user, _text in told} == heads
    assert all(case.number in text and FIRM not in text and "乙区" not in text for _user, text in told)


def test_a_unit_opens_a_dispute_on_its_registered_report(city):
    mine = filing.file_report(city.b, make_lead(city.b, FIRM, grades="C"))
    with pytest.raises(Conflict):
        opening.open_by_party(city.b, mine, "我们接触更早，请予以认定")
    filing.file_report(city.a, make_lead(city.a, FIRM))
    with pytest.raises(Forbidden):
        opening.open_by_party(city.a, mine, "不是我单位的首报")

    case = opening.open_by_party(city.b, mine, "我们接触更早，请予以认定", [paper()])

    assert [(one.side, one.claim.org_id) for one in case.parties] == [(0, city.a.org_id), (1, city.b.org_id)]
    assert db.session.get_one(Claim, mine.id, populate_existing=True).status is ClaimStatus.CONFLICT
    assert not opening.may_open(city.b, mine)


def test_the_whole_case_leaves_for_the_archive_with_its_hashes(city):
    first, second, case = contested(city)
    cases.act(city.b, case, second, StepKind.EARLIER, "更早的会谈", [paper("更早.pdf")])
    choices.state(city.b, case, second, Stated("mine", clock.today(), "王总"), paper())
    for lead in (first.lead, second.lead):
        for link in lead.files:  # the files of these leads are rows without bytes
            db.session.delete(link)
    db.session.commit()
    db.session.expire_all()
    case = queries.get_case(city.center, case.public_id)
    deciding.decide(city.center, case, "second", "乙区更早且投资方书面选择乙区，予以改定")

    pack = zipfile.ZipFile(io.BytesIO(archive.export(city.center, queries.get_case(city.center, case.public_id))))

    manifest = json.loads(pack.read("00 清单.json"))
    assert manifest["case"] == case.number
    names = set(pack.namelist()) - {"00 清单.json", "00 清单.txt"}
    assert set(manifest["sha256"]) == names and len([n for n in names if n.startswith("01")]) == 3
    assert all(sha256(pack.read(name)).hexdigest() == digest for name, digest in manifest["sha256"].items())
    assert any(name.startswith("05 案中提交/乙区/") for name in names) and any(name.startswith("06") for name in names)
    assert "更早的会谈" in pack.read("02 案件经过.txt").decode()
