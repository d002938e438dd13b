"""Role, Permission and the table that joins them. Source: design.md, "Who uses it" and "What is shared and what is secret"."""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What a person is. Business roles may be combined; the three officers (三员) never, see ``UserKind``."""

    OFFICER = "officer"  # 区县招商员
    MANAGER = "manager"  # 区县负责人
    CENTER = "center"  # 市招商服务中心
    EXPO = "expo"  # 会展人员
    OFFICE = "office"  # 领导小组办公室
    LEADER = "leader"  # 领导
    SYSADMIN = "sysadmin"  # 系统管理员
    SECADMIN = "secadmin"  # 安全管理员
    AUDITOR = "auditor"  # 审计管理员


class UserKind(StrEnum):
    """One kind a person: this alone makes the three officers exclude each other and every business role."""

    BUSINESS = "business"
    SYSADMIN = "sysadmin"
    SECADMIN = "secadmin"
    AUDITOR = "auditor"


BUSINESS_ROLES = (Role.OFFICER, Role.MANAGER, Role.CENTER, Role.EXPO, Role.OFFICE, Role.LEADER)
OFFICER_ROLES = {UserKind.SYSADMIN: Role.SYSADMIN, UserKind.SECADMIN: Role.SECADMIN, UserKind.AUDITOR: Role.AUDITOR}


class Permission(StrEnum):
    """What may be done; one line each in ``TABLE``."""

    HOME = "home"
    PLAN_READ = "plan.read"
    COMPANY_READ = "company.read"
    COMPANY_WRITE = "company.write"
    COMPANY_OPEN = "company.open"
    COMPANY_EXPORT = "company.export"
    COMPANY_RETIRE = "company.retire"
    IMPORT_READ = "import.read"
    IMPORT_COMPANIES = "import.companies"
    IMPORT_PEOPLE = "import.people"
    IMPORT_LEADS = "import.leads"
    IMPORT_CREDENTIALS = "import.credentials"
    IMPORT_RELATIONS = "import.relations"
    IMPORT_EXHIBITORS = "import.exhibitors"
    IMPORT_SIGNALS = "import.signals"
    SIGNAL_WRITE = "signal.write"
    SCORE_WRITE = "score.write"
    LIST_READ = "list.read"
    LIST_WRITE = "list.write"
    LIST_ASSIGN = "list.assign"
    MERGE_PROPOSE = "merge.propose"
    MERGE_DECIDE = "merge.decide"
    DUPLICATE_REVIEW = "duplicate.review"
    LEAD_READ = "lead.read"
    LEAD_WRITE = "lead.write"
    LEAD_TRIAGE = "lead.triage"
    LEAD_EXPORT = "lead.export"
    CONTACT_REVEAL = "contact.reveal"
    LOOK_UP = "claim.look_up"
    CLAIM_READ = "claim.read"
    CLAIM_FILE = "claim.file"
    CLAIM_VERIFY_SMALL = "claim.verify_small"
    CLAIM_VERIFY = "claim.verify"
    CLAIM_VERIFY_CENTER = "claim.verify_center"
    CASE_DECIDE = "case.decide"
    CLAIM_PAPER = "claim.paper"
    LEAD_ASSIGN = "lead.assign"
    PROJECT_READ = "project.read"
    PROJECT_WRITE = "project.write"
    PROJECT_RECOGNISE = "project.recognise"
    PROJECT_EXPORT = "project.export"
    MEETING_WRITE = "meeting.write"
    LEDGER_READ = "ledger.read"
    LEDGER_CONFIRM = "ledger.confirm"
    SPACE_WRITE = "space.write"
    POLICY_WRITE = "policy.write"
    FIGURES_READ = "figures.read"
    INDICATOR_WRITE = "indicator.write"
    AGENDA_READ = "agenda.read"
    FAIR_READ = "fair.read"
    FAIR_WRITE = "fair.write"
    FAIR_CENTER = "fair.center"
    PARAMETER_READ = "parameter.read"
    PARAMETER_WRITE = "parameter.write"
    PARAMETER_APPROVE = "parameter.approve"
    CARRIER_WRITE = "carrier.write"
    CHAIN_WRITE = "chain.write"
    ORG_WRITE = "org.write"
    USER_READ = "user.read"
    USER_WRITE = "user.write"
    ROLE_READ = "role.read"
    ROLE_WRITE = "role.write"
    SECURITY_WRITE = "security.write"
    AUDIT_READ = "audit.read"


_R = Role
_DISTRICT = frozenset({_R.OFFICER, _R.MANAGER})
_WORKERS = _DISTRICT | {_R.CENTER}
_BUSINESS = frozenset(BUSINESS_ROLES)

TABLE: dict[Permission, frozenset[Role]] = {
    Permission.HOME: frozenset(Role),
    Permission.PLAN_READ: _BUSINESS,
    Permission.COMPANY_READ: _BUSINESS,
    Permission.COMPANY_WRITE: _WORKERS,
    Permission.COMPANY_OPEN: frozenset({_R.CENTER}),
    Permission.COMPANY_EXPORT: _WORKERS,
    Permission.COMPANY_RETIRE: frozenset({_R.CENTER}),
    Permission.IMPORT_READ: _WORKERS | {_R.EXPO},
    Permission.IMPORT_COMPANIES: _WORKERS | {_R.EXPO},
    Permission.IMPORT_PEOPLE: _WORKERS,
    # A bulk of leads is a manager's decision (security.md T5).
    Permission.IMPORT_LEADS: frozenset({_R.MANAGER, _R.CENTER}),
    Permission.IMPORT_CREDENTIALS: _WORKERS,
    Permission.IMPORT_RELATIONS: _WORKERS,
    Permission.IMPORT_EXHIBITORS: _WORKERS | {_R.EXPO},
    Permission.IMPORT_SIGNALS: _WORKERS,
    Permission.SIGNAL_WRITE: _WORKERS,
    Permission.SCORE_WRITE: frozenset({_R.CENTER}),
    # Leaders and the office read how far the units below are, in numbers; whom a unit meets stays the unit's.
    Permission.LIST_READ: _WORKERS | {_R.OFFICE, _R.LEADER},
    Permission.LIST_WRITE: _WORKERS,
    # Who takes which target is the head's word, over all units the centre's.
    Permission.LIST_ASSIGN: frozenset({_R.MANAGER, _R.CENTER}),
    Permission.MERGE_PROPOSE: _WORKERS,
    Permission.MERGE_DECIDE: frozenset({_R.CENTER}),
    Permission.DUPLICATE_REVIEW: frozenset({_R.CENTER}),
    Permission.LEAD_READ: _WORKERS | {_R.OFFICE},
    Permission.LEAD_WRITE: _WORKERS,
    Permission.LEAD_TRIAGE: frozenset({_R.MANAGER, _R.CENTER}),
    Permission.LEAD_EXPORT: _WORKERS,
    Permission.CONTACT_REVEAL: _WORKERS,
    Permission.LOOK_UP: _DISTRICT,
    Permission.CLAIM_READ: _WORKERS | {_R.OFFICE},
    Permission.CLAIM_FILE: _WORKERS,
    Permission.CLAIM_VERIFY_SMALL: frozenset({_R.MANAGER}),
    Permission.CLAIM_VERIFY: frozenset({_R.CENTER}),
    Permission.CLAIM_VERIFY_CENTER: frozenset({_R.OFFICE}),
    Permission.CASE_DECIDE: frozenset({_R.CENTER, _R.OFFICE}),
    Permission.CLAIM_PAPER: frozenset({_R.CENTER}),
    Permission.LEAD_ASSIGN: frozenset({_R.CENTER, _R.OFFICE, _R.LEADER}),
    Permission.PROJECT_READ: _WORKERS | {_R.OFFICE, _R.LEADER},
    Permission.PROJECT_WRITE: _WORKERS,
    Permission.PROJECT_RECOGNISE: frozenset({_R.CENTER}),
    Permission.PROJECT_EXPORT: _WORKERS | {_R.OFFICE, _R.LEADER},
    Permission.MEETING_WRITE: frozenset({_R.CENTER, _R.OFFICE}),
    Permission.LEDGER_READ: _WORKERS | {_R.OFFICE, _R.LEADER},
    Permission.LEDGER_CONFIRM: frozenset({_R.MANAGER}),
    Permission.SPACE_WRITE: _WORKERS,
    Permission.POLICY_WRITE: frozenset({_R.CENTER, _R.OFFICE}),
    Permission.FIGURES_READ: frozenset({_R.MANAGER, _R.CENTER, _R.OFFICE, _R.LEADER}),
    Permission.INDICATOR_WRITE: frozenset({_R.CENTER, _R.OFFICE}),
    Permission.AGENDA_READ: _BUSINESS,
    Permission.FAIR_READ: _BUSINESS,
    Permission.FAIR_WRITE: _WORKERS | {_R.EXPO},
    # 全市共用的展会：市中心与其会展人员
    Permission.FAIR_CENTER: frozenset({_R.CENTER, _R.EXPO}),
    Permission.PARAMETER_READ: _BUSINESS | {_R.SECADMIN},
    Permission.PARAMETER_WRITE: frozenset({_R.CENTER}),
    # Four eyes: another person of the centre, or the leading group's office; never who proposed it.
    Permission.PARAMETER_APPROVE: frozenset({_R.CENTER, _R.OFFICE}),
    Permission.CARRIER_WRITE: frozenset({_R.CENTER}),
    Permission.CHAIN_WRITE: frozenset({_R.CENTER}),
    Permission.ORG_WRITE: frozenset({_R.SYSADMIN}),
    Permission.USER_READ: frozenset({_R.SYSADMIN, _R.SECADMIN}),
    Permission.USER_WRITE: frozenset({_R.SYSADMIN}),
    Permission.ROLE_READ: frozenset({_R.SYSADMIN, _R.SECADMIN, _R.AUDITOR}),
    Permission.ROLE_WRITE: frozenset({_R.SECADMIN}),
    Permission.SECURITY_WRITE: frozenset({_R.SECADMIN}),
    Permission.AUDIT_READ: frozenset({_R.AUDITOR}),
}


def may(roles: Iterable[Role], permission: Permission) -> bool:
    """Say whether any of the roles carries the permission."""
    return not TABLE[permission].isdisjoint(roles)
