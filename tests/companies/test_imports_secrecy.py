"""S1 and S6 at import: what other units enter, file and note leaves every finding as it was, to the byte."""

import json
import threading
from dataclasses import asdict

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from crm.companies import aliases, decisions, details, relations, service
from crm.companies.imports.companies import KIND
from crm.companies.models import Company, CompanyKey, NameKind, RelationKind
from crm.core.permissions import Role
from crm.kit import db
from tests.companies.importing import run
from tests.factories import make_actor, make_center, make_company, make_lead

CODE, HERS = "91420200MA44JURQ85", "91420200MA4283FQ66"
ROWS = [
    {"name": "湖北珩锐数控装备有限公司", "uscc": CODE},
    {"name": "武汉锐科激光装备有限公司", "website": "www.rk.cn"},
    {"name": "珩锐数控"},
    {"name": "珩瑞数控装备有限公司"},
    {"name": "湖北绎衡机器人有限公司", "uscc": HERS, "former_names": ["绎衡机械厂"]},
    {"name": "绎衡机器人"},
    {"name": "Yiheng Robotics"},
    {"name": "湖北铎澜传动有限公司", "uscc": HERS},
    {"name": "黄石砺枢精密有限公司"},
    {"name": "黄石砺枢精密"},
    {"name": "", "uscc": HERS},
]


def _work_of(hers, rows):
    """What another unit does: own rows, aliases, relations, decisions, leads on open rows and on his names."""
    own = make_company("湖北绎衡机器人有限公司", actor=hers, uscc=HERS)
    details.add_name(hers, own.id, text="Yiheng Robotics", kind=NameKind.ENGLISH)
    make_company("珩瑞数控装备有限公司", actor=hers)
    make_company("黄石砺枢精密股份有限公司", actor=hers)
    details.add_name(hers, rows[0].id, text="珩锐数控", kind=NameKind.SHORT)
    aliases.confirm(hers, rows[1], "绎衡机器人", source="import")
    relations.add_relation(hers, rows[0].id, rows[1].id, RelationKind.PARENT)
    decisions.remember(hers, "珩锐数控", rows[0], decisions.DIFFERENT)
    decisions.remember(hers, rows[0], rows[1], decisions.DIFFERENT)
    make_lead(hers, "武汉锐科激光装备有限公司", company_public_id=rows[1].public_id)
    make_lead(hers, "湖北珩锐数控装备有限公司", uscc=CODE)


def _told(kind, actor, rows):
    return json.dumps([asdict(one) for one in run(kind, actor).check(*rows)], ensure_ascii=False, default=str)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER, Role.EXPO])
def test_nothing_another_unit_does_shows_in_a_dry_run(store, role):
    his, hers, center = make_actor(role), make_actor(), make_center()
    rows = [make_company("湖北珩锐数控装备有限公司", uscc=CODE), make_company("武汉锐科激光装备有限公司")]
    make_company("黄石砺枢精密有限公司", actor=make_actor(org=_org(his)))
    before = _told(KIND, his, ROWS)

    _work_of(hers, rows)

    assert _told(KIND, his, ROWS) == before
    assert _told(KIND, center, ROWS) != before


def _org(actor):
    from crm.accounts.models import Org

    return db.session.get_one(Org, actor.org_id)


def test_writing_answers_alike_whether_another_unit_has_the_row(store):
    his, hers = make_actor(), make_actor()
    alone = run(KIND, his).write({"name": "苏州绎衡传动科技有限公司"})[0]
    make_company("湖北绎衡机器人有限公司", actor=hers, uscc=HERS)

    beside = run(KIND, his).write({"name": "湖北绎衡机器人有限公司", "uscc": HERS})[0]

    assert (alone.message, alone.changed) == (beside.message, beside.changed)
    mine = db.session.get_one(Company, beside.subject_id)
    assert (mine.entered_org_id, mine.name, mine.uscc) == (his.org_id, "湖北绎衡机器人有限公司", HERS)


def test_two_imports_of_one_firm_at_once_make_one_company(app, store):
    hers = make_center()
    rows = [{"name": f"黄石砺枢{word}有限公司"} for word in ("精密", "数控", "传动", "激光", "模具")]
    gate, answers = threading.Barrier(4), []
    db.session.remove()

    def work():
        with app.app_context():
            one = run(KIND, hers, public_list=True)
            gate.wait()
            for _again in range(20):
                try:
                    answers.append([w.subject_id for w in one.write(*rows)])
                    break
                except (IntegrityError, service.Taken):  # seen between the check and the writing
                    db.session.rollback()
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 4 and len({tuple(one) for one in answers}) == 1
    assert db.session.scalar(select(func.count()).select_from(Company)) == 5
    assert db.session.scalar(select(func.count()).select_from(CompanyKey)) == 5


def test_an_opened_row_is_found_by_everybody(store):
    his, hers = make_actor(), make_actor()
    made = run(KIND, hers).write({"name": "黄石砺枢精密有限公司"})[0]
    service.open_company(make_center(), made.subject_id, "verified")

    assert run(KIND, his).check({"name": "黄石砺枢精密有限公司"})[0].fate.value == "same"
