"""Frozen months: kept as issued, later changes as adjustments of the next open month, once; who reads what."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from sqlalchemy import select

from crm.accounts.models import Org
from crm.core.errors import Conflict, Forbidden
from crm.core.permissions import Role
from crm.core.stages import MilestoneKind
from crm.kit import clock, db
from crm.projects.models import Milestone, MilestoneStatus, Project, ProjectKind
from crm.reports.funnel import queries
from crm.reports.models import IssuedReport
from crm.reports.months import freezing, lines
from tests.factories import make_actor, make_center, make_org
from tests.reports.year import TODAY, noon, put, tell

pytestmark = pytest.mark.usefixtures("context")
SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
SIGNED = MilestoneKind.SIGNED


def a_year():
    officers, center = [make_actor(org=make_org(f"单位{n}")) for n in range(3)], make_center()
    put(tell(3, 120), officers, center)
    return officers, center


def signings(month):
    query = select(Milestone).join(Project).where(Milestone.kind == SIGNED, Project.kind != ProjectKind.EXPANSION)
    query = query.where(Milestone.status == MilestoneStatus.RECOGNISED, Milestone.amount_cny.is_not(None))
    return db.session.scalars(query.where(Milestone.recognised_on.between(month, queries.last_day(month)))).all()


def test_a_frozen_month_stays_and_what_changes_is_an_adjustment_once(store):
    with clock.at(noon(TODAY)):
        officers, center = a_year()
        for actor, month, error in (
            (officers[0], SEPTEMBER, Forbidden),
            (make_actor(Role.MANAGER), SEPTEMBER, Forbidden),
            (center, NOVEMBER, Conflict),
        ):
            with pytest.raises(error):
                freezing.freeze_month(actor, month)
        before = lines.live(center, SEPTEMBER, SIGNED)

        report = freezing.freeze_month(center, SEPTEMBER)

        assert freezing.freeze_month(center, SEPTEMBER).id == report.id, "a second press"
        assert freezing.frozen_of(center, report, SIGNED).of_kind(SIGNED) == before != []
        assert freezing.changes_since(center, [report]) == []
        with pytest.raises(Conflict, match="2026-10"), clock.at(noon(date(2026, 12, 2))):
            freezing.freeze_month(center, NOVEMBER)
        first, second = signings(SEPTEMBER)[:2]
        was = first.amount_cny
        with db.transaction():
            first.amount_cny = was + 30_000_000
            second.status = MilestoneStatus.WITHDRAWN
            late = signings(OCTOBER)[0]
            late.recognised_on = date(2026, 9, 30)

        changes = {one.project_id: one for one in freezing.changes_since(center, [report])}

        assert changes.keys() == {first.project_id, second.project_id, late.project_id}
        assert (changes[first.project_id].was, changes[first.project_id].difference) == (was, Decimal(30_000_000))
        assert [changes[one.project_id].number for one in (first, second, late)] == [0, -1, 1]
        assert changes[second.project_id].difference == -second.amount_cny
        assert freezing.frozen_of(center, report, SIGNED).of_kind(SIGNED) == before, "the frozen table stays"
        now = lines.live(center, SEPTEMBER, SIGNED)
        assert sum(one.difference for one in changes.values()) == lines.sums_of(now, "amount_cny") - lines.sums_of(
            before, "amount_cny"
        )
        october = freezing.freeze_month(center, OCTOBER)
        assert {one.project_id for one in freezing.frozen_of(center, october, SIGNED).changes} == set(changes)
        assert freezing.changes_since(center, [report, october]) == [], "told once"
        with db.transaction():
            first.amount_cny = was
        (again,) = freezing.changes_since(center, [report, october])
        assert (again.of, again.difference) == (SEPTEMBER, Decimal(-30_000_000))


def test_a_reader_gets_the_own_units_of_a_frozen_month(sqlite):
    with clock.at(noon(TODAY)):
        officers, center = a_year()
        report = freezing.freeze_month(center, OCTOBER)
        home = db.session.get(Org, officers[0].org_id)
        manager, leader = make_actor(Role.MANAGER, org=home), make_actor(Role.LEADER, org=home)
        whole = freezing.frozen_of(center, report, SIGNED)
        assert len(whole.stock) == 3 and len(whole.units) == 3
        for reader, units in ((manager, 3), (leader, 1)):
            mine = freezing.frozen_of(reader, report, SIGNED)
            assert {line.org_id for line in mine.lines} <= {home.id} and len(mine.stock) == 1
            assert len(mine.units) == units
            assert mine.of_kind(SIGNED) == [one for one in whole.of_kind(SIGNED) if one.org_id == home.id]


def test_the_pages_of_a_frozen_month(sqlite, sign_in, statements):
    with clock.at(noon(TODAY)):
        officers, center = a_year()
        home = db.session.get(Org, officers[0].org_id)
        url = f"/ledgers/months/{SEPTEMBER}"
        browser, manager = sign_in(center), sign_in(make_actor(Role.MANAGER, org=home))
        assert "冻结本月" in browser.get(url).text and "冻结本月" not in manager.get(url).text
        assert "冻结本月" not in browser.get(f"/ledgers/months/{NOVEMBER}").text
        assert manager.post(f"{url}/freeze").status_code == 403
        assert "还没有结束" in browser.post(f"/ledgers/months/{NOVEMBER}/freeze", follow_redirects=True).text
        assert browser.post(f"{url}/freeze").status_code == 303
        page = browser.get(url).text
        assert "已冻结" in page and "冻结时的存量" in page and "冻结本月" not in page
        one = signings(SEPTEMBER)[0]
        with db.transaction():
            one.amount_cny += 30_000_000
        assert "冻结以后的变化" in browser.get(url).text
        following = f"/ledgers/months/{OCTOBER}"
        assert "以前月份的调整" in browser.get(following).text
        assert "以前月份的调整" not in browser.get(f"/ledgers/months/{NOVEMBER}").text
        for client, address in ((browser, url), (manager, url), (browser, following)):
            client.get(address)
            statements.clear()
            assert client.get(address).status_code == 200
            assert len(statements) <= 12, "\n".join(s[:150] for s in statements)
        rows = [
            [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows()]
            for answer in (browser.get(f"{url}/details.xlsx"), browser.get(f"{following}/details.xlsx"))
        ]
        assert "冻结" in rows[0][1][0] and "未冻结" in rows[1][1][0]
        adjusted = [row for row in rows[1] if "调整 2026-09" in str(row[2])]
        assert len(adjusted) == 1 and adjusted[0][6] == pytest.approx(0.3)
        assert rows[1][-1][6] == pytest.approx(sum(row[6] or 0 for row in rows[1][3:-1]))
        assert db.session.query(IssuedReport).count() == 1


def test_a_frozen_month_counts_no_framework_of_another_unit_before_its_signing(store):
    with clock.at(noon(TODAY)):
        officers, center = a_year()
        framed = select(Milestone).join(Project).where(Milestone.kind == MilestoneKind.FRAMEWORK)
        ids = {(one.project_id, one.recognised_on) for one in db.session.scalars(framed)}
        with db.transaction():
            # Frameworks of September: of the first unit and of the second, signed and not signed by the day of freezing.
            theirs = select(Project).where(Project.id.in_({project for project, _day in ids}))
            for n, one in enumerate(db.session.scalars(theirs.order_by(Project.id)).all()):
                for line in db.session.scalars(select(Milestone).where(Milestone.project_id == one.id)):
                    if line.kind is MilestoneKind.FRAMEWORK:
                        line.recognised_on, line.status = date(2026, 9, 15), MilestoneStatus.RECOGNISED
                    elif n % 2 and line.kind is SIGNED and line.status is MilestoneStatus.RECOGNISED:
                        line.recognised_on = date(2026, 12, 20)
                one.formal_due_on = None
        report = freezing.freeze_month(center, SEPTEMBER)
        kept = [row for row in report.rows if row["type"] == "line" and row["kind"] == MilestoneKind.FRAMEWORK]
        signed = set(
            db.session.scalars(
                select(Milestone.project_id).where(
                    *(Milestone.kind == SIGNED, Milestone.status == MilestoneStatus.RECOGNISED),
                    Milestone.recognised_on <= TODAY,
                )
            )
        )
        manager = make_actor(Role.MANAGER, org=db.session.get(Org, officers[0].org_id))

        def counts(reader):
            return [
                count for _name, count, _amount in freezing.frozen_of(reader, report, MilestoneKind.FRAMEWORK).units
            ]

        of = [[row for row in kept if row["org_id"] == officer.org_id] for officer in officers]
        assert counts(center) == [len(rows) for rows in of]
        open_ones = [[row for row in rows if row["project_id"] in signed] for rows in of]
        assert counts(manager) == [len(of[0]), len(open_ones[1]), len(open_ones[2])]
        assert 0 < len(open_ones[1]) < len(of[1])
        sums = [amount for _name, _count, amount in freezing.frozen_of(manager, report, MilestoneKind.FRAMEWORK).units]
        assert sums[1] == sum(Decimal(row["amount_cny"]) for row in open_ones[1])
