"""What the database itself refuses, shown by direct inserts: migrations tests cannot see predicates, CHECKs or triggers."""

from datetime import date, timedelta
from itertools import count

import pytest
from alembic import command
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from crm.audit.models import AuditEntry
from crm.claims.models import Claim, ClaimEvent, ClaimStatus
from crm.companies.models import Company
from crm.kit import clock, db
from crm.kit.migrate import alembic_config
from crm.leads.models import Grade, Lead
from crm.parameters.models import Parameter, ParameterStatus
from tests.carriers.places import make_carrier, make_parcel
from tests.factories import make_actor, make_center, make_org, make_project, make_user, save

numbers = count(1)


@pytest.fixture
def ground(store):
    """A person, a company and leads to file on it, as plain rows."""
    user, now = make_user(), clock.now()
    company = Company(name="珩锐装备", name_pinyin="hengrui", created_at=now, updated_at=now)
    save(company)

    def lead() -> Lead:
        row = Lead(org_id=user.org_id, owner_id=user.id, created_by_id=user.id, created_at=now, updated_at=now)
        save(row)
        return row

    def claim(**values) -> Claim:
        row = Claim(
            number=f"SB{next(numbers)}",
            lead_id=values.pop("lead_id", None) or lead().id,
            company_id=values.pop("company_id", company.id),
            org_id=user.org_id,
            filer_id=user.id,
            company_words="珩锐装备",
            status=values.pop("status", ClaimStatus.VERIFYING),
            grade=Grade.B,
            first_contact_on=date(2026, 11, 20),
            filed_at=now,
            effective_at=now,
            **values,
        )
        save(row)
        return row

    return claim


def test_one_claim_holds_a_matter(ground):
    ground(holds=True, matter_no=1)
    ground(holds=False, matter_no=1)
    ground(holds=True, matter_no=2)

    with pytest.raises(IntegrityError):
        ground(holds=True, matter_no=1)


def test_one_claim_holds_a_project_code(ground):
    ground(holds=True, matter_no=1, project_code="2611-420200")
    ground(holds=False, matter_no=None, project_code="2611-420200")
    ground(holds=True, matter_no=2, project_code=None)
    ground(holds=True, matter_no=3, project_code=None)

    with pytest.raises(IntegrityError):
        ground(holds=True, matter_no=4, project_code="2611-420200")


def test_one_claim_of_a_lead_is_open(ground):
    lead_id = ground(status=ClaimStatus.WITHDRAWN, closed_at=clock.now()).lead_id
    ground(lead_id=lead_id)

    with pytest.raises(IntegrityError):
        ground(lead_id=lead_id)


@pytest.mark.parametrize(
    "values",
    [
        {"matter_no": None},
        {"matter_no": 1, "closed_at": clock.now()},
        {"matter_no": 1, "status": ClaimStatus.EXPIRED},
        {"matter_no": 1, "status": ClaimStatus.CONFLICT},
        {"matter_no": 1, "status": ClaimStatus.REGISTERED},
    ],
)
def test_only_a_living_claim_with_a_matter_holds(ground, values):
    with pytest.raises(IntegrityError):
        ground(holds=True, **values)


def test_a_parameter_has_one_effective_value_a_day(store):
    def parameter(status, day=date(2026, 1, 1)):
        save(Parameter(key="protection_days", value="90", unit="天", effective_on=day, status=status))

    parameter(ParameterStatus.EFFECTIVE)
    parameter(ParameterStatus.DRAFT)
    parameter(ParameterStatus.DRAFT)
    parameter(ParameterStatus.EFFECTIVE, date(2026, 2, 1))

    with pytest.raises(IntegrityError):
        parameter(ParameterStatus.EFFECTIVE)


def test_enums_take_their_words_only(store):
    """Every enum column carries a CHECK in the base, whatever Python believes."""
    make_user()
    with db.engine().connect() as connection, pytest.raises(IntegrityError):
        connection.execute(text("UPDATE users SET kind = 'emperor'"))


