"""Every address: its guard, its form, its token; openness is the listed exception."""

import re

import pytest
from sqlalchemy import select
from werkzeug.routing import AnyConverter, UnicodeConverter, ValidationError

import crm.models
from crm.core.permissions import BUSINESS_ROLES, TABLE, Permission, UserKind
from crm.fairs import passes
from crm.kit import db
from tests.factories import make_org, make_user

PUBLIC = {
    "agenda.read_feed",  # by a secret of its own, for a phone that has no session
    "accounts.language",
    "accounts.sign_in",
    "accounts.sign_in_as_sample",
    "accounts.sign_out",
    # The shell of the booth app holds no word of anybody and must open without network and session; its data do not.
    "fairs.floor",
    "fairs.floor_manifest",
    "fairs.floor_worker",
    # By a one-time secret: the visitor at the stand has no account; what stands there is who met whom on which day.
    "fairs.tap",
    # By the secret of an invitation: the guest has no account; what stands there is the letter and the own answer.
    "fairs.answer_invitation",
    "fairs.invitation",
    "health.healthz",
    "health.metrics",
    "health.readyz",
    "reports.root",
}
# Only these permissions may be used from a trusted phone without the password: 记一笔, 查企业, 今日待办.
PHONE = {Permission.COMPANY_READ, Permission.LEAD_READ, Permission.LEAD_WRITE, Permission.PLAN_READ}
SEGMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
# One of these fits every typed part: an id that belongs to nobody, a code of the plan that does not exist, a day, a year, a number.
SAMPLES = (
    "aaaaaaaaaa",
    "a" * 43,
    "a" * 32,
    "a" * 22,
    "1",
    "ZZZ",
    "ZZZ-U99",
    "CH-ZZZ",
    "zzz",
    "2026-01-05",
    "2026",
    "idle_minutes",
    "0b8f1c9e-1111-4222-8333-000000000000",
)


def guard_of(app, endpoint):
    view = app.view_functions[endpoint]
    permission = getattr(view, "required_permission", None)
    kinds = [permission is not None, getattr(view, "signed_in_only", False), getattr(view, "is_public", False)]
    return permission, [*kinds, hasattr(view, "own_door")]


