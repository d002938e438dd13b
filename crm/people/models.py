"""Persons at companies. Personal data: secret to the unit that met them, masked even there until revealed."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.kit.db import Base, UtcDateTime, public_id_column


class Person(Base):
    """A contact. ``mobile_hmac`` lets equal numbers be found across units without showing them; ``basis`` is the legal ground."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(60), default="")
    mobile: Mapped[str] = mapped_column(String(30), default="")
    mobile_hmac: Mapped[str] = mapped_column(String(64), default="", index=True)
    basis: Mapped[str] = mapped_column(String(40), default="")
    noticed_on: Mapped[date | None] = mapped_column(Date)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)
