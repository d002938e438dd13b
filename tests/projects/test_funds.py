"""Money in place by voucher and promises against results: the comparison as a table, the sums, who may write, the pages."""

import io
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest

from crm.core import promises as rules
from crm.core.errors import Conflict, Forbidden, Invalid, Stale
from crm.kit import clock, db
from crm.projects import funds
from crm.projects.models import FundVoucher, ProjectPromise, PromiseKind
from crm.projects.service import funds as service
from crm.projects.service.funds import PromiseInput, VoucherInput
from tests.factories import make_project
from tests.projects.ready import PDF, make_city, paper, signed

pytestmark = pytest.mark.usefixtures("context")
TODAY, PAST, LATER = date(2026, 11, 28), date(2026, 10, 1), date(2027, 1, 1)


@pytest.mark.parametrize(
    ("kind", "promised", "result", "due", "code", "percent"),
    [
        ("tax", None, 5, LATER, "none", None),
        ("tax", 10, None, LATER, "waiting", None),
        ("tax", 10, None, PAST, "late", None),
        ("tax", 10, None, None, "waiting", None),
        ("tax", 10, 10, PAST, "met", 100),
        ("tax", 10, 9, LATER, "behind", 90),
        ("tax", 10, 9, PAST, "missed", 90),
        ("energy_per_output", 10, 9, PAST, "met", 90),
        ("energy_per_output", 10, 11, PAST, "missed", 110),
        ("jobs", 0, 5, PAST, "met", None),
    ],
)
def test_a_result_is_compared_with_its_promise(kind, promised, result, due, code, percent):
    given = (None if one is None else Decimal(one) for one in (promised, result))
    found = rules.compare(kind, *given, due, TODAY)

    assert (found.code, found.percent) == (code, percent)


def test_money_counts_by_its_voucher_until_it_is_voided(store):
    city = make_city()
    with pytest.raises(Conflict, match="签约认定后"):
        service.add_voucher(city.a, make_project(city.a), VoucherInput("transfer", clock.today(), Decimal(1)), paper())
    project = signed(city.a, city.center)
    last = clock.today().replace(year=clock.today().year - 1)

    one = service.add_voucher(
        city.a, project, VoucherInput("transfer", clock.today(), Decimal(3_000_000), "J1"), paper()
    )
    service.add_voucher(city.a, project, VoucherInput("invoice", last, Decimal(1_000_000)), paper())

    found = funds.funds_of(project)
    assert (found.total, found.this_year, [year.year for year in found.years]) == (
        Decimal(4_000_000),
        Decimal(3_000_000),
        [clock.today().year, last.year],
    )
    wrong = [
        (VoucherInput("gift", clock.today(), Decimal(1)), paper(), "kind"),
        (VoucherInput("transfer", clock.today() + timedelta(days=1), Decimal(1)), paper(), "on"),
        (VoucherInput("transfer", clock.today(), Decimal(0)), paper(), "amount"),
        (VoucherInput("transfer", clock.today(), Decimal(1)), None, "file"),
        (VoucherInput("transfer", clock.today(), Decimal(1), "J1"), paper(), "voucher_no"),
    ]
    for data, file, field in wrong:
        with pytest.raises(Invalid) as caught:
            service.add_voucher(city.a, project, data, file)
        assert caught.value.field == field
    with pytest.raises(Invalid, match="理由"):
        service.void_voucher(city.a, one, "错")
    with pytest.raises(Forbidden):
        service.void_voucher(city.office, one, "金额登记错了")
    service.void_voucher(city.a, one, "金额登记错了")
    assert funds.funds_of(project).total == Decimal(1_000_000)
    service.add_voucher(city.a, project, VoucherInput("transfer", clock.today(), Decimal(2), "J1"), paper())


def test_a_promise_is_written_once_and_its_result_with_a_source(store):
    city = make_city()
    project = signed(city.a, city.center)

    row = service.save_promise(city.a, project, PromiseInput(PromiseKind.TAX, Decimal("1200.5"), PAST))

    with pytest.raises(Conflict, match="已经登记"):
        service.save_promise(city.a, project, PromiseInput(PromiseKind.TAX, Decimal(1)))
    with pytest.raises(Invalid) as caught:
        service.save_promise(city.a, project, PromiseInput(PromiseKind.TAX, Decimal(1), result=Decimal(1)), promise=row)
    assert caught.value.field == "result_year"
    with pytest.raises(Stale):
        service.save_promise(city.a, project, PromiseInput(PromiseKind.TAX, Decimal(1)), promise=row, version=9)
    told = {"result": Decimal(600), "result_year": 2026, "result_on": date(2026, 11, 1), "source": "税务确认"}
    given = PromiseInput(PromiseKind.TAX, Decimal("1200.5"), PAST, **told)
    with clock.at(clock.now().replace(year=2026, month=11, day=28)):
        service.save_promise(city.a, project, given, promise=row, version=row.version)
        (line,) = funds.promises_of(project)
    assert (line.verdict.code, line.verdict.percent, line.promise.version) == ("missed", 49, 2)


def test_the_pages_of_money(sqlite, sign_in, statements):
    city = make_city()
    project = signed(city.a, city.center)
    officer, rival = sign_in(city.a), sign_in(city.b)
    url = f"/projects/{project.public_id}"
    assert "还没有到位凭证" in officer.get(f"{url}/funds").text

    typed = {"kind": "transfer", "on": clock.today().isoformat(), "amount": "三百", "voucher_no": "J-77"}
    refused = officer.post(f"{url}/funds/new", data=typed)
    assert refused.status_code == 422 and "J-77" in refused.text and db.session.query(FundVoucher).count() == 0
    data = {**typed, "amount": "320.5", "once": "k" * 24, "file": (io.BytesIO(PDF), "进账单.pdf")}
    assert officer.post(f"{url}/funds/new", data=data).status_code == 303
    again = {**data, "file": (io.BytesIO(PDF), "进账单.pdf")}
    assert officer.post(f"{url}/funds/new", data=again).status_code == 303
    one = db.session.query(FundVoucher).one()
    assert one.amount_cny == Decimal(3_205_000)
    promise = {"kind": "tax", "promised": "1200", "due_on": "2027-12-31"}
    assert officer.post(f"{url}/promises/new", data=promise).status_code == 303
    assert officer.post(f"{url}/promises/new", data=promise).status_code == 422
    edit = f"{url}/promises/{db.session.query(ProjectPromise).one().public_id}"
    assert officer.post(edit, data={"promised": "1300", "version": "1"}).status_code == 303
    stale = officer.post(edit, data={"promised": "1400", "version": "1"})
    assert stale.status_code == 409 and "1400" in stale.text and "1,300" in stale.text.replace("1300", "1,300")
    for path in (f"{url}/funds", f"{url}/funds/panel", edit):
        statements.clear()
        assert officer.get(path).status_code == 200
        assert len(statements) <= 12, path
        assert rival.get(path).status_code == 404
    page = officer.get(f"{url}/funds").text
    assert "进账单.pdf" in page and "320.50" in page
    void = f"{url}/funds/{one.public_id}/void"
    assert rival.post(void, data={"reason": "金额登记错了"}).status_code == 404
    short = officer.post(void, data={"reason": "错"})
    assert short.status_code == 422 and "至少 5 个字" in short.text
    assert officer.post(void, data={"reason": "金额登记错了"}).status_code == 303
    sheet = openpyxl.load_workbook(io.BytesIO(sign_in(city.center).get(f"{url}/funds/list.xlsx").data)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert any("J-77" in row and 320.5 in row and "金额登记错了" in row for row in rows)
