"""Organisations and people, on both databases."""

import threading
from contextlib import suppress

import pytest
from sqlalchemy import select

from crm.accounts import passwords, queries, service
from crm.accounts.models import Org, OrgKind, SignIn, User
from crm.audit import queries as trail
from crm.audit.chain import verify
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.core.permissions import Role, UserKind
from crm.kit import db
from crm.kit.access import Actor
from tests.factories import actor_of, make_org, make_user, sign_in_token

SYSTEM = Actor.system()


@pytest.fixture
def sysadmin(store):
    return actor_of(make_user(kind=UserKind.SYSADMIN))


@pytest.fixture
def secadmin(store):
    return actor_of(make_user(kind=UserKind.SECADMIN))


def org_by(code):
    return db.session.scalar(select(Org).where(Org.code == code))


def values(**changes):
    plain = {"name": "新区", "code": "XQ", "name_en": "", "kind": OrgKind.DISTRICT, "parent_id": None}
    return {**plain, "phone": "", "recruits": True, "divisions": [], **changes}


class TestOrganisations:
    def test_the_city_has_nine_recruiting_units(self, store):
        service.load_orgs(SYSTEM)

        names = [org.name for org in queries.units()]
        assert len(names) == 9 and names[0] == "开发区·铁山区" and "临空经济区" in names
        assert queries.center_org().name == "市招商服务中心"
        assert queries.leading_org().kind is OrgKind.LEADING_GROUP

    def test_loading_twice_adds_nothing_and_keeps_changes(self, store):
        first = service.load_orgs(SYSTEM)
        with db.transaction():
            org_by("HSG").phone = "0714-1234567"

        assert (first, service.load_orgs(SYSTEM)) == (15, 0)
        assert org_by("HSG").phone == "0714-1234567"

    def test_an_outpost_works_for_its_parent(self, store):
        service.load_orgs(SYSTEM)
        user = make_user(org=org_by("ZWH"))

        actor = queries.actor_of(user.id)

        assert actor.org_id == org_by("KTS").id == queries.unit_id_of(org_by("ZWH").id)
        assert actor.home_org_id == org_by("ZWH").id and actor.org_name == "开发区·铁山区"
        assert actor.subtree == {org_by("KTS").id, org_by("ZWH").id}
        assert [one.id for one in queries.users_with(Role.OFFICER, org_by("KTS").id)] == [user.id]

    def test_the_leading_group_stands_above_all(self, store):
        service.load_orgs(SYSTEM)

        actor = queries.actor_of(make_user(org=org_by("LDXZ"), roles=(Role.LEADER,)).id)

        assert len(actor.subtree) == 15

    def test_a_name_is_used_once(self, sysadmin):
        service.add_org(sysadmin, **values())

        with pytest.raises(Conflict) as caught:
            service.add_org(sysadmin, **values(code="XQ2"))
        assert caught.value.field == "name"
        with pytest.raises(Conflict) as caught:
            service.add_org(sysadmin, **values(name="别区"))
        assert caught.value.field == "code"

    def test_the_second_editor_is_told(self, sysadmin):
        org = service.add_org(sysadmin, **values())
        service.change_org(sysadmin, org, version=1, **values(phone="1"))

        with pytest.raises(Stale) as caught:
            service.change_org(sysadmin, org, version=1, **values(phone="2"))
        assert caught.value.current.phone == "1"

    @pytest.mark.parametrize("kind", [OrgKind.OUTPOST, OrgKind.ZONE])
    def test_the_tree_keeps_its_shape(self, sysadmin, kind):
        outpost = make_org(kind=OrgKind.OUTPOST, parent=make_org())

        with pytest.raises(Invalid):
            service.add_org(sysadmin, **values(kind=kind, parent_id=outpost.id))

    def test_nothing_hangs_under_itself(self, sysadmin):
        top = make_org(kind=OrgKind.LEADING_GROUP)

        with pytest.raises(Invalid):
            service.change_org(sysadmin, top, version=None, **values(kind=OrgKind.LEADING_GROUP, parent_id=top.id))

    def test_a_unit_with_people_is_not_retired(self, sysadmin):
        org = make_org()
        user = make_user(org=org)
        with pytest.raises(Conflict):
            service.retire_org(sysadmin, org, version=None)

        service.disable_person(sysadmin, user)
        assert service.retire_org(sysadmin, org, version=None).retired_at is not None

    def test_only_the_system_administrator_may(self, secadmin):
        with pytest.raises(Forbidden):
            service.add_org(secadmin, **values())


