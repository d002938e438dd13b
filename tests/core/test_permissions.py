"""The table of roles and permissions, where two of them sound alike or the three officers are concerned."""

import pytest

from crm.core.permissions import BUSINESS_ROLES, OFFICER_ROLES, TABLE, Permission, Role, may


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        # What the city publishes for firms is the business of the centre and of the leading group's office.
        (Permission.POLICY_WRITE, {Role.CENTER, Role.OFFICE}),
        # What holds for accounts and passwords is the security officer's alone.
        (Permission.SECURITY_WRITE, {Role.SECADMIN}),
        (Permission.SPACE_WRITE, {Role.OFFICER, Role.MANAGER, Role.CENTER}),
        (Permission.CARRIER_WRITE, {Role.CENTER}),
        (Permission.ROLE_WRITE, {Role.SECADMIN}),
        (Permission.AUDIT_READ, {Role.AUDITOR}),
    ],
)
def test_a_permission_belongs_to_these_roles_and_no_others(permission, roles):
    assert {role for role in Role if may({role}, permission)} == roles


def test_every_permission_has_its_line_and_somebody_who_holds_it():
    assert set(TABLE) == set(Permission)
    assert all(TABLE.values())


def test_the_three_officers_share_no_business_but_the_start_page_and_what_they_read():
    shared = {Permission.HOME, Permission.PARAMETER_READ}
    officers = set(OFFICER_ROLES.values())

    for permission, roles in TABLE.items():
        assert permission in shared or not (roles & officers and roles & set(BUSINESS_ROLES)), permission
