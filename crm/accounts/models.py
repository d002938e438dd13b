"""Organisations (not division codes), people, their roles, and their sign-ins on the server."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.core.permissions import Role, UserKind
from crm.kit.db import Base, UtcDateTime, enum_column, public_id_column


class OrgKind(StrEnum):
    """What an organisation is."""

    LEADING_GROUP = "leading_group"
    CITY_CENTER = "city_center"
    DISTRICT = "district"
    ZONE = "zone"
    OUTPOST = "outpost"


class SignInScope(StrEnum):
    """What a sign-in opens: everything, or a trusted phone's three pages."""

    FULL = "full"
    PHONE = "phone"


class Org(Base):
    """A unit that recruits, or watches over those that do. Outposts hang under their parent."""

    __tablename__ = "orgs"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    name_en: Mapped[str] = mapped_column(String(80), default="")
    kind: Mapped[OrgKind] = enum_column(OrgKind)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("orgs.id"))
    phone: Mapped[str] = mapped_column(String(30), default="")
    recruits: Mapped[bool] = mapped_column(Boolean, default=True)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    parent: Mapped["Org | None"] = relationship(remote_side=[id])

    @property
    def stands_alone(self) -> bool:
        """Whether it is one of the units that recruit on their own; ``queries.STANDS_ALONE`` asks the same of the database."""
        return self.recruits and self.retired_at is None and self.kind in (OrgKind.DISTRICT, OrgKind.ZONE)


class OrgDivision(Base):
    """Which GB/T 2260 divisions a unit stands for; zones may have none."""

    __tablename__ = "org_divisions"

    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"), primary_key=True)
    gbt2260: Mapped[str] = mapped_column(String(6), primary_key=True)


class User(Base):
    """A person who may sign in. One ``kind``, so that the three officers exclude each other by construction."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    login: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    kind: Mapped[UserKind] = enum_column(UserKind)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"), index=True)
    phone: Mapped[str] = mapped_column(String(30), default="")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    language: Mapped[str | None] = mapped_column(String(5))
    password_hash: Mapped[str] = mapped_column(String(200))
    password_changed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=True)
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    org: Mapped[Org] = relationship()
    roles: Mapped[list["UserRole"]] = relationship(cascade="all, delete-orphan", order_by="UserRole.role")


class UserRole(Base):
    """A business role of a person."""

    __tablename__ = "user_roles"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    role: Mapped[Role] = enum_column(Role, primary_key=True)


class PasswordHash(Base):
    """Former passwords, so that the last ones cannot be used again."""

    __tablename__ = "password_hashes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    hash: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime())


class SignIn(Base):
    """A session on the server: revocable, found by the hash of its token."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    scope: Mapped[SignInScope] = enum_column(SignInScope)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime())
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    trusted_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    address: Mapped[str] = mapped_column(String(45), default="")
    device: Mapped[str] = mapped_column(String(120), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    end_reason: Mapped[str] = mapped_column(String(40), default="")


class SignInFailure(Base):
    """A failed try, by account (a hash) and by place (address or known browser): what lock-out counts."""

    __tablename__ = "sign_in_failures"

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    place: Mapped[str] = mapped_column(String(45), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)


class TrustedDevice(Base):
    """A browser in which this person once signed in rightly: a rival's wrong passwords elsewhere never lock it out."""

    __tablename__ = "trusted_devices"
    __table_args__ = (UniqueConstraint("user_id", "token_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime())


class SavedView(Base):
    """A list as a person likes it: filter, columns and sort as the query of an address, on a page (``projects``, ``leads``, ``companies``).

    ``org_id`` is set when it is shared with the unit; ``pinned`` puts it among the tabs of its owner.
    """

    __tablename__ = "saved_views"
    __table_args__ = (
        UniqueConstraint("owner_id", "page", "name"),
        Index("ix_saved_views_org_page", "org_id", "page"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    org_id: Mapped[int | None] = mapped_column(ForeignKey("orgs.id"))
    page: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(Text, default="")
    pinned: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    owner: Mapped[User] = relationship()


class BulkChange(Base):
    """A change of many rows of a list at once. ``rows`` keeps (id, version after it, former values) of each, so that it can be taken back."""

    __tablename__ = "bulk_changes"
    __table_args__ = (Index("ix_bulk_changes_by", "by_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    page: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(300), default="")
    rows: Mapped[list[Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
