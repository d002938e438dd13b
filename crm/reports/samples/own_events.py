"""Two events of our own in the sample base: one that was held, with guests, signings and a review, and one that is prepared."""

from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from random import Random

from crm.fairs import guests, signings
from crm.fairs.guests import GuestFilter
from crm.fairs.models import Edition, FairKind, Guest, Rating
from crm.fairs.service import editions, met_guests, parts
from crm.fairs.service import guests as inviting
from crm.fairs.service import signings as signing
from crm.fairs.service.editions import EditionInput, FairInput
from crm.fairs.service.guests import GuestInput
from crm.fairs.service.parts import AgendaInput
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.reports.samples.people import Staff, contact_name, mobile

HELD, COMING = -24, 16  # days from today
FIRMS = (
    "武汉矩阵伺服技术有限公司（示例）",
    "苏州恒旭减速机有限公司（示例）",
    "宁波立导直线导轨有限公司（示例）",
    "东莞启点夹具有限公司（示例）",
    "湖北示例装备制造业协会",
    "示例云帆智能仓储有限公司",
)
AGENDA = (
    ("签到", "09:00", "会议中心前厅", ""),
    ("黄石智能装备产业推介", "09:30", "", "市招商服务中心（示例）"),
    ("企业代表发言", "10:10", "", "示例企业代表"),
    ("集中签约", "10:40", "", ""),
    ("一对一洽谈", "11:00", "二楼洽谈室", ""),
)
TITLES = ("总经理", "副总经理", "投资总监", "秘书长")


def fill(rng: Random, staff: Staff) -> dict[str, int]:
    """Hold one event and prepare another, through the services."""
    center = staff.center[0]
    with db.transaction():
        with _at(clock.today() + timedelta(days=HELD - 30)):
            fair = editions.add_fair(
                center,
                FairInput(
                    "黄石智能装备产业推介会（示例）", FairKind.PROMOTION, "武汉", "黄石市招商服务中心", shared=True
                ),
            )
            fair.is_sample = True
        held = _edition(center, fair, "武汉专场（示例）", clock.today() + timedelta(days=HELD))
        coming = _edition(center, fair, "苏州专场（示例）", clock.today() + timedelta(days=COMING))
        hosts = (center, staff.officers["KTS"][0], staff.officers["DY"][0])
        for host in hosts:
            _held(rng, host, held)
            _coming(rng, host, coming)
        _sign(staff, held)
        with _at(clock.today() + timedelta(days=HELD + 2)):
            words = "到会企业对标准厂房问得最多；邀请函提前两周发，确认率高。下一场增加一对一洽谈时间（示例）。"
            editions.write_review(center, held, words, str(held.version))
    number = guests.page_of_guests(center, held, GuestFilter(), 1).total
    db.session.remove()
    return {"guests of an event": number}


def _edition(center: Actor, fair: object, title: str, day: date) -> Edition:
    with _at(day - timedelta(days=30) if day < clock.today() else clock.today() - timedelta(days=6)):
        facts = EditionInput(
            *(title, None, day, day),
            confirmed=True,
            source="市招商服务中心工作方案（示例）",
            city=title[:2],
            venue="示例会议中心",
            purpose="推介智能装备链条缺环，邀请配套企业到黄石考察（示例）",
        )
        edition = editions.add_edition(center, fair, facts)  # type: ignore[arg-type]
        edition.is_sample = True
        for words, starts, place, speaker in AGENDA:
            parts.add_agenda(center, edition, AgendaInput(words, starts=starts, place=place, speaker=speaker))
    return edition


def _guest(rng: Random, host: Actor, edition: Edition, number: int) -> Guest:
    given = GuestInput(
        FIRMS[number % len(FIRMS)],
        f"{contact_name(rng)}",
        TITLES[number % len(TITLES)],
        mobile(rng),
        seat=f"{'ABC'[number % 3]}{number + 1}",
    )
    return inviting.add_guest(host, edition, given)


def _held(rng: Random, host: Actor, edition: Edition) -> None:
    """Six guests: four came, one with company, one declined, one stayed away; and somebody who walked in."""
    day = edition.starts_on or clock.today()
    with _at(day - timedelta(days=14)):
        rows = [_guest(rng, host, edition, number) for number in range(6)]
        inviting.mark_invited(host, edition, rows)
    with _at(day - timedelta(days=7)):
        for row in rows[:4]:
            inviting.answer_by_token(row.token, accepted=True, companions=1 if row is rows[0] else 0)
        inviting.note_answer(host, rows[4], False, "出差，派人以后再来（示例）")
    with _at(day):
        for row in rows[:4]:
            inviting.sign_in(host, row)
        walked = GuestInput(FIRMS[5], contact_name(rng), "市场经理", mobile(rng))
        inviting.walk_in(host, edition, walked)
        met_guests.meet_guest(host, rows[0], Rating.A)
        met_guests.meet_guest(host, rows[1], Rating.B)


def _coming(rng: Random, host: Actor, edition: Edition) -> None:
    """Five guests: two only planned, three invited, of whom one will come."""
    with _at(clock.today() - timedelta(days=3)):
        rows = [_guest(rng, host, edition, number) for number in range(5)]
        inviting.mark_invited(host, edition, rows[2:])
        inviting.answer_by_token(rows[4].token, accepted=True, companions=0)


def _sign(staff: Staff, edition: Edition) -> None:
    """A project or two of each unit sign at the event."""
    with _at((edition.starts_on or clock.today()) - timedelta(days=3)):
        for code in ("KTS", "DY"):
            who = staff.officers[code][0]
            talked = [number for number, name in signings.choices_of(who, edition) if " · " in name]
            for number in talked[:2]:
                signing.add_signing(who, edition, number, "单位负责人 / 企业负责人（示例）")


def _at(day: date) -> AbstractContextManager[None]:
    return clock.at(datetime.combine(day, datetime.min.time(), clock.LOCAL) + timedelta(hours=10))
