"""Sample projects on both tracks, taken through their gates day by day by the services that people use."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from crm.carriers.models import Carrier, CarrierOrg
from crm.companies.models import Company, CompanyNode
from crm.core import admission, uscc
from crm.core.stages import MilestoneKind
from crm.interactions import service as interactions
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads.models import ContactWay
from crm.projects.funds import KIND as FUND_KIND
from crm.projects.models import CheckKind, CheckResult, CooperationMode, Project, ProjectKind
from crm.projects.queries import visible_to
from crm.projects.service import ProjectInput, funds, moving, register_project, reviews
from crm.projects.service.funds import VoucherInput
from crm.projects.service.moving import MilestoneInput
from crm.reports.ledger import weeks
from crm.reports.samples import words
from crm.reports.samples.outline import moment
from crm.reports.samples.papers import pdf, png
from crm.reports.samples.people import Staff, contact_name

Deed = tuple[datetime, Callable[[], Any]]
MAIN = (MilestoneKind.SIGNED, MilestoneKind.REGISTERED, MilestoneKind.STARTED, MilestoneKind.IN_PRODUCTION)
SECOND = (MilestoneKind.INCUBATED, MilestoneKind.LANDED)
# how far each goes: number of milestones recognised → how many projects
DEPTHS = {0: 14, 1: 7, 2: 5, 3: 5, 4: 3}
SECOND_KINDS = (ProjectKind.SEED, ProjectKind.TEAM, ProjectKind.INSTITUTION, ProjectKind.SEED)
# which voucher follows a step, and how many percent of the investment it brings
PAID = {
    MilestoneKind.REGISTERED: ("capital", 20),
    MilestoneKind.STARTED: ("invoice", 30),
    MilestoneKind.IN_PRODUCTION: ("equipment", 25),
}
LOST = 3
UNITS = ("KTS", "DY", "XSS", "YX", "HSG", "DYH", "XG", "KTS", "DY")  # the idle and the new unit have none yet
LEADERS = ("市委书记（示例）", "市长（示例）", "常务副市长（示例）", "分管副市长（示例）", "开发区管委会主任（示例）")
_AGREED = (MilestoneKind.FRAMEWORK, MilestoneKind.SIGNED)
_GIVEN: dict[MilestoneKind, tuple[str, ...]] = {
    MilestoneKind.FRAMEWORK: ("agreement",),
    MilestoneKind.SIGNED: ("agreement",),
    MilestoneKind.REGISTERED: ("licence",),
    MilestoneKind.STARTED: ("permit", "photo"),
    MilestoneKind.IN_PRODUCTION: ("acceptance",),
    MilestoneKind.INCUBATED: ("agreement",),
    MilestoneKind.LANDED: ("licence",),
    MilestoneKind.CLOSED: (),
}


@dataclass
class Course:
    """One project: whose, which firm, where it begins and which milestones it reaches on which working days."""

    unit: str
    kind: ProjectKind
    begin: date
    actor: Actor
    company_id: int
    amount_cny: Decimal
    reached: list[tuple[MilestoneKind, date]] = field(default_factory=list)
    contacts: list[date] = field(default_factory=list)
    person: str = ""
    project_id: int = 0


class Pipeline:
    """Draws the courses from the rest of the sample firms and tells them."""

    def __init__(self, rng: Random, staff: Staff, days: Sequence[date], taken: set[int]) -> None:
        self.rng, self.staff, self.days = rng, staff, days
        self.made = 0
        self.serial = 0
        self.courses = self._draw(taken)

    def _draw(self, taken: set[int]) -> list[Course]:
        query = select(Company.id).where(Company.is_sample, Company.id.not_in(taken)).order_by(Company.id)
        firms = list(db.session.scalars(query))
        self.rng.shuffle(firms)
        plan = [(MAIN[:depth], ProjectKind.ENTERPRISE) for depth, count in DEPTHS.items() for _n in range(count)]
        plan[-1] = (MAIN[:4], ProjectKind.RELOCATION)  # a firm that moves within the city
        plan += [((MilestoneKind.CLOSED,), ProjectKind.ENTERPRISE)] * LOST
        plan += [(SECOND[: n % 3], kind) for n, kind in enumerate(SECOND_KINDS)]
        plan.append(((MilestoneKind.FRAMEWORK,), ProjectKind.ENTERPRISE))
        return [
            self._course(n, firm, kinds, kind) for n, ((kinds, kind), firm) in enumerate(zip(plan, firms, strict=False))
        ]

    def _course(self, n: int, firm: int, kinds: Sequence[MilestoneKind], kind: ProjectKind) -> Course:
        unit = UNITS[n % len(UNITS)]
        last = len(self.days) - 1
        begin = self.rng.randint(0, max(1, last - 28 * len(kinds) - 12))
        steps, at = [], begin
        for one in kinds:
            at += self.rng.randint(18, 27)
            steps.append((one, self.days[min(at, last - 1)]))
        # A project that is to be signed stays below the limit from which first-report protection is asked for.
        small = Decimal(self.rng.randint(30, 95)) * 1_000_000
        large = Decimal(self.rng.randint(12, 160)) * 10_000_000
        return Course(
            unit=unit,
            kind=kind,
            begin=self.days[begin],
            actor=self.rng.choice(self.staff.officers[unit]),
            company_id=firm,
            amount_cny=small if kinds or kind is not ProjectKind.ENTERPRISE else large,
            reached=steps,
            contacts=[
                day
                for day in self._contacts(begin, quiet=n % 5 == 0)
                if MilestoneKind.CLOSED not in kinds or day < steps[-1][1]
            ],
            person=contact_name(self.rng),
        )

    def _contacts(self, begin: int, *, quiet: bool) -> list[date]:
        """A contact about every two weeks; with a quiet one the unit let go some weeks ago."""
        end = len(self.days) - (26 if quiet else 1)
        at, found = begin + 1, []
        while at < end:
            found.append(self.days[at])
            at += self.rng.randint(6, 11)
        return found or [self.days[min(begin + 1, len(self.days) - 1)]]

    def acts(self) -> Iterator[Deed]:
        """Return everything that happens, in no order."""
        for course in self.courses:
            yield moment(self.rng, course.begin, 9), partial(self._begin, course)
            for day in course.contacts:
                yield moment(self.rng, day, 11), partial(self._note, course, day)
            for kind, day in course.reached:
                if kind in _AGREED:
                    yield moment(self.rng, day, 14), partial(self._review, course)
                yield moment(self.rng, day, 15), partial(self._reach, course, kind, day)
                if kind in PAID:
                    yield weeks.at(day, time(17, 30)), partial(self._pay, course, kind, day)

    def _begin(self, course: Course) -> None:
        company = db.session.scalar(
            select(Company)
            .where(Company.id == course.company_id)
            .options(selectinload(Company.nodes).joinedload(CompanyNode.node))
        )
        assert company is not None
        node = company.nodes[0].node if company.nodes else None
        product = node.name if node else "智能装备"
        project = register_project(
            course.actor,
            ProjectInput(
                title=self.rng.choice(words.TITLES).format(product=product),
                kind=course.kind,
                company_text=company.name,
                company_public_id=company.public_id,
                content=self.rng.choice(words.CONTENT).format(product=product),
                node_code=node.code if node else "",
                carrier_public_id=self._carrier(course),
                carrier_reason="企业要求就近配套，已现场踏勘（示例）",
                lead_official=self.rng.choice(LEADERS),
                invest_total_cny=course.amount_cny,
                invest_fixed_cny=(course.amount_cny * 7 / 10).quantize(Decimal("0.01")),
                area_mu=Decimal(self.rng.randint(15, 90)),
                cooperation_mode=self.rng.choice(
                    (None, None, CooperationMode.HEAD_BASE, CooperationMode.RESEARCH_MAKE)
                ),
                chu_merchant=self.rng.random() < 0.2,
                planned_start_on=self.days[-1].replace(month=6, day=30),
            ),
        )
        project.is_sample = True
        course.project_id = project.id
        self.made += 1

    def _carrier(self, course: Course) -> str:
        query = select(Carrier.public_id).join(CarrierOrg).where(CarrierOrg.org_id == course.actor.org_id)
        found = list(db.session.scalars(query.where(Carrier.retired_at.is_(None)).order_by(Carrier.id)))
        return self.rng.choice(found) if found else ""

    def _project(self, course: Course) -> Project:
        query = select(Project).where(Project.id == course.project_id, visible_to(course.actor))
        return db.session.scalars(query).one()

    def _note(self, course: Course, day: date) -> None:
        interactions.note(
            course.actor,
            interactions.NoteInput(
                kind=self.rng.choice((ContactWay.VISIT, ContactWay.RECEPTION, ContactWay.CALL, ContactWay.CLOUD_TALK)),
                on=day,
                person_name=course.person,
                result=self.rng.choice(words.RESULTS),
                next_step=self.rng.choice(words.NEXT_STEPS),
                next_on=self.days[min(self.days.index(day) + 8, len(self.days) - 1)],
            ),
            project=self._project(course),
        )

    def _review(self, course: Course) -> None:
        project = self._project(course)
        points = {line.code: line.weight * self.rng.randint(7, 9) for line in admission.INDICATORS}
        why = {line.code: "按示例材料评分" for line in admission.INDICATORS}
        reviews.review_admission(course.actor, project, points, why=why, conclusion="同意准入（示例）")
        check = reviews.CheckInput(
            CheckKind.FAIR, CheckResult.PASSED, "市场监管局（示例）", clock.today(), words="不含排除限制竞争内容"
        )
        reviews.record_check(course.actor, project, check, pdf("公平竞争审查意见（示例）.pdf"))

    def _reach(self, course: Course, kind: MilestoneKind, day: date) -> None:
        project = self._project(course)
        money = kind in _AGREED
        given = MilestoneInput(
            event_on=day,
            amount_cny=course.amount_cny if money else None,
            fixed_cny=project.invest_fixed_cny if money else None,
            data=self._data(kind),
            note="示例",
            files=tuple((self._paper(one), one) for one in _GIVEN[kind]),
        )
        milestone = moving.submit_milestone(course.actor, project, kind, given)
        moving.recognise_milestone(self.rng.choice(self.staff.center), milestone)

    def _pay(self, course: Course, kind: MilestoneKind, day: date) -> None:
        """Money in place after a step; of every fourth firm a part comes from abroad."""
        paper, percent = PAID[kind]
        amount = course.amount_cny * percent / 100
        foreign = (amount / 20).quantize(Decimal("0.01")) if course.company_id % 4 == 0 else None
        number = f"示例{course.project_id:04d}-{len(PAID) - list(PAID).index(kind)}"
        funds.add_voucher(
            course.actor,
            self._project(course),
            VoucherInput(paper, day, amount, number, foreign),
            pdf(f"{FUND_KIND[paper]}（示例）.pdf"),
        )

    def _paper(self, kind: str) -> Any:
        return png("现场照片（示例）.png", self.rng) if kind == "photo" else pdf(f"{kind}（示例）.pdf")

    def _data(self, kind: MilestoneKind) -> dict[str, Any]:
        self.serial += 1
        if kind is MilestoneKind.REGISTERED:
            code = uscc.with_check_digits(f"91420200MB{self.serial:06d}")
            return {
                "local_uscc": code,
                "registered_capital": "3000",
                "approval_no": f"2611-420200-04-01-{self.serial:06d}",
            }
        if kind is MilestoneKind.STARTED:
            return {"start_type": "construction"}
        if kind is MilestoneKind.INCUBATED:
            return {"incubator": "黄石科技创业园（示例）"}
        if kind is MilestoneKind.CLOSED:
            return {
                "close_reason": self.rng.choice(("price", "market", "elsewhere")),
                "went_where": "外省（示例）",
                "lesson": "用地指标确认得太晚，应在第二次洽谈前落实。",
            }
        return {}
