"""What may be done with projects: saving and converting here, moving along the pipeline in the modules beside it."""

from crm.projects.service.access import is_own, locked, own_project
from crm.projects.service.saving import ProjectInput, convert_lead, edit_project, register_project

__all__ = [
    "ProjectInput",
    "convert_lead",
    "edit_project",
    "is_own",
    "locked",
    "own_project",
    "register_project",
]