def test_every_enum_column_has_its_check(store):
    import crm.models

    wanted = {
        (table.name, column.name)
        for table in crm.models.metadata.tables.values()
        for column in table.columns
        if hasattr(column.type, "enums")
    }
    found = {(table, column) for table, sql in _checks().items() for _, column in wanted if f"{column} IN" in sql}

    assert wanted - found == set()


def _checks() -> dict[str, str]:
    with db.engine().connect() as connection:
        if db.is_sqlite():
            rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
            return {name: (sql or "").replace('"', "") for name, sql in rows}
        query = "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'"
        checks: dict[str, str] = {}
        for table, sql in connection.execute(text(query)):
            plain = (
                sql.replace("(", "")
                .replace(")", "")
                .replace('"', "")
                .replace("::text", "")
                .replace("::character varying", "")
            )
            checks[table] = checks.get(table, "") + plain.replace(" = ANY", " IN") + "\n"
        return checks


def _fill_ledgers(ground) -> None:
    now, claim = clock.now(), ground()
    make_project(make_actor())  # its registration is the first line of stage_moves
    with db.engine().begin() as connection:
        connection.execute(
            insert(AuditEntry).values(
                seq=1000, at=now, actor_id=1, actor_words="王芳", org_words="黄石港区", action="lead.created",
                subject_kind="lead", fields=[], prev_hash="", hash="x",
            )
        )  # fmt: skip
        connection.execute(
            insert(ClaimEvent).values(
                claim_id=claim.id, seq=99, kind="filed", at=now, by_id=1, by_words="王芳", data={}
            )
        )


@pytest.mark.parametrize("table", ["audit_entries", "claim_events", "stage_moves"])
@pytest.mark.parametrize("act", ["UPDATE {} SET at = at", "DELETE FROM {}"])
def test_ledgers_only_grow_also_after_every_upgrade(ground, table, act):
    _fill_ledgers(ground)
    for _ in range(2):
        with db.engine().connect() as connection, pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text(act.format(table)))
        db.session.remove()
        command.upgrade(alembic_config(), "head")


def test_postgresql_refuses_truncate_too(postgresql, context):
    with db.engine().connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text("TRUNCATE audit_entries CASCADE"))


def test_every_connection_of_sqlite_is_durable_and_checks_keys(sqlite):
    """kill -9 cannot tell FULL from NORMAL, a power cut can: so the setting itself is the test."""
    wanted = {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 10000}
    first, second = db.engine().connect(), db.engine().connect()

    for connection in (first, second):
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
        connection.close()
        assert found == wanted


def test_postgresql_waits_for_the_disk_unless_told_otherwise(postgresql):
    """The product never turns synchronous_commit off; only the test server's own start line does."""
    with db.engine().connect() as connection:
        source = connection.execute(text("SELECT source FROM pg_settings WHERE name = 'synchronous_commit'")).scalar()

    assert source not in ("session", "client", "user", "database")


def test_foreign_keys_are_checked(store):
    with pytest.raises(IntegrityError):
        make_user(org=type("Nowhere", (), {"id": 999_999})())


def test_a_day_later_is_a_day_later_in_both_databases(store):
    """Times come back aware, in UTC, to the microsecond."""
    org = make_org()
    moment = clock.now() - timedelta(days=1)
    org.retired_at = moment
    save(org)
    db.session.expire_all()

    assert org.retired_at == moment


def test_a_place_gives_no_more_than_it_has(store):
    carrier = make_carrier("PARK")
    parcel = make_parcel(make_center(), carrier, area_mu=50)

    for wrong in (
        "reserved = 3000, given = 2001",
        "reserved = -1",
        "area_mu = 0",
        "lease_years = 4",
        "lease_years = 21",
    ):
        change = wrong if db.is_sqlite() else wrong.replace("3000", "30").replace("2001", "20.01")
        with pytest.raises(DBAPIError), db.transaction():
            db.session.execute(text(f"UPDATE parcels SET {change} WHERE id = :id"), {"id": parcel.id})
