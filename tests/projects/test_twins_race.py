"""Two projects that are one investment, changed at once: both are saved, and what counts is what stands at the end."""

import threading

import pytest
from sqlalchemy import select

from crm.core.stages import Stage
from crm.kit import db
from crm.projects import figures
from crm.projects.models import Project
from crm.projects.service.twins import judge_twins
from tests.factories import make_actor, make_center, make_project


@pytest.mark.parametrize("locked", [True, False])
def test_two_twins_end_at_once(store, app, locked):
    center, officers = make_center(), [make_actor(), make_actor()]
    ids = [make_project(one, f"减速器{one.org_id}").id for one in officers]
    judge_twins(center, *(db.session.get_one(Project, one) for one in ids), same=True, reason="同一份意向书")
    db.session.remove()
    both, faults = threading.Barrier(2), []

    def end(number):
        query = select(Project).where(Project.id == number)
        with app.app_context():
            try:
                with db.transaction():
                    row = db.session.scalars(query.with_for_update(of=Project) if locked else query).one()
                    if not db.is_sqlite():  # which has one writer at a time
                        both.wait(5)
                    row.stage = Stage.CLOSED
                    db.session.flush()
                    threading.Event().wait(0.2)
            except Exception as error:
                faults.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=end, args=(one,)) for one in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert figures.check_copies(False) == []
