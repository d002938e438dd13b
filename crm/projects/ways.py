"""Where a card of the board may go next: each way leads to a gate of the project's page, none passes it."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from crm.core.stages import GATES, OWN_WORD, MilestoneKind, Stage, Track, next_milestone
from crm.projects import labels
from crm.projects.listing import Card
from crm.projects.models import Project


@dataclass(frozen=True)
class Way:
    """A way on: the stage it leads to ('' for what stands beside the stages), the words, and where on the project's page its gate is."""

    stage: str
    words: str
    anchor: str


def ways_of(projects: Iterable[Project | Card]) -> dict[int, list[Way]]:
    """Return the ways of many cards by the id of their project; cards of one stage share theirs."""
    known: dict[tuple[Track, Stage, Stage | None], list[Way]] = {}
    found = {}
    for project in projects:
        place = project.track, project.stage, project.closed_from
        if place not in known:
            known[place] = ways_on(*place)
        found[project.id] = known[place]
    return found


def ways_on(track: Track, stage: Stage, closed_from: Stage | None) -> list[Way]:
    """Return the gates that a project stands before, the next stage first. The page says who may open which."""
    if stage is Stage.CLOSED:
        return [Way(closed_from.value if closed_from else "", _("恢复项目"), "#reopen")]
    found = [Way(following.value, str(labels.STAGE[following]), "") for following in OWN_WORD.get(stage, ())]
    milestone = next_milestone(track, stage)
    kinds = [milestone] if milestone else []
    kinds += [k for k, g in GATES.items() if g.enters is None and stage in g.after]
    for kind in [*kinds, MilestoneKind.CLOSED]:
        gate = GATES[kind]
        if stage in gate.after:
            enters = gate.enters.value if gate.enters else ""
            found.append(Way(enters, str(labels.MILESTONE[kind]), f"#submit-{kind.value}"))
    return found
