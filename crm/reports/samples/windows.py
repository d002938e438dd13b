"""A window for talks of before in the sample base, closed: two units had talked to one firm, one unit alone to another."""

from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from crm.claims.stock import closing, service
from crm.claims.stock.models import WindowKind
from crm.claims.stock.service import EntryInput, WindowInput
from crm.companies.models import Company
from crm.kit import clock, db
from crm.leads.models import Lead
from crm.reports.samples.papers import pdf
from crm.reports.samples.people import Staff

# Which unit (by its place in the list), firm, matter, how many days before the window it was in touch.
TALKS = (
    (0, "常州璟泓电驱系统有限公司", "电驱桥壳产线（示例）", 140),
    (1, "常州璟泓电驱系统有限公司", "电驱桥壳产线（示例）", 95),
    (1, "宁波沐曜液压科技有限公司", "液压阀体产线（示例）", 60),
)


def fill(staff: Staff) -> dict[str, int]:
    """Open a window some weeks ago, let two units enter what they had, and close it when its days were over."""
    opens = clock.today() - timedelta(days=24)
    closes = opens + timedelta(days=9)
    days = (opens, closes, closes + timedelta(days=1))
    center = staff.center[0]
    with db.transaction():
        with _morning(opens):
            data = WindowInput(WindowKind.STOCK, "首谈首报存量登记（示例）", "黄招办〔2026〕示例 1 号", *days)
            window = service.open_window(center, data)
        leads: list[Lead] = []
        officers = [people[0] for _code, people in sorted(staff.officers.items()) if people][:2]
        for place, firm, title, ago in TALKS:
            with _morning(opens + timedelta(days=2 + place)):
                talk = EntryInput(
                    *(firm, "", title, opens - timedelta(days=ago), "confirmation"),
                    invest_total_cny=Decimal(80_000_000),
                )
                entry = service.enter(officers[place], window, talk, [pdf("首谈确认书（示例）.pdf")])
                entry.lead.is_sample = True
                leads.append(entry.lead)
        with _morning(closes + timedelta(days=1)):
            closing.close(center, window)
        db.session.flush()
        of_window = select(Company).join(Lead, Lead.company_id == Company.id)
        for company in db.session.scalars(of_window.where(Lead.id.in_([lead.id for lead in leads]))):
            company.is_sample = True
    db.session.remove()
    return {"windows": 1}


def _morning(day: date) -> AbstractContextManager[None]:
    return clock.at(datetime.combine(day, datetime.min.time(), clock.LOCAL) + timedelta(hours=10))
