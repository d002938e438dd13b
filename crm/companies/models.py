"""Companies, every name they are known by, the keys that identify them, their nodes, credentials and relations."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.kit.db import Base, Hundredths, UtcDateTime, enum_column, public_id_column
from crm.plan.models import Node

_KNOWN = ("opened_at", "entered_org_id", "retired_at", "merged_into_id")  # what says who may know of a row


def partly(words: str) -> dict[str, Any]:
    """Return what makes an index one of the rows of which these words are true, on both databases."""
    return {"sqlite_where": text(words), "postgresql_where": text(words)}


class Entity(StrEnum):
    """What kind of body it is."""

    ENTERPRISE = "enterprise"
    CHAMBER = "chamber"
    FUND = "fund"
    AGENCY = "agency"
    SCHOOL = "school"
    INSTITUTE = "institute"


class NameKind(StrEnum):
    """How a company comes to be called so. Only legal and former names are keys of identity."""

    LEGAL = "legal"
    FORMER = "former"
    SHORT = "short"
    ENGLISH = "english"
    BRAND = "brand"
    CONFIRMED = "confirmed"


class KeyKind(StrEnum):
    """What identifies a company (model.md §4)."""

    USCC = "uscc"
    REG = "reg"
    NAME = "name"


class NodeWeight(StrEnum):
    """Whether the company's main product sits on the node."""

    MAIN = "main"
    SIDE = "side"


class RelationKind(StrEnum):
    """How two companies belong together."""

    PARENT = "parent"
    BRANCH = "branch"
    CONTROLLER = "controller"
    BRAND = "brand"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    MEMBER = "member"
    PORTFOLIO = "portfolio"
    MANDATE = "mandate"
    INTRODUCER = "introducer"


TRADE_KINDS = (RelationKind.SUPPLIER, RelationKind.CUSTOMER)
GROUP_KINDS = (RelationKind.PARENT, RelationKind.BRANCH, RelationKind.CONTROLLER, RelationKind.BRAND)