def routes(app, *, development=False):
    """All addresses but the static files, and but the style guide, which exists in development only."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and (development or not rule.endpoint.startswith("styleguide."))
    ]


def fits(part, text):
    try:
        return re.fullmatch(part.regex, text) and part.to_python(text) is not None
    except ValidationError:
        return False


def address(rule):
    """The address with something that belongs to nobody in each place."""
    path = rule.rule
    for name, part in rule._converters.items():
        words = (
            part.regex.removeprefix("(?:").removesuffix(")").split("|") if isinstance(part, AnyConverter) else SAMPLES
        )
        sample = next(one for one in words if fits(part, one))
        path = re.sub(rf"<([^<>]*:)?{name}>", sample, path)
    return path


def test_every_view_says_who_may_open_it(app):
    unguarded = [rule.endpoint for rule in routes(app, development=True) if sum(guard_of(app, rule.endpoint)[1]) != 1]

    assert unguarded == []


def test_openness_is_the_listed_exception(app):
    open_views = {rule.endpoint for rule in routes(app) if guard_of(app, rule.endpoint)[1][2]}

    assert open_views <= PUBLIC


def test_a_trusted_phone_opens_few_pages(app):
    too_open = {
        rule.endpoint
        for rule in routes(app)
        if getattr(app.view_functions[rule.endpoint], "open_to_phone", False)
        and guard_of(app, rule.endpoint)[0] not in (None, *PHONE)
    }

    assert too_open == set()


def test_addresses_are_kebab_case_with_typed_parts(app):
    odd = []
    for rule in routes(app, development=True):
        fixed = [part for part in rule.rule.split("/") if part and "<" not in part]
        if not all(SEGMENT.fullmatch(part) for part in fixed):
            odd.append(rule.rule)
        if any(type(part) is UnicodeConverter for part in rule._converters.values()):
            odd.append(rule.rule)

    assert odd == []


def test_signed_out_nothing_opens(app, client):
    opened = []
    for rule in routes(app):
        if guard_of(app, rule.endpoint)[1][2]:
            continue
        path = address(rule)
        door = getattr(app.view_functions[rule.endpoint], "own_door", None)
        if door is passes.at_the_counter:  # a page of the floor: to the sign-in, or a page that says so
            answer = client.get(path) if "GET" in rule.methods else None
            if answer is not None and not (answer.status_code == 303 and answer.location.startswith("/sign-in")):
                opened.append(rule.endpoint)
            if "POST" in rule.methods and client.post(path).status_code != 401:
                opened.append(rule.endpoint)
            continue
        if door is not None:  # a phone on the floor: never a redirect
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                answer = client.open(path, method=method)
                if answer.status_code != 401 or not answer.is_json:
                    opened.append(rule.endpoint)
            continue
        if "GET" in rule.methods:
            answer = client.get(path)
            floor = "/fairs/floor/slips/"  # which sends whom it does not know to the sign-in
            if answer.status_code != 303 or not answer.location.startswith(("/sign-in", floor)):
                opened.append(rule.endpoint)
        if "POST" in rule.methods and client.post(path).status_code != 401:
            opened.append(rule.endpoint)

    assert opened == []


@pytest.mark.parametrize("signed_in", [True, False])
def test_no_unsafe_request_passes_without_the_token(app, client, sign_in, signed_in):
    browser = sign_in(make_user()) if signed_in else client
    passed = []
    for rule in routes(app, development=True):
        for method in set(UNSAFE) & rule.methods:
            answer = browser.open(address(rule), method=method, token=False)
            if answer.status_code != 419:
                passed.append((rule.endpoint, answer.status_code))

    assert passed == []


def everything():
    """All rows of all tables but those that note who was here."""
    db.session.remove()
    left_out = ("sign_ins", "audit_entries", "audit_values", "audit_head")
    tables = [table for table in crm.models.metadata.sorted_tables if table.name not in left_out]
    found = {table.name: db.session.execute(select(table).order_by(*table.primary_key)).all() for table in tables}
    db.session.remove()
    return found


@pytest.mark.parametrize("share", [pytest.param(6, id="short"), pytest.param(1, id="whole", marks=pytest.mark.soak)])
def test_without_the_permission_every_address_is_refused_and_nothing_changes(app, sign_in, share):
    """Each person tries each permission that is not theirs at least once, and one of ``share`` of the addresses behind it."""
    org = make_org()
    people = {role: make_user(org=org, roles=(role,)) for role in BUSINESS_ROLES}
    for kind in UserKind:
        if kind is not UserKind.BUSINESS:
            people[kind] = make_user(org=org, kind=kind)
    before = everything()
    passed = []
    for turn, (who, user) in enumerate(people.items()):
        browser = sign_in(user)
        tried: set[Permission] = set()
        for number, rule in enumerate(routes(app)):
            permission, _kinds = guard_of(app, rule.endpoint)
            if permission is None or who.value in {role.value for role in TABLE[permission]}:
                continue
            if permission in tried and (number + turn) % share:
                continue
            tried.add(permission)
            for method in {"GET", "POST"} & rule.methods:
                answer = browser.open(address(rule), method=method)
                if answer.status_code != 403:
                    passed.append((who.value, method, rule.endpoint, answer.status_code))

    assert passed == []
    assert everything() == before


ODD = ("0", "-1", "9223372036854775808", "x", "ABCDEFGHIJ", "aaaaaaaaa1", "%00", "𠮷")


@pytest.mark.parametrize("share", [pytest.param(3, id="short"), pytest.param(1, id="whole", marks=pytest.mark.soak)])
def test_odd_ids_never_break_a_page(app, sign_in, share):
    """Each address meets one of them from who may do business, one of ``share`` another and one from an officer; the next address the next."""
    org = make_org()
    browsers = [sign_in(make_user(org=org, roles=BUSINESS_ROLES))]
    browsers += [sign_in(make_user(org=org, kind=kind)) for kind in UserKind if kind is not UserKind.BUSINESS]
    broken = []
    for number, rule in enumerate(rule for rule in routes(app) if rule.arguments):
        first, second = ODD[number % len(ODD)], ODD[(number + 5) % len(ODD)]
        further = ((browsers[0], second), (browsers[1 + number // share % 3], first))
        for browser, odd in ((browsers[0], first), *(further if number % share == 0 else ())):
            path = re.sub(r"<[^>]+>", lambda _found, odd=odd: odd, rule.rule)
            for method in {"GET", "POST"} & rule.methods:
                status = browser.open(path, method=method).status_code
                if status not in (403, 404, 405):
                    broken.append((method, rule.rule, status))

    assert broken == []
