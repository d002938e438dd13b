"""People edit, attach, note and file while the centre merges: nothing is lost, nothing stays behind (security.md I10)."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from crm.claims import filing
from crm.claims.models import Claim
from crm.companies import details, queries, service
from crm.companies.models import Company, CompanyName, Credential, NameKind
from crm.core.errors import Conflict, NotFound, Stale
from crm.core.names import name_key
from crm.duplicates import merging
from crm.duplicates.models import Merge, MergeStatus
from crm.interactions import service as interactions
from crm.interactions.models import Interaction
from crm.kit import clock, db
from crm.leads import service as leads
from crm.leads.models import Lead
from crm.people.models import Person
from tests.claims.conftest import City, make_city, make_lead
from tests.factories import make_company, upload

ROUNDS = 6
CORES = ("珩锐", "砺枢", "铎澜", "翀岚", "霁川", "玘骁", "珏渌", "沣暄")


@pytest.fixture
def city(store):
    return make_city()


def together(app: Any, *acts: Callable[[], Any]) -> list[Any]:
    """Let all act in the same instant, each in a thread of its own; returns what each gave or raised."""
    barrier = threading.Barrier(len(acts))
    answers: list[Any] = [None] * len(acts)

    def go(place: int) -> None:
        with app.app_context():
            barrier.wait()
            try:
                answers[place] = acts[place]()
            except (Conflict, NotFound, Stale) as error:
                answers[place] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=go, args=(place,)) for place in range(len(acts))]
    db.session.remove()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def row(company_id: int) -> Company:
    return db.session.get_one(Company, company_id, populate_existing=True)


def left_behind(loser_id: int) -> list[str]:
    """Tables in which a row still points to the company that went."""
    models = (Lead, Person, Interaction, Claim, CompanyName, Credential)
    return [m.__tablename__ for m in models if db.session.scalar(select(func.count()).where(m.company_id == loser_id))]


def pair(number: int) -> tuple[int, int]:
    core = CORES[number % len(CORES)]
    return make_company(f"湖北{core}数控装备有限公司").id, make_company(f"苏州{core}精密传动有限公司").id


def merger(city: City, winner: int, loser: int) -> Callable[[], Any]:
    return lambda: merging.merge(city.center, row(winner), row(loser), reason="同一家企业").merge.status


def test_edits_and_names_go_to_the_merged_row_before_or_are_told_where_it_went(app, city: City):
    for number in range(ROUNDS):
        winner, loser = pair(number)

        merged, edited, named = together(
            app,
            merger(city, winner, loser),
            lambda loser=loser: service.edit_company(city.center, row(loser), None, address="团城山").address,
            lambda loser=loser: details.add_name(city.center, loser, text="珩锐机床", kind=NameKind.SHORT).text,
        )

        assert merged is MergeStatus.DONE
        for answer in (edited, named):
            assert isinstance(answer, (str, queries.Merged)), answer
        if edited == "团城山":
            assert row(loser).address == "团城山"
        if named == "珩锐机床":
            owner = db.session.scalar(select(CompanyName.company_id).where(CompanyName.text == named).limit(1))
            assert owner is not None
        assert left_behind(loser) == []


def test_leads_notes_and_evidence_follow_into_the_survivor(app, city: City):
    for number in range(ROUNDS):
        winner, loser = pair(number)
        public_id, name = row(loser).public_id, row(loser).name
        lead = make_lead(city.a, name, company_id=loser)
        lead_id = lead.id

        def save(name: str = name, public_id: str = public_id) -> Any:
            day = clock.today()
            data = leads.LeadInput(name, "拟建产线", day, company_public_id=public_id, person_name="张三")
            return leads.save_lead(city.b, None, data).id

        def note(loser: int = loser) -> Any:
            company = queries.company_of(city.b, loser)
            if company is None:
                return None
            return interactions.note(city.b, interactions.NoteInput("谈了", clock.today()), company=company).id

        def attach(lead_id: int = lead_id) -> Any:
            return leads.attach_file(city.a, db.session.get_one(Lead, lead_id), upload(), kind="minutes").id

        answers = together(app, merger(city, winner, loser), save, note, attach)

        assert answers[0] is MergeStatus.DONE, answers
        assert isinstance(answers[1], int), answers
        assert isinstance(answers[3], int), answers
        assert left_behind(loser) == []
        assert db.session.get_one(Lead, answers[1]).company_id == winner
        if answers[2] is not None:
            assert db.session.get_one(Interaction, answers[2]).company_id == winner


def test_a_report_filed_meanwhile_holds_on_the_survivor(app, city: City):
    for number in range(ROUNDS):
        winner, loser = pair(number)
        mine, theirs = (make_lead(actor, row(loser).name, company_id=loser).id for actor in (city.a, city.b))

        def file(lead_id: int, actor: Any) -> Any:
            return filing.file_report(actor, db.session.get_one(Lead, lead_id)).id

        answers = together(
            app,
            merger(city, winner, loser),
            lambda mine=mine: file(mine, city.a),
            lambda theirs=theirs: file(theirs, city.b),
        )

        assert answers[0] is MergeStatus.DONE, answers
        assert all(isinstance(answer, int) for answer in answers[1:]), answers
        claims = db.session.scalars(select(Claim).where(Claim.company_id.in_([winner, loser]))).all()
        assert {claim.company_id for claim in claims} == {winner}
        assert sum(claim.holds for claim in claims) == 1
        assert left_behind(loser) == []
        assert name_key(row(loser).name)


def test_two_of_the_centre_merge_the_same_pair_once(app, city: City):
    for number in range(ROUNDS):
        winner, loser = pair(number)

        answers = together(app, merger(city, winner, loser), merger(city, winner, loser), merger(city, loser, winner))

        assert answers.count(MergeStatus.DONE) == 1, answers
        done = select(func.count()).select_from(Merge).where(Merge.status == MergeStatus.DONE)
        assert db.session.scalar(done.where(Merge.winner_id.in_([winner, loser]))) == 1


def test_an_undo_and_an_edit_of_the_survivor_lose_nothing(app, city: City):
    for number in range(ROUNDS):
        winner, loser = pair(number)
        with db.transaction():
            done = merging.merge(city.center, row(winner), row(loser), reason="同一家企业").merge.id

        undone, edited = together(
            app,
            lambda done=done: merging.undo(city.center, db.session.get_one(Merge, done)).status,
            lambda winner=winner: service.edit_company(city.center, row(winner), None, address="大泉路").address,
        )

        assert (undone, edited) == (MergeStatus.UNDONE, "大泉路")
        assert row(winner).address == "大泉路"
        assert row(loser).merged_into_id is None