class Company(Base):
    """A legal entity. ``opened_at`` is null while only the unit that typed it and the centre may see it (S0)."""

    __tablename__ = "companies"
    __table_args__ = (
        Index("ix_companies_unopened", "created_at", "id", **partly("opened_at IS NULL")),
        Index("ix_companies_bodies", "id", **partly("entity <> 'enterprise'")),
        Index("ix_companies_pinyin_id", "name_pinyin", "id"),
        Index("ix_companies_updated_id", "updated_at", "id"),
        Index("ix_companies_capital_id", "capital_cny", "id"),
        # The firms here, a few of a hundred thousand: what a map of the chains names.
        Index(
            "ix_companies_here",
            "id",
            sqlite_where=text("is_local IS 1 OR host_org_id IS NOT NULL"),
            postgresql_where=text("is_local IS true OR host_org_id IS NOT NULL"),
        ),
        # The targets, a fifth of all, with where they sit and who may know of them: counted without reading them.
        Index("ix_companies_targets", *("is_target", "country", "province", "city"), *_KNOWN),
        Index("ix_companies_wuhan", "city", **partly("city = '武汉'")),
        # Only the merged ones: over all rows it would tempt the planner away from the order of a list.
        Index("ix_companies_merged", "merged_into_id", **partly("merged_into_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    entity: Mapped[Entity] = enum_column(Entity, default=Entity.ENTERPRISE)
    name: Mapped[str] = mapped_column(String(200))  # the legal name now, or the best known
    name_pinyin: Mapped[str] = mapped_column(String(400))  # for sorting alike on both databases
    uscc: Mapped[str | None] = mapped_column(String(18))
    country: Mapped[str] = mapped_column(String(40), default="中国")
    reg_no: Mapped[str | None] = mapped_column(String(60))
    province: Mapped[str] = mapped_column(String(20), default="", index=True)
    city: Mapped[str] = mapped_column(String(20), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    website: Mapped[str] = mapped_column(String(200), default="")
    scope: Mapped[str] = mapped_column(Text, default="")
    products: Mapped[str] = mapped_column(Text, default="")
    industry: Mapped[str] = mapped_column(String(80), default="")
    founded_on: Mapped[date | None] = mapped_column(Date)
    capital_cny: Mapped[Decimal | None] = mapped_column(Hundredths())
    revenue_cny: Mapped[Decimal | None] = mapped_column(Hundredths())
    employees: Mapped[int | None] = mapped_column(Integer)
    listing: Mapped[str] = mapped_column(String(60), default="")
    is_local: Mapped[bool] = mapped_column(Boolean, default=False, index=True)
    is_target: Mapped[bool] = mapped_column(Boolean, default=False)
    target_reason: Mapped[str] = mapped_column(String(300), default="")
    host_org_id: Mapped[int | None] = mapped_column(ForeignKey("orgs.id"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    opened_how: Mapped[str] = mapped_column(String(40), default="")
    entered_org_id: Mapped[int | None] = mapped_column(ForeignKey("orgs.id"), index=True)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    key_pending: Mapped[bool] = mapped_column(Boolean, default=False)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    retired_reason: Mapped[str] = mapped_column(String(200), default="")
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    names: Mapped[list["CompanyName"]] = relationship(back_populates="company", order_by="CompanyName.id")
    nodes: Mapped[list["CompanyNode"]] = relationship(order_by="CompanyNode.weight")
    credentials: Mapped[list["Credential"]] = relationship(order_by="Credential.year.desc()")
    host_org: Mapped[Org | None] = relationship(foreign_keys=[host_org_id])
    entered_org: Mapped[Org | None] = relationship(foreign_keys=[entered_org_id])
    entered_by: Mapped[User | None] = relationship(foreign_keys=[entered_by_id])


class CompanyName(Base):
    """One stored name with its parts (matching-sql.md §2). ``org_id`` is null when open, else the unit it serves."""

    __tablename__ = "company_names"
    __table_args__ = (
        UniqueConstraint("company_id", "kind", "norm", "org_id"),
        Index("ix_company_names_norm", "norm"),
        Index("ix_company_names_pinyin", "pinyin"),
        Index("ix_company_names_initials", "initials"),
        # The few that one unit alone entered: all others are everybody's, and nobody asks for them by it.
        Index("ix_company_names_org", "org_id", **partly("org_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    org_id: Mapped[int | None] = mapped_column(ForeignKey("orgs.id"))
    kind: Mapped[NameKind] = enum_column(NameKind)
    text: Mapped[str] = mapped_column(String(200))
    norm: Mapped[str] = mapped_column(String(200))
    head: Mapped[str] = mapped_column(String(60), default="")
    body: Mapped[str] = mapped_column(String(200), default="")
    core: Mapped[str] = mapped_column(String(200), default="")
    line: Mapped[str] = mapped_column(String(200), default="")
    lat: Mapped[str] = mapped_column(String(200), default="")
    prov: Mapped[str] = mapped_column(String(20), default="")
    city: Mapped[str] = mapped_column(String(20), default="")
    rprov: Mapped[str] = mapped_column(String(20), default="")
    rcity: Mapped[str] = mapped_column(String(20), default="")
    legal: Mapped[int] = mapped_column(SmallInteger, default=0)
    grp: Mapped[int] = mapped_column(SmallInteger, default=0)
    branch: Mapped[str] = mapped_column(String(40), default="")
    pinyin: Mapped[str] = mapped_column(String(400), default="")
    initials: Mapped[str] = mapped_column(String(100), default="")
    valid_to: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(80), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # who confirmed it
    at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    company: Mapped[Company] = relationship(back_populates="names")


class CompanyKey(Base):
    """What identifies a company, unique in the whole base. ``homonym_no`` > 0 only by the centre's word."""

    __tablename__ = "company_keys"
    __table_args__ = (UniqueConstraint("kind", "key", "homonym_no"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[KeyKind] = enum_column(KeyKind)
    key: Mapped[str] = mapped_column(String(220))
    homonym_no: Mapped[int] = mapped_column(Integer, default=0)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)


class PendingKey(Base):
    """A key that a row should carry but that sits on another unit's unopened row (S6): told to the centre, to nobody else."""

    __tablename__ = "company_pending_keys"
    __table_args__ = (Index("ix_company_pending_keys_key", "kind", "key"),)

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    kind: Mapped[KeyKind] = enum_column(KeyKind, primary_key=True)
    key: Mapped[str] = mapped_column(String(220), primary_key=True)


class CompanyGram(Base):
    """The index of open names: ``gram`` is a hash of family and text, ``skey`` is name id × 32 + length. No id of its own."""

    __tablename__ = "company_grams"
    __table_args__ = ({"sqlite_with_rowid": False},)

    gram: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    skey: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)


class CompanyOwnGram(Base):
    """The index of names that are not open, apart from the open ones: read only for the unit ``org_id`` and the centre (S1)."""

    __tablename__ = "company_own_grams"
    __table_args__ = ({"sqlite_with_rowid": False},)

    gram: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    org_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    skey: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)


class CompanyNode(Base):
    """A company makes what sits on a node."""

    __tablename__ = "company_nodes"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    node_id: Mapped[int] = mapped_column(ForeignKey("nodes.id"), primary_key=True, index=True)
    weight: Mapped[NodeWeight] = enum_column(NodeWeight, default=NodeWeight.MAIN)
    source: Mapped[str] = mapped_column(String(80), default="")

    node: Mapped[Node] = relationship()


class Credential(Base):
    """A title a company was given: level, year, until when it holds."""

    __tablename__ = "credentials"
    __table_args__ = (UniqueConstraint("company_id", "kind", "year"), Index("ix_credentials_kind", "kind"))

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    kind: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(20), default="")
    year: Mapped[int | None] = mapped_column(Integer)
    rank: Mapped[int | None] = mapped_column(Integer)
    valid_until: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(80), default="")


class HonourRow(Base):
    """A row of a year's list whose company the base does not know; settled once a person said which it is.

    ``org_id`` is the unit that brought the list, null when it was the centre's: then the city sees it.
    """

    __tablename__ = "honour_rows"
    __table_args__ = (Index("ix_honour_rows_kind", "kind", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    org_id: Mapped[int | None] = mapped_column(ForeignKey("orgs.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    uscc: Mapped[str] = mapped_column(String(18), default="")
    province: Mapped[str] = mapped_column(String(20), default="")
    city: Mapped[str] = mapped_column(String(20), default="")
    kind: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(20), default="")
    year: Mapped[int | None] = mapped_column(Integer)
    rank: Mapped[int | None] = mapped_column(Integer)
    valid_until: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    dropped_reason: Mapped[str] = mapped_column(String(200), default="")


class CompanyRelation(Base):
    """``from_id`` is the parent (controller, supplier, …) of ``to_id``. ``org_id`` is null when open.

    ``product`` and ``replaceable`` (firms here could supply it) are told of trade only.
    """

    __tablename__ = "company_relations"
    # With the unit: what one unit notes must not be an error for another (S1).
    __table_args__ = (UniqueConstraint("from_id", "to_id", "kind", "org_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    org_id: Mapped[int | None] = mapped_column(ForeignKey("orgs.id"))
    kind: Mapped[RelationKind] = enum_column(RelationKind)
    source: Mapped[str] = mapped_column(String(80), default="")
    valid_on: Mapped[date | None] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    product: Mapped[str] = mapped_column(String(120), default="", server_default="")
    replaceable: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")


class NameDecision(Base):
    """A person said whether a text and a company, or two companies, are the same; asked again only when one changes."""

    __tablename__ = "name_decisions"
    __table_args__ = (UniqueConstraint("left", "right", "org_id"), Index("ix_name_decisions_right", "right"))

    id: Mapped[int] = mapped_column(primary_key=True)
    org_id: Mapped[int | None] = mapped_column(ForeignKey("orgs.id"))
    left: Mapped[str] = mapped_column("left", String(220))
    right: Mapped[str] = mapped_column("right", String(220))
    verdict: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(200), default="")
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())


class BrandAlias(Base):
    """A brand with its Latin and its Chinese writing, from a reviewed list; its names are those with source ``brand``."""

    __tablename__ = "brand_aliases"
    __table_args__ = (UniqueConstraint("latin", "chinese"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    latin: Mapped[str] = mapped_column(String(120))
    chinese: Mapped[str] = mapped_column(String(120))
    sector: Mapped[str] = mapped_column(String(80), default="")
    source: Mapped[str] = mapped_column(String(80), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class CompanySource(Base):
    """Where a row came from, so that a second load finds it again."""

    __tablename__ = "company_sources"
    __table_args__ = (UniqueConstraint("source", "external_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    source: Mapped[str] = mapped_column(String(40))
    external_id: Mapped[str] = mapped_column(String(60))


class FactSource(Base):
    """Where the present value of a field of a company comes from, and since when it stands there."""

    __tablename__ = "company_fact_sources"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    source: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class MatchingState(Base):
    """What the name index was built with: version of the grams and of the scorer, how far a rebuild has come."""

    __tablename__ = "matching_state"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(80), default="")
