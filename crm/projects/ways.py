"""Where a card of the board may go next: each way leads to a gate of the project's page, none passes it."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from crm.core.stages import GATES, OWN_WORD, MilestoneKind, Stage, next_milestone
from crm.projects import labels
from crm.projects.models import Project


@dataclass(frozen=True)
class Way:
    """A way on: the stage it leads to ('' for what stands beside the stages), the words and the address of its gate."""

    stage: str
    words: Any
    url: str


def ways_on(project: Project) -> list[Way]:
    """Return the gates that a project stands before, the next stage first. The page says who may open which."""
    page = url_for("projects.show", project=project.public_id)
    if project.stage is Stage.CLOSED:
        back = project.closed_from.value if project.closed_from else ""
        return [Way(back, _("恢复项目"), f"{page}#reopen")]
    found = [Way(stage.value, labels.STAGE[stage], page) for stage in OWN_WORD.get(project.stage, ())]
    following = next_milestone(project.track, project.stage)
    kinds = [following] if following else []
    kinds += [k for k, g in GATES.items() if g.enters is None and project.stage in g.after]
    for kind in [*kinds, MilestoneKind.CLOSED]:
        gate = GATES[kind]
        if project.stage in gate.after:
            stage = gate.enters.value if gate.enters else ""
            found.append(Way(stage, labels.MILESTONE[kind], f"{page}#submit-{kind.value}"))
    return found
