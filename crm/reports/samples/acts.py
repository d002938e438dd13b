"""How each story is told: what is done, by whom, at which instant."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from crm.claims import filing, verification
from crm.claims.models import Claim
from crm.companies import identity, similar
from crm.companies.models import Company, CompanyNode, CompanyRelation, RelationKind
from crm.interactions import service as interactions
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads import service as leads
from crm.leads.models import ContactWay, Lead
from crm.plan.models import PlanNode
from crm.reports.samples import words
from crm.reports.samples.outline import IDLE, Story, moment
from crm.reports.samples.papers import pdf, png
from crm.reports.samples.people import Staff, contact_name, mobile

Deed = tuple[datetime, Callable[[], Any]]
_CHANNELS = ("CH-VISIT", "CH-BIZ", "CH-CHAMBER", "CH-EXPO", "CH-STATION", "CH-CHAIN", "CH-FUND")
_WAYS = (
    ContactWay.VISIT,
    ContactWay.CALL,
    ContactWay.ONLINE,
    ContactWay.RECEPTION,
    ContactWay.MESSAGE,
    ContactWay.FAIR,
)


class Teller:
    """Holds what the stories share: people, companies, and the rows made so far."""

    def __init__(self, rng: Random, staff: Staff, days: Sequence[date]) -> None:
        self.rng = rng
        self.staff = staff
        self.days = days
        self.today = clock.today()
        self.claims_made = 0
        self.contacts_made = 0

    def cast(self, stories: Sequence[Story]) -> None:
        """Choose a company for each story: no two alike, except where reports are to meet."""
        pool = self._pool()
        taken: set[int] = set()
        shunned: set[int] = set()
        for story in stories:
            if story.fate != "conflict":
                story.company = self._unlike(pool, taken, shunned)
        for story in stories:
            if story.fate == "conflict":
                assert story.rival is not None
                story.company = stories[story.rival].company
            story.actor = self.rng.choice(self.staff.officers[story.unit])
            story.person = (contact_name(self.rng), self.rng.choice(words.CONTACT_TITLES), mobile(self.rng))
        for story in stories:
            if story.fate == "group":
                assert story.rival is not None
                self._relate(self._company(stories[story.rival]), self._company(story))

    def _pool(self) -> Iterator[Company]:
        query = select(Company).where(Company.is_sample).order_by(Company.id)
        rows = list(
            db.session.scalars(
                query.options(selectinload(Company.nodes).joinedload(CompanyNode.node), selectinload(Company.names))
            )
        )
        rows = [row for row in rows if row.nodes and "-S" not in row.nodes[0].node.code]  # what is made, not served
        self.rng.shuffle(rows)
        return iter(rows)

    def _unlike(self, pool: Iterator[Company], taken: set[int], shunned: set[int]) -> Company:
        """Return the next company that neither is mistaken for a chosen one nor the other way round, nor of its group."""
        for company in pool:
            alike = {c.company_id for c in similar.candidates_for_filing(company)} | identity.group_of(company.id)
            if company.id not in shunned and not alike & taken:
                taken.add(company.id)
                shunned |= alike
                return company
        raise RuntimeError("too few sample companies")

    @db.transactional
    def _relate(self, parent: Company, child: Company) -> None:
        relation = CompanyRelation(
            from_id=parent.id, to_id=child.id, kind=RelationKind.PARENT, source="示例", valid_on=self.days[0]
        )
        db.session.add(relation)

    def acts(self, stories: Sequence[Story]) -> Iterator[Deed]:
        """Return everything that happens in all stories, in no order."""
        for story in stories:
            begun = moment(self.rng, story.begin, self.rng.randint(9, 11))
            yield begun, partial(self.begin, story)
            yield from self._claim(story)
            yield from self._follow_ups(story)
            yield from self._end(story)

    # — the lead —

    def begin(self, story: Story) -> None:
        """Save the lead of a story, with its evidence where it is to be filed."""
        actor, company = self._actor(story), self._company(story)
        if story.fate == "draft":
            story.lead_id = leads.start_draft(
                actor, f"sample{company.id}", {"company_text": company.name, "title": "初步接触，内容待补"}
            ).id
            return
        name, title, number = story.person
        node = company.nodes[0].node
        product = self._product(node.id)
        lead = leads.save_lead(
            actor,
            None,
            leads.LeadInput(
                company_text=company.name,
                company_public_id=company.public_id,
                title=self.rng.choice(words.TITLES).format(product=product),
                first_contact_on=story.begin,
                content=self.rng.choice(words.CONTENT).format(product=product),
                node_code=node.code,
                channel_code=_CHANNELS[company.id % len(_CHANNELS)],
                invest_total_cny=story.amount_cny,
                contact_way=self.rng.choice(_WAYS),
                person_name=name,
                person_title=title,
                person_mobile=number,
            ),
        )
        lead.is_sample = True
        story.lead_id = lead.id
        if story.file_on is not None:
            self._attach(actor, lead)

    def _product(self, node_id: int) -> str:
        row = db.session.scalar(select(PlanNode).where(PlanNode.node_id == node_id))
        products = [*row.products, *row.products_inferred] if row else []
        return str(self.rng.choice(products)) if products else (row.node.name if row else "智能装备")

    def _attach(self, actor: Actor, lead: Lead) -> None:
        if self.rng.random() < 0.6:
            leads.attach_file(actor, lead, pdf("首谈确认书（示例）.pdf"), kind="confirmation")
            return
        leads.attach_file(actor, lead, png("会谈照片（示例）.png", self.rng), kind="photo")
        leads.attach_file(actor, lead, pdf("往来邮件（示例）.pdf"), kind="messages")

    def _end(self, story: Story) -> Iterator[Deed]:
        if story.fate not in ("declined", "referred", "closed"):
            return
        at = moment(self.rng, self._later(story.begin, self.rng.randint(1, 10)), 17)
        yield at, partial(self._finish, story)

    def _finish(self, story: Story) -> None:
        lead = self._lead(story)
        if story.fate == "closed":
            leads.close_lead(self._actor(story), lead, self.rng.choice(words.CLOSED))
        else:
            decision = "decline" if story.fate == "declined" else "refer"
            leads.triage(self.staff.managers[story.unit], lead, decision, self.rng.choice(words.DECLINED))

    # — the claim —

    def _claim(self, story: Story) -> Iterator[Deed]:
        if story.file_on is None:
            return
        yield moment(self.rng, story.file_on, self.rng.randint(12, 14)), partial(self.file, story)
        if story.verify_on is None:
            return
        yield moment(self.rng, story.verify_on, self.rng.randint(15, 16)), partial(self._judge, story)

    def file(self, story: Story) -> None:
        """File the lead of a story. Raises RuntimeError when it meets something else than was drawn."""
        lead = self._lead(story)
        claim = filing.file_report(self._actor(story), lead)
        story.claim_id = claim.id
        self.claims_made += 1
        expected = story.fate not in ("conflict", "group")
        if claim.holds != expected:
            raise RuntimeError(f"a sample of the kind {story.fate} came out as {claim.status}, level {claim.level}")

    def _judge(self, story: Story) -> None:
        claim = db.session.get(Claim, story.claim_id)
        assert claim is not None
        small = claim.small and claim.level is None
        judge = self.staff.managers[story.unit] if small else self.rng.choice(self.staff.center)
        if story.fate == "returned":
            verification.send_back(judge, claim, "企业名称与确认书落款不一致，请核对营业执照后补正。")
        elif story.fate == "rejected":
            verification.reject(judge, claim, "所附材料不能证明与投资主体有过实质接触。")
        elif story.fate == "withdrawn":
            verification.withdraw(self._actor(story), claim, "企业暂缓投资，主动撤回。")
        else:
            verification.verify(judge, claim)

    # — what follows —

    def _follow_ups(self, story: Story) -> Iterator[Deed]:
        span = self._days_after(story)
        for day in sorted(self.rng.choice(span) for _n in range(story.contacts)) if span else []:
            yield moment(self.rng, day, self.rng.randint(13, 16)), partial(self._note, story, day)

    def _days_after(self, story: Story) -> list[date]:
        after = [d for d in self.days if d > story.begin]
        if story.unit == IDLE:
            after = after[:12]
        if story.fate in ("declined", "referred", "closed"):
            after = after[:1]
        if story.fate == "returned":
            after = after[:1]
        return after or [self.days[-1]]

    def _note(self, story: Story, day: date) -> None:
        lead = self._lead(story)
        last = self._days_after(story)[-1]
        next_on = day + timedelta(days=self.rng.choice((3, 7, 14, 21)))
        if day >= last - timedelta(days=4):
            next_on = self.today + timedelta(days=self.rng.randint(-1, 14))
        interactions.note(
            self._actor(story),
            interactions.NoteInput(
                kind=self.rng.choice(_WAYS),
                on=day,
                person_name=story.person[0],
                result=self.rng.choice(words.RESULTS),
                next_step=self.rng.choice(words.NEXT_STEPS),
                next_on=max(next_on, day),
            ),
            lead=lead,
        )
        self.contacts_made += 1

    # — the rows —

    def _actor(self, story: Story) -> Actor:
        assert story.actor is not None
        return story.actor

    def _company(self, story: Story) -> Company:
        assert story.company is not None
        return story.company

    def _lead(self, story: Story) -> Lead:
        lead = db.session.scalar(
            select(Lead).where(Lead.id == story.lead_id).options(selectinload(Lead.files), selectinload(Lead.people))
        )
        assert lead is not None
        return lead

    def _later(self, day: date, working_days: int) -> date:
        at = self.days.index(day)
        return self.days[min(at + working_days, len(self.days) - 1)]
