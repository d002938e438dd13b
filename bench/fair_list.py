"""How long a list of 3,000 exhibitors takes to be answered and written: ``python -m bench.fair_list``. Needs a base with samples, and changes it.

Half of the rows are firms of the base, a quarter of these cut short; booths with decimals, ranges and several in one cell. Prints
processor seconds of the dry run (each row answered) and of the writing.
"""

import random
import time

from sqlalchemy import select

from crm import create_app
from crm.accounts import queries as accounts
from crm.accounts.models import User
from crm.companies.models import Company
from crm.core.permissions import Role
from crm.fairs.models import Edition
from crm.fairs.service import lists
from crm.imports import queries as batches
from crm.imports import service as imports
from crm.kit import clock, db, tasks

ROWS = 3_000


def table(rng: random.Random, names: list[str]) -> str:
    """Return the list as it would be pasted: a title, heads, rows."""
    rows = ["示例届参展名录", "", "参展商\t展位号\t展品\t电话\t电话"]
    for number in range(ROWS):
        known = (
            rng.choice(names)
            if number % 2
            else f"示例{number}号精密机电（{rng.choice(['苏州', '宁波', '东莞'])}）有限公司"
        )
        name = known.replace("有限公司", "") if number % 8 == 1 else known
        booth = f"{rng.randint(1, 9)}.{rng.randint(1, 2)}{rng.choice('ABCDEF')}{rng.randint(1, 60):02d}"
        booth += rng.choice(("", "-31", f"、{booth}5"))
        rows.append(f"{name}\t{booth}\t{rng.choice(('谐波减速器', '数控机床', '激光器', '丝杠'))}\t\t")
    return "\n".join(rows)


def main() -> None:
    """Bring the list to the last edition of the base, as the centre."""
    app = create_app({"SCHEDULER": False})
    with app.app_context(), app.test_request_context("/"):
        user = db.session.scalars(select(User).where(User.roles.any(role=Role.CENTER)).order_by(User.id).limit(1)).one()
        actor = accounts.actor_of(user.id)
        future = Edition.starts_on > clock.today()
        edition = db.session.scalars(select(Edition).where(future).order_by(Edition.starts_on).limit(1)).one()
        text = table(random.Random(7), list(db.session.scalars(select(Company.name).order_by(Company.id))))
        number = lists.bring(actor, edition, upload=None, pasted=text, source="主办方名录（示例）").public_id
        for words, act in (
            ("dry run", lambda row: imports.set_mapping(actor, row, {})),
            ("writing", lambda row: imports.write(actor, row)),
        ):
            act(batches.get_batch(actor, number))
            db.session.remove()
            began, clocked = time.process_time(), time.perf_counter()
            tasks.work(app)
            spent, passed = time.process_time() - began, time.perf_counter() - clocked
            counts = batches.get_batch(actor, number).counts
            db.session.remove()
            print(f"{ROWS} rows, {words}: {spent:.1f} s of processor time, {passed:.1f} s by the clock; {counts}")


if __name__ == "__main__":
    main()
