"""A project: one investment at one site, with the units and people that carry it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.carriers.models import Carrier
from crm.claims.models import Claim
from crm.companies.models import Company
from crm.core.stages import Stage, Substage, Track
from crm.kit.db import Base, Hundredths, UtcDateTime, enum_column, public_id_column
from crm.leads.models import Lead
from crm.plan.models import Node


class ProjectKind(StrEnum):
    """What is brought. Only the first two ask for first-report protection."""

    ENTERPRISE = "enterprise"  # 企业投资
    EXPANSION = "expansion"  # 增资扩产
    BASE = "base"  # 产业基地
    PARK = "park"  # 园区
    PLATFORM = "platform"  # 平台
    INFRASTRUCTURE = "infrastructure"  # 基础设施
    RELOCATION = "relocation"  # 退城入园
    RD = "rd"  # 科研合作
    EVENT = "event"  # 活动
    SEED = "seed"  # 种子项目
    TEAM = "team"  # 创新团队
    INSTITUTION = "institution"  # 机构


SECOND_TRACK = frozenset({ProjectKind.SEED, ProjectKind.TEAM, ProjectKind.INSTITUTION})
CLAIMED = frozenset({ProjectKind.ENTERPRISE, ProjectKind.EXPANSION})


class CooperationMode(StrEnum):
    """How Wuhan and Huangshi work together in it. Source: plan, R118."""

    HEAD_BASE = "head_base"  # 武汉总部+黄石基地
    HATCH_GROW = "hatch_grow"  # 武汉孵化+黄石加速
    RESEARCH_MAKE = "research_make"  # 武汉研发+黄石制造
    TECH_TURN = "tech_turn"  # 武汉技术+黄石转化


class TransferKind(StrEnum):
    """Industry that moves here. Source: plan, R111."""

    PARTS = "parts"  # 装备制造和机械零部件
    SURFACE = "surface"  # 金属表面处理
    PLATING = "plating"  # 电镀产业转移


class Light(StrEnum):
    """The lamp of a project; ``HOLD`` while its clock is paused."""

    OK = "ok"  # 绿
    WARN = "warn"  # 黄
    BAD = "bad"  # 红
    HOLD = "hold"  # 暂停


class OrgRole(StrEnum):
    """What another unit has to do with a project. The owner of its figures is ``projects.org_id`` alone."""

    ASSIST = "assist"  # 协办
    HOST = "host"  # 承接
    ORIGIN = "origin"  # 首谈
    ASSESS = "assess"  # 考核分计


# In the order of a column's cards, then who may see a project, then what it counts for.
BOARD = (
    *("stage", "light", "stage_on", "id"),
    *("org_id", "lead_official_id", "owner_id", "plan_code"),
    *("kind", "invest_total_cny", "increment_cny"),
)


class Project(Base):
    """One investment at one site. ``org_id`` is the one unit that its figures count for (stat_owner).

    ``company_id`` is the investor, ``local_company_id`` the legal entity registered here. ``last_effective_on``, ``last_contact_on``,
    ``next_on`` and ``next_step`` are copies that only ``interactions`` writes; ``light``, ``light_reason``, ``light_on`` and
    ``formal_due_on`` only the lights of this room. ``stage_on`` is the day the stage was entered as the city counts it: the day of recognition.
    ``same_as_id`` is a copy of what the centre decided on twins (同一投资): the oldest project that is the same investment.
    """

    __tablename__ = "projects"
    __table_args__ = (
        Index("ix_projects_org_stage", "org_id", "stage", "updated_at"),
        # The board ranks and sums within the index, and what is late is found without reading the projects that are not.
        Index("ix_projects_board", *BOARD),
        Index("ix_projects_late", "light", "org_id", "stage", "light_on"),
        Index("ix_projects_owner_next", "owner_id", "next_on"),
        Index("ix_projects_updated", "updated_at", "id"),
        Index("ix_projects_node_stage", "node_id", "stage"),
        # Like projects of several parks are counted off this one alone.
        Index(
            "ix_projects_parks",
            *("node_id", "carrier_id", "stage", "org_id", "plan_code", "owner_id", "lead_official_id"),
        ),
        Index("ix_projects_planned_sign", "planned_sign_on"),
        Index("ix_projects_planned_start", "planned_start_on"),
        Index("ix_projects_planned_production", "planned_production_on"),
        Index(
            "ix_projects_same_as",
            "same_as_id",
            sqlite_where=text("same_as_id IS NOT NULL"),
            postgresql_where=text("same_as_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    number: Mapped[str] = mapped_column(String(20), unique=True)
    plan_code: Mapped[str | None] = mapped_column(String(20), unique=True)  # a row of the plan's list
    plan_words: Mapped[str] = mapped_column(String(120), default="")
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"), unique=True)
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"), index=True)
    same_as_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    local_company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    company_text: Mapped[str] = mapped_column(String(200), default="")
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # none yet: a project of the plan's own list
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    lead_official: Mapped[str] = mapped_column(String(60), default="")  # 挂点领导（一把手）
    lead_official_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    official_words: Mapped[str] = mapped_column(Text, default="")  # 领导批示、亲自推动
    task_force: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[ProjectKind] = enum_column(ProjectKind)
    track: Mapped[Track] = enum_column(Track, default=Track.MAIN)
    title: Mapped[str] = mapped_column(String(120))
    content: Mapped[str] = mapped_column(Text, default="")
    node_id: Mapped[int | None] = mapped_column(ForeignKey("nodes.id"))
    carrier_id: Mapped[int | None] = mapped_column(ForeignKey("carriers.id"), index=True)
    carrier_reason: Mapped[str] = mapped_column(String(300), default="")  # why not the proposed one
    incubator: Mapped[str] = mapped_column(String(80), default="")
    stage: Mapped[Stage] = enum_column(Stage)
    substage: Mapped[Substage | None] = enum_column(Substage)
    stage_on: Mapped[date] = mapped_column(Date)
    light: Mapped[Light] = enum_column(Light, default=Light.OK)
    light_reason: Mapped[str] = mapped_column(String(200), default="")
    light_on: Mapped[date | None] = mapped_column(Date)  # since when it shows this colour
    formal_due_on: Mapped[date | None] = mapped_column(Date)  # the last day for the formal agreement; with pauses
    invest_total_cny: Mapped[Decimal | None] = mapped_column(Hundredths())
    invest_fixed_cny: Mapped[Decimal | None] = mapped_column(Hundredths())
    invest_agreed_cny: Mapped[Decimal | None] = mapped_column(Hundredths())
    increment_cny: Mapped[Decimal | None] = mapped_column(Hundredths())  # 增资 counts this alone
    foreign_currency: Mapped[str] = mapped_column(String(3), default="")
    foreign_amount: Mapped[Decimal | None] = mapped_column(Hundredths())  # in ten thousands (万), as vouchers say it
    exchange_rate: Mapped[str] = mapped_column(String(12), default="")  # yuan for one unit, as written
    exchange_rate_on: Mapped[date | None] = mapped_column(Date)
    area_mu: Mapped[Decimal | None] = mapped_column(Hundredths())
    plant_m2: Mapped[Decimal | None] = mapped_column(Hundredths())
    electroplating: Mapped[bool] = mapped_column(Boolean, default=False)  # and the like: R102, R029
    cooperation_mode: Mapped[CooperationMode | None] = enum_column(CooperationMode)
    transfer_kind: Mapped[TransferKind | None] = enum_column(TransferKind)
    enclave: Mapped[bool] = mapped_column(Boolean, default=False)  # 飞地
    chu_merchant: Mapped[bool] = mapped_column(Boolean, default=False)  # 楚商
    project_code: Mapped[str | None] = mapped_column(String(40))
    case_number: Mapped[str | None] = mapped_column(String(20), unique=True)  # 一窗受理单号
    build_first: Mapped[bool] = mapped_column(Boolean, default=False)  # 先建后验
    first_contact_on: Mapped[date | None] = mapped_column(Date)
    planned_sign_on: Mapped[date | None] = mapped_column(Date)
    planned_start_on: Mapped[date | None] = mapped_column(Date)
    planned_production_on: Mapped[date | None] = mapped_column(Date)
    last_effective_on: Mapped[date | None] = mapped_column(Date)
    last_contact_on: Mapped[date | None] = mapped_column(Date)
    next_on: Mapped[date | None] = mapped_column(Date)
    next_step: Mapped[str] = mapped_column(String(200), default="")
    close_reason: Mapped[str] = mapped_column(String(30), default="")
    close_words: Mapped[str] = mapped_column(String(300), default="")
    went_where: Mapped[str] = mapped_column(String(80), default="")
    lesson: Mapped[str] = mapped_column(String(400), default="")
    closed_from: Mapped[Stage | None] = enum_column(Stage, check_name="closed_from")
    closed_on: Mapped[date | None] = mapped_column(Date)
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    org: Mapped[Org] = relationship(foreign_keys=[org_id])
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    deputy: Mapped[User | None] = relationship(foreign_keys=[deputy_id])
    company: Mapped[Company | None] = relationship(foreign_keys=[company_id])
    local_company: Mapped[Company | None] = relationship(foreign_keys=[local_company_id])
    lead: Mapped[Lead | None] = relationship(foreign_keys=[lead_id])
    claim: Mapped[Claim | None] = relationship(foreign_keys=[claim_id])
    node: Mapped[Node | None] = relationship(foreign_keys=[node_id])
    carrier: Mapped[Carrier | None] = relationship(foreign_keys=[carrier_id])
    parent: Mapped["Project | None"] = relationship(remote_side=[id], foreign_keys=[parent_id])
    orgs: Mapped[list["ProjectOrg"]] = relationship(order_by="ProjectOrg.org_id")

    @property
    def firm(self) -> str:
        """The investor as a person reads it: the company's name, or what was typed."""
        return self.company.name if self.company is not None else self.company_text

    @property
    def of_plan(self) -> bool:
        """Whether it is a row of the plan that no unit has taken over yet."""
        return self.plan_code is not None and self.owner_id is None


class ProjectOrg(Base):
    """Another unit at a project. It reads the project; ``share`` is percent of the assessment credit."""

    __tablename__ = "project_orgs"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"), primary_key=True, index=True)
    role: Mapped[OrgRole] = enum_column(OrgRole, primary_key=True)
    share: Mapped[int | None] = mapped_column(Integer)

    org: Mapped[Org] = relationship()


class ProjectHold(Base):
    """The clock of a project stands still: environment, land or energy checks at the government, force majeure."""

    __tablename__ = "project_holds"
    __table_args__ = (UniqueConstraint("project_id", "from_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)  # the last day of the pause
    ended_on: Mapped[date | None] = mapped_column(Date)  # ended before its time
    reason: Mapped[str] = mapped_column(String(30))
    words: Mapped[str] = mapped_column(String(200), default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
