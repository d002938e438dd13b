"""What a system administrator does with organisations: load, add, change, retire."""

import csv
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select

from crm import config
from crm.accounts import queries
from crm.accounts.models import Org, OrgDivision, OrgKind, User
from crm.audit import service as audit
from crm.core.errors import Conflict, Invalid
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize

SEED = config.ROOT / "seeds" / "orgs.csv"


@db.transactional
def load_orgs(actor: Actor) -> int:
    """Add the organisations of ``seeds/orgs.csv`` that are missing, and return how many were. Changes no existing row."""
    authorize(actor, Permission.ORG_WRITE)
    by_code = {org.code: org for org in db.session.scalars(select(Org))}
    added = 0
    with SEED.open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            if line["code"] in by_code:
                continue
            parent = by_code[line["parent_code"]] if line["parent_code"] else None
            by_code[line["code"]] = _add(
                actor,
                code=line["code"],
                name=line["name"],
                name_en=line["name_en"],
                kind=OrgKind(line["kind"]),
                parent_id=parent.id if parent else None,
                phone=line["phone"],
                recruits=line["recruits"] == "true",
                divisions=line["gbt2260"].split(";") if line["gbt2260"] else [],
            )
            added += 1
    return added


@db.transactional
def add_org(actor: Actor, *, divisions: list[str], **values: Any) -> Org:
    """Add an organisation. Raises Conflict when its name or code is taken, Invalid when its place in the tree is wrong."""
    authorize(actor, Permission.ORG_WRITE)
    _check_place(None, values["kind"], values["parent_id"])
    return _add(actor, divisions=divisions, **values)


def _add(actor: Actor, *, divisions: list[str], **values: Any) -> Org:
    org = Org(**values)
    with _unique_name_and_code(org.name, org.code, None):
        db.session.add(org)
        db.session.flush()
    db.session.add_all(OrgDivision(org_id=org.id, gbt2260=one) for one in divisions)
    audit.record(actor, "org.added", org, name=org.name, code=org.code, kind=org.kind)
    return org


@db.transactional
def change_org(actor: Actor, org: Org, *, version: str | int | None, divisions: list[str], **values: Any) -> Org:
    """Change an organisation. Raises Stale, Conflict for a name or code that is taken, Invalid for a wrong place."""
    authorize(actor, Permission.ORG_WRITE)
    org = db.session.get_one(Org, org.id, populate_existing=True)
    db.check_version(org, version)
    _check_place(org, values["kind"], values["parent_id"])
    changes = audit.changed(org, values)
    had = queries.divisions_of(org.id)
    with _unique_name_and_code(values["name"], values["code"], org.id):
        for name, value in values.items():
            setattr(org, name, value)
        db.session.flush()
    if had != sorted(divisions):
        db.session.execute(delete(OrgDivision).where(OrgDivision.org_id == org.id))
        db.session.add_all(OrgDivision(org_id=org.id, gbt2260=one) for one in divisions)
        changes["divisions"] = ("、".join(had), "、".join(sorted(divisions)))
    audit.record(actor, "org.changed", org, **changes)
    return org


@db.transactional
def retire_org(actor: Actor, org: Org, *, version: str | int | None) -> Org:
    """Retire an organisation. Raises Conflict while active people or units below belong to it."""
    authorize(actor, Permission.ORG_WRITE)
    org = db.session.get_one(Org, org.id, populate_existing=True)
    db.check_version(org, version)
    if org.kind in (OrgKind.LEADING_GROUP, OrgKind.CITY_CENTER):
        raise Conflict(_("领导小组和市招商服务中心不能停用。"))
    if db.session.scalar(select(User.id).where(User.org_id == org.id, User.active).limit(1)):
        raise Conflict(_("本单位还有在用账号，请先停用或调出，再停用单位。"))
    if db.session.scalar(select(Org.id).where(Org.parent_id == org.id, Org.retired_at.is_(None)).limit(1)):
        raise Conflict(_("本单位下面还有在用的分队，请先停用或改挂。"))
    org.retired_at = clock.now()
    audit.record(actor, "org.retired", org)
    return org


@db.transactional
def restore_org(actor: Actor, org: Org, *, version: str | int | None) -> Org:
    """Take a retired organisation back into use."""
    authorize(actor, Permission.ORG_WRITE)
    org = db.session.get_one(Org, org.id, populate_existing=True)
    db.check_version(org, version)
    org.retired_at = None
    audit.record(actor, "org.restored", org)
    return org


def _unique_name_and_code(name: str, code: str, own_id: int | None) -> Any:
    """Say before the flush which of the two keys is taken; the savepoint still guards the race."""
    twins = select(Org.name, Org.code).where(Org.id != own_id if own_id else Org.id.is_not(None))
    for twin in db.session.execute(twins.where((Org.name == name) | (Org.code == code))):
        if twin.name == name:
            raise Conflict(_("已有同名单位，请核对是否为同一单位。"), field="name")
        raise Conflict(_("这个代码已经用于其他单位。"), field="code")
    return db.unique("name", _("已有同名或同代码的单位，请核对。"))


def _check_place(org: Org | None, kind: OrgKind, parent_id: int | None) -> None:
    """An outpost hangs under a unit, and nothing hangs under itself."""
    parent = db.session.get(Org, parent_id) if parent_id else None
    if kind is OrgKind.OUTPOST and (parent is None or parent.kind in (OrgKind.OUTPOST, OrgKind.LEADING_GROUP)):
        raise Invalid(_("驻外分队要挂在派出它的单位下面。"), field="parent_id")
    if kind in (OrgKind.DISTRICT, OrgKind.ZONE) and parent is not None and parent.kind is not OrgKind.LEADING_GROUP:
        raise Invalid(_("区县和园区单位直接挂在领导小组下面，各自独立招商。"), field="parent_id")
    if org is not None and parent_id in queries.OrgTree.read().subtree(org.id):
        raise Invalid(_("上级单位不能是本单位或它的下级。"), field="parent_id")
    if org is not None and org.kind is not kind and OrgKind.CITY_CENTER in (org.kind, kind):
        raise Invalid(_("市招商服务中心只有一个，类别不能改动。"), field="kind")