class TestPeople:
    def test_a_new_person_gets_a_password_for_once(self, sysadmin):
        user, once = service.add_person(sysadmin, login="wangfang", name="王芳", org_id=make_org().id)

        assert user.must_change_password and passwords.verify(user.password_hash, once)
        assert passwords.classes(once) >= 3 and len(once) >= 10
        assert queries.actor_of(user.id).roles == frozenset()

    def test_a_login_is_used_once(self, sysadmin):
        org = make_org()
        service.add_person(sysadmin, login="wangfang", name="王芳", org_id=org.id)

        with pytest.raises(Conflict) as caught:
            service.add_person(sysadmin, login="wangfang", name="汪芳", org_id=org.id)
        assert caught.value.field == "login"

    def test_the_password_is_not_in_the_trail(self, sysadmin):
        user, once = service.add_person(sysadmin, login="wangfang", name="王芳", org_id=make_org().id)
        service.reset_password(sysadmin, user)

        told = str(trail.history_of("user", user.id))
        assert once not in told and "argon2" not in told

    def test_another_organisation_ends_the_sign_ins(self, sysadmin):
        user = make_user()
        sign_in_token(user)

        service.change_person(sysadmin, user, version=None, name=user.name, org_id=make_org().id, phone="")

        assert db.session.scalar(select(SignIn.end_reason)) == "org_changed"

    @pytest.mark.parametrize("kind", [UserKind.SYSADMIN, UserKind.SECADMIN, UserKind.AUDITOR])
    def test_the_last_officer_of_a_kind_stays(self, sysadmin, kind):
        one = make_user(kind=kind)
        if kind is UserKind.SYSADMIN:
            with db.transaction():
                db.session.get(User, sysadmin.user_id).active = False

        with pytest.raises(Conflict):
            service.disable_person(sysadmin, one)
        make_user(kind=kind)
        assert not service.disable_person(sysadmin, one).active

    def test_two_administrators_cannot_disable_each_other_at_once(self, store, app):
        actors = [actor_of(make_user(kind=UserKind.SYSADMIN)) for _ in range(2)]
        barrier = threading.Barrier(2)

        def work(mine, other):
            with app.app_context():
                barrier.wait()
                with suppress(Conflict):
                    service.disable_person(mine, db.session.get(User, other.user_id))

        db.session.remove()
        threads = [threading.Thread(target=work, args=pair) for pair in (actors, actors[::-1])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(queries.users_with(Role.SYSADMIN)) == 1

    def test_nobody_disables_the_own_account(self, sysadmin):
        make_user(kind=UserKind.SYSADMIN)

        with pytest.raises(Conflict):
            service.disable_person(sysadmin, db.session.get(User, sysadmin.user_id))


class TestRoles:
    def test_the_security_administrator_assigns_roles(self, secadmin):
        user = make_user(roles=(Role.OFFICER,))
        sign_in_token(user)

        service.assign_roles(secadmin, user, [Role.MANAGER, Role.EXPO])

        assert queries.actor_of(user.id).roles == {Role.MANAGER, Role.EXPO}
        assert db.session.scalar(select(SignIn.end_reason)) == "roles_changed"
        change = trail.history_of("user", user.id)[0].changes[0]
        assert (change.old, change.new) == ("区县招商员", "会展人员、区县负责人")

    def test_the_system_administrator_does_not(self, sysadmin):
        with pytest.raises(Forbidden):
            service.assign_roles(sysadmin, make_user(), [Role.CENTER])

    @pytest.mark.parametrize("role", [Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR])
    def test_no_business_person_becomes_an_officer(self, secadmin, role):
        with pytest.raises(Invalid):
            service.assign_roles(secadmin, make_user(), [Role.OFFICER, role])

    def test_no_officer_gets_a_business_role(self, secadmin):
        with pytest.raises(Forbidden):
            service.assign_roles(secadmin, make_user(kind=UserKind.AUDITOR), [Role.OFFICER])

    def test_the_second_editor_is_told(self, secadmin):
        user = make_user()
        service.assign_roles(secadmin, user, [Role.MANAGER], version=1)

        with pytest.raises(Stale):
            service.assign_roles(secadmin, user, [Role.EXPO], version=1)


class TestFirst:
    def test_a_real_installation_has_the_city_and_three_officers(self, store):
        made = service.bootstrap()

        assert [login for login, _once in made] == ["sysadmin", "secadmin", "auditor"]
        for login, once in made:
            user = db.session.scalar(select(User).where(User.login == login))
            assert passwords.verify(user.password_hash, once) and user.must_change_password
        assert len(queries.units()) == 9 and verify().sound
        assert queries.sample_people() == [] and not queries.has_samples()

    def test_repeating_it_makes_nobody(self, store):
        service.bootstrap()

        assert service.bootstrap() == []


def test_an_inactive_person_is_no_actor(store):
    with pytest.raises(NotFound):
        queries.actor_of(make_user(active=False).id)


def test_samples_are_offered_while_all_active_people_are_samples(store):
    sample = make_user(is_sample=True)
    make_user(active=False)
    assert [one.id for one in queries.sample_people()] == [sample.id]

    make_user()
    assert queries.sample_people() == []


def test_wrong_tries_at_once_cannot_slip_past_the_count(store, app):
    make_user(login="wangfang")
    answers = []
    barrier = threading.Barrier(8)

    def guess():
        with app.app_context():
            barrier.wait()
            try:
                service.sign_in("wangfang", "Wrong-password-1", service.Place("10.0.0.1"))
            except Exception as error:
                answers.append(type(error).__name__)

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["Refused"] * 5 + ["TooMany"] * 3
