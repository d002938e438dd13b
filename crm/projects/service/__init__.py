"""What may be done with projects: saving and converting, milestones, reviews, and what a unit moves on its own word."""

from crm.projects.service.access import helped_project, helps, is_own, locked, own_project
from crm.projects.service.claiming import FilingInput, file_project
from crm.projects.service.moving import (
    MilestoneInput,
    adjust_milestone,
    recognise_milestone,
    return_milestone,
    submit_milestone,
    withdraw_milestone,
)
from crm.projects.service.reviews import CheckInput, record_check, review_admission
from crm.projects.service.saving import ProjectInput, convert_lead, edit_project, register_project
from crm.projects.service.steering import begin_talks, may_reopen, reopen_project, set_substage

__all__ = [
    "CheckInput",
    "FilingInput",
    "MilestoneInput",
    "ProjectInput",
    "adjust_milestone",
    "begin_talks",
    "convert_lead",
    "edit_project",
    "file_project",
    "helped_project",
    "helps",
    "is_own",
    "locked",
    "may_reopen",
    "own_project",
    "recognise_milestone",
    "record_check",
    "register_project",
    "reopen_project",
    "return_milestone",
    "review_admission",
    "set_substage",
    "submit_milestone",
    "withdraw_milestone",
]
