"""Tables of the room, by noun: projects, milestones, reviews, elements, service, problems and meetings, and what figures read."""

from crm.projects.models.elements import (
    HOLDING,
    Allocation,
    AllocationStatus,
    FundVoucher,
    Need,
    NeedKind,
    NeedStatus,
    ProjectPromise,
    PromiseKind,
)
from crm.projects.models.figures import ProjectFigure, ProjectStay, Reached
from crm.projects.models.meetings import ActionItem, Issue, IssueKind, IssueStatus, Meeting, MeetingItem, MeetingStatus
from crm.projects.models.milestones import Milestone, MilestoneFile, MilestoneStatus, StageMove
from crm.projects.models.projects import (
    CLAIMED,
    SECOND_TRACK,
    CooperationMode,
    Light,
    OrgRole,
    Project,
    ProjectHold,
    ProjectKind,
    ProjectOrg,
    TransferKind,
)
from crm.projects.models.reviews import AdmissionReview, CheckKind, CheckResult, GateCheck
from crm.projects.models.steps import ServiceStep, StepGroup, StepStatus
from crm.projects.models.twins import ProjectTwin

__all__ = [
    "CLAIMED",
    "HOLDING",
    "SECOND_TRACK",
    "ActionItem",
    "AdmissionReview",
    "Allocation",
    "AllocationStatus",
    "CheckKind",
    "CheckResult",
    "CooperationMode",
    "FundVoucher",
    "GateCheck",
    "Issue",
    "IssueKind",
    "IssueStatus",
    "Light",
    "Meeting",
    "MeetingItem",
    "MeetingStatus",
    "Milestone",
    "MilestoneFile",
    "MilestoneStatus",
    "Need",
    "NeedKind",
    "NeedStatus",
    "OrgRole",
    "Project",
    "ProjectFigure",
    "ProjectHold",
    "ProjectKind",
    "ProjectOrg",
    "ProjectPromise",
    "ProjectStay",
    "ProjectTwin",
    "PromiseKind",
    "Reached",
    "ServiceStep",
    "StageMove",
    "StepGroup",
    "StepStatus",
    "TransferKind",
]
