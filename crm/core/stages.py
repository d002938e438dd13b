"""The pipeline as one table: stages, which way they lead, what entering each one asks for, who moves and who approves.

Source: domain.md §2.1; limits are parameters by name. Nothing here knows a database, a clock or a language.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from crm.core.permissions import Role


class Track(StrEnum):
    """Investment projects on one track; seed projects, teams and institutions on the other (R033, R140)."""

    MAIN = "main"
    SECOND = "second"


class Stage(StrEnum):
    """Where a project stands."""

    PLANNING = "planning"  # 谋划
    NEGOTIATING = "negotiating"  # 在谈
    SIGNED = "signed"  # 签约
    REGISTERED = "registered"  # 注册落地
    STARTED = "started"  # 开工/开业
    IN_PRODUCTION = "in_production"  # 投产
    FULL_CAPACITY = "full_capacity"  # 达产达效
    ROADSHOW = "roadshow"  # 路演
    INCUBATING = "incubating"  # 孵化
    LANDED = "landed"  # 落地
    CLOSED = "closed"  # 终止


class Substage(StrEnum):
    """Steps inside 在谈; the unit moves between them on its own word."""

    CONTACT = "contact"  # 接洽
    VISITS = "visits"  # 互访考察
    TALKS = "talks"  # 深入洽谈
    REVIEW = "review"  # 评审
    TO_SIGN = "to_sign"  # 拟签约


class MilestoneKind(StrEnum):
    """What can be recognised of a project. Some are steps of the pipeline, the others stand beside it."""

    FRAMEWORK = "framework"  # 框架协议
    SIGNED = "signed"  # 正式签约
    REGISTERED = "registered"  # 注册
    STARTED = "started"  # 开工/开业
    IN_PRODUCTION = "in_production"  # 投产/营业
    STAT_ENROLLED = "stat_enrolled"  # 入库纳统
    ABOVE_SCALE = "above_scale"  # 进规
    FULL_CAPACITY = "full_capacity"  # 达产达效
    INCUBATED = "incubated"  # 入孵
    LANDED = "landed"  # 落地
    CLOSED = "closed"  # 终止


TRACKS: Mapping[Track, tuple[Stage, ...]] = {
    Track.MAIN: (
        Stage.PLANNING,
        Stage.NEGOTIATING,
        Stage.SIGNED,
        Stage.REGISTERED,
        Stage.STARTED,
        Stage.IN_PRODUCTION,
        Stage.FULL_CAPACITY,
    ),
    Track.SECOND: (Stage.ROADSHOW, Stage.INCUBATING, Stage.LANDED),
}
# Stages in which the city counts a project as won; outside the unit nothing earlier is counted (S5).
RECOGNISED = (Stage.SIGNED, Stage.REGISTERED, Stage.STARTED, Stage.IN_PRODUCTION, Stage.FULL_CAPACITY, Stage.LANDED)
BEFORE_SIGNING = (Stage.PLANNING, Stage.NEGOTIATING, Stage.ROADSHOW, Stage.INCUBATING)
# Kinds of which a project has one recognised at most; a framework agreement may be renewed.
ONCE_ONLY = frozenset(MilestoneKind) - {MilestoneKind.FRAMEWORK, MilestoneKind.CLOSED}


@dataclass(frozen=True)
class Gate:
    """What entering a stage, or having a milestone recognised, asks for.

    ``limit`` names the parameter of the days that may pass since ``since`` was recognised; ``needs`` are codes of ``Facts``.
    ``movers`` submit, ``approvers`` recognise (empty: the mover's word is enough); ``then`` says in codes what follows.
    """

    kind: MilestoneKind
    enters: Stage | None
    after: tuple[Stage, ...]
    needs: tuple[str, ...]
    movers: frozenset[Role] = frozenset({Role.OFFICER, Role.MANAGER, Role.CENTER})
    approvers: frozenset[Role] = frozenset({Role.CENTER})
    limit: str = ""
    since: MilestoneKind | None = None
    then: tuple[str, ...] = ()


_LATER = (Stage.SIGNED, Stage.REGISTERED, Stage.STARTED, Stage.IN_PRODUCTION, Stage.FULL_CAPACITY)
_OPEN = tuple(s for s in Stage if s is not Stage.CLOSED)

GATES: Mapping[MilestoneKind, Gate] = {
    gate.kind: gate
    for gate in (
        Gate(
            MilestoneKind.FRAMEWORK,
            None,
            (Stage.NEGOTIATING,),
            ("claim", "visit", "event_on", "agreement_file", "amount", "fair_review"),
            then=("formal_within",),
        ),
        Gate(
            MilestoneKind.SIGNED,
            Stage.SIGNED,
            (Stage.NEGOTIATING,),
            (
                *("claim", "visit", "company", "node", "carrier", "carrier_allowed", "event_on"),
                *("agreement_file", "amount", "fixed", "admission", "fair_review"),
            ),
            limit="framework_to_formal_days",
            since=MilestoneKind.FRAMEWORK,
            then=("claim_owned", "register_within"),
        ),
        Gate(
            MilestoneKind.REGISTERED,
            Stage.REGISTERED,
            (Stage.SIGNED,),
            ("event_on", "licence_file", "local_uscc", "registered_capital", "approval_no"),
            limit="register_days",
            since=MilestoneKind.SIGNED,
            then=("start_within",),
        ),
        Gate(
            MilestoneKind.STARTED,
            Stage.STARTED,
            (Stage.REGISTERED,),
            ("event_on", "start_type", "start_file", "photo"),
            limit="start_days",
            since=MilestoneKind.SIGNED,
            then=("enrol_within",),
        ),
        Gate(
            MilestoneKind.IN_PRODUCTION,
            Stage.IN_PRODUCTION,
            (Stage.STARTED,),
            ("event_on", "production_file"),
            then=("full_capacity_within",),
        ),
        Gate(MilestoneKind.STAT_ENROLLED, None, (Stage.STARTED, *_LATER[3:]), ("event_on", "enrolment_file")),
        Gate(MilestoneKind.ABOVE_SCALE, None, _LATER[3:], ("event_on", "enrolment_file")),
        Gate(
            MilestoneKind.FULL_CAPACITY,
            Stage.FULL_CAPACITY,
            (Stage.IN_PRODUCTION,),
            ("event_on", "results_file", "output_result", "tax_result", "jobs_result"),
            limit="full_capacity_days",
            since=MilestoneKind.IN_PRODUCTION,
        ),
        Gate(MilestoneKind.INCUBATED, Stage.INCUBATING, (Stage.ROADSHOW,), ("event_on", "incubator", "agreement_file")),
        Gate(MilestoneKind.LANDED, Stage.LANDED, (Stage.INCUBATING,), ("event_on", "licence_file", "carrier")),
        Gate(MilestoneKind.CLOSED, Stage.CLOSED, _OPEN, ("close_reason", "lesson")),
    )
}

# Which kind of evidence file answers which need.
FILE_NEEDS: Mapping[str, tuple[str, ...]] = {
    "agreement_file": ("agreement",),
    "licence_file": ("licence",),
    "start_file": ("permit", "equipment", "lease"),
    "photo": ("photo",),
    "production_file": ("acceptance", "invoice", "power"),
    "enrolment_file": ("enrolment",),
    "results_file": ("results",),
}
# Moves that rest on the unit's own word, without a milestone.
OWN_WORD: Mapping[Stage, tuple[Stage, ...]] = {Stage.PLANNING: (Stage.NEGOTIATING,)}


@dataclass(frozen=True)
class Facts:
    """What a gate looks at. ``needs_claim``: the project is of a kind and size that asks for first-report protection.

    ``given`` holds the codes of needs that are there (files, dates, amounts); amounts in yuan.
    """

    stage: Stage
    needs_claim: bool
    claim_protected: bool
    given: frozenset[str]


def missing(kind: MilestoneKind, facts: Facts) -> list[str]:
    """Return the codes of what the gate still lacks, in the order of the table."""
    lacking = []
    for need in GATES[kind].needs:
        if need == "claim":
            there = not facts.needs_claim or facts.claim_protected
        else:
            there = need in facts.given
        if not there:
            lacking.append(need)
    return lacking


def may_submit(roles: Collection[Role], kind: MilestoneKind, stage: Stage) -> bool:
    """Say whether somebody with these roles may submit this milestone of a project in this stage."""
    gate = GATES[kind]
    return stage in gate.after and not gate.movers.isdisjoint(roles)


def may_recognise(roles: Collection[Role], kind: MilestoneKind) -> bool:
    """Say whether somebody with these roles may recognise this milestone."""
    return not GATES[kind].approvers.isdisjoint(roles)


def next_milestone(track: Track, stage: Stage) -> MilestoneKind | None:
    """Return the milestone that leads on from a stage; None at the end, or where the unit's own word is enough."""
    order = TRACKS[track]
    if stage not in order or stage is order[-1]:
        return None
    following = order[order.index(stage) + 1]
    return next((gate.kind for gate in GATES.values() if gate.enters is following), None)


def needs_claim(kind_needs: bool, invest_total_cny: Decimal | None, claim_min_invest: Decimal) -> bool:
    """Say whether a project must hold a protected claim: investment projects from the limit on."""
    return kind_needs and invest_total_cny is not None and invest_total_cny >= claim_min_invest
