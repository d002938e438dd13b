"""Reading organisations and people: who acts, which units there are, who carries a role."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from crm.accounts.models import Org, OrgDivision, OrgKind, SignIn, User, UserRole
from crm.core.errors import NotFound
from crm.core.permissions import OFFICER_ROLES, Role, UserKind
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.web import Page

PAGE_SIZE = 50
UNITS = (OrgKind.DISTRICT, OrgKind.ZONE)

# The units that recruit on their own, as a where-clause.
STANDS_ALONE = and_(Org.recruits, Org.retired_at.is_(None), Org.kind.in_(UNITS))


@dataclass(frozen=True)
class OrgLine:
    """An organisation as the tree needs it."""

    id: int
    parent_id: int | None
    kind: OrgKind
    name: str
    retired: bool
    public_id: str
    recruits: bool


class OrgTree:
    """All organisations (a few dozen), read in one statement."""

    def __init__(self, lines: Iterable[OrgLine]) -> None:
        self.by_id = {line.id: line for line in lines}

    @classmethod
    def read(cls) -> "OrgTree":
        """Read the tree."""
        columns = (Org.id, Org.parent_id, Org.kind, Org.name, Org.retired_at.is_not(None), Org.public_id, Org.recruits)
        return cls(OrgLine(*row) for row in db.session.execute(select(*columns)))

    def units(self) -> list[OrgLine]:
        """Return what ``units`` returns, without a further statement."""
        standing = [line for line in self.by_id.values() if line.recruits and not line.retired and line.kind in UNITS]
        return sorted(standing, key=lambda line: line.id)

    def unit_of(self, org_id: int) -> OrgLine:
        """Return the unit that owns what this organisation does: an outpost belongs to its parent."""
        line = self.by_id[org_id]
        while line.kind is OrgKind.OUTPOST and line.parent_id is not None:
            line = self.by_id[line.parent_id]
        return line

    def subtree(self, org_id: int) -> frozenset[int]:
        """Return the ids of an organisation and of all below it."""
        found, edge = {org_id}, {org_id}
        while edge:
            edge = {line.id for line in self.by_id.values() if line.parent_id in edge} - found
            found |= edge
        return frozenset(found)


def roles_of(kind: UserKind, roles: Iterable[Role]) -> frozenset[Role]:
    """Return what a person may act as: one officer role by kind, or the business roles."""
    officer = OFFICER_ROLES.get(kind)
    return frozenset({officer}) if officer else frozenset(roles)


def actor_of(user_id: int, scope: str = "full", *, tree: OrgTree | None = None) -> Actor:
    """Return the person as an Actor with the rights of this moment. Raises NotFound for an unknown or inactive one."""
    user = db.session.scalar(
        select(User).where(User.id == user_id, User.active).options(selectinload(User.roles)).limit(1)
    )
    if user is None:
        raise NotFound
    return make_actor(user, [one.role for one in user.roles], tree or OrgTree.read(), scope)


def make_actor(user: User, roles: Iterable[Role], tree: OrgTree, scope: str) -> Actor:
    """Put an Actor together from rows already read."""
    unit = tree.unit_of(user.org_id)
    return Actor(
        user_id=user.id,
        name=user.name,
        login=user.login,
        org_id=unit.id,
        org_name=unit.name,
        org_kind=unit.kind.value,
        subtree=tree.subtree(unit.id),
        roles=roles_of(user.kind, roles),
        scope=scope,
        language=user.language,
        public_id=user.public_id,
        must_change_password=user.must_change_password,
        home_org_id=user.org_id,
    )


def users_with(role: Role, org_id: int | None = None) -> list[User]:
    """Return the active people who carry the role; with ``org_id`` only those of that unit and its outposts."""
    kinds = [kind for kind, officer in OFFICER_ROLES.items() if officer is role]
    query = select(User).where(User.active).order_by(User.id)
    if kinds:
        query = query.where(User.kind == kinds[0])
    else:
        query = query.join(UserRole, UserRole.user_id == User.id).where(
            UserRole.role == role, User.kind == UserKind.BUSINESS
        )
    if org_id is not None:
        outposts = select(Org.id).where(Org.parent_id == org_id, Org.kind == OrgKind.OUTPOST)
        query = query.where(or_(User.org_id == org_id, User.org_id.in_(outposts)))
    return list(db.session.scalars(query))


def users_of_unit(org_id: int) -> list[User]:
    """Return the active business people of a unit and its outposts, by name."""
    outposts = select(Org.id).where(Org.parent_id == org_id, Org.kind == OrgKind.OUTPOST)
    query = select(User).where(User.active, User.kind == UserKind.BUSINESS)
    query = query.where(or_(User.org_id == org_id, User.org_id.in_(outposts)))
    return list(db.session.scalars(query.order_by(User.name)))


def user_names(ids: Iterable[int]) -> dict[int, str]:
    """Return the names of people, whoever still works here or not."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = db.session.execute(select(User.id, User.name).where(User.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def units() -> list[Org]:
    """Return the units that recruit and stand on their own (no outposts), in the order of their codes."""
    return list(db.session.scalars(select(Org).where(STANDS_ALONE).order_by(Org.id)))


def unit_id_of(org_id: int) -> int:
    """Return the id of the unit an organisation belongs to: an outpost's parent, else itself."""
    return OrgTree.read().unit_of(org_id).id


def center_org() -> Org:
    """Return the city centre. Raises NotFound on an installation without it."""
    return _only(OrgKind.CITY_CENTER)


def leading_org() -> Org:
    """Return the leading group. Raises NotFound on an installation without it."""
    return _only(OrgKind.LEADING_GROUP)


def _only(kind: OrgKind) -> Org:
    org = db.session.scalar(select(Org).where(Org.kind == kind, Org.retired_at.is_(None)).order_by(Org.id).limit(1))
    if org is None:
        raise NotFound
    return org


def org_names() -> dict[int, str]:
    """Return the names of all organisations, retired ones too."""
    return {row.id: row.name for row in db.session.execute(select(Org.id, Org.name))}


def list_orgs() -> list[tuple[int, Org]]:
    """Return every organisation with its depth, parents before children."""
    orgs = list(db.session.scalars(select(Org).order_by(Org.id)))
    children: dict[int | None, list[Org]] = {}
    for org in orgs:
        children.setdefault(org.parent_id, []).append(org)
    found: list[tuple[int, Org]] = []

    def walk(parent: int | None, depth: int) -> None:
        for org in children.get(parent, []):
            found.append((depth, org))
            walk(org.id, depth + 1)

    walk(None, 0)
    return found


def people_counts() -> dict[int, int]:
    """Return how many active people each organisation has."""
    rows = db.session.execute(select(User.org_id, func.count()).where(User.active).group_by(User.org_id))
    return {row[0]: row[1] for row in rows}


def get_org(public_id: str) -> Org:
    """Return an organisation. Raises NotFound."""
    org = db.session.scalar(select(Org).where(Org.public_id == public_id))
    if org is None:
        raise NotFound
    return org


def divisions_of(org_id: int) -> list[str]:
    """Return the GB/T 2260 codes a unit stands for."""
    return list(
        db.session.scalars(
            select(OrgDivision.gbt2260).where(OrgDivision.org_id == org_id).order_by(OrgDivision.gbt2260)
        )
    )


@dataclass(frozen=True)
class PeopleFilter:
    """What the list of people is narrowed to."""

    text: str = ""
    org_id: int | None = None
    role: Role | None = None
    state: str = "active"


def page_of_people(wanted: PeopleFilter, number: int) -> Page:
    """Return one page of people with their organisations and roles, by organisation and name."""
    query = select(User)
    if wanted.text:
        query = query.where(
            or_(User.name.icontains(wanted.text, autoescape=True), User.login.icontains(wanted.text, autoescape=True))
        )
    if wanted.org_id is not None:
        query = query.where(User.org_id == wanted.org_id)
    if wanted.role is not None:
        kinds = [kind for kind, officer in OFFICER_ROLES.items() if officer is wanted.role]
        carries = select(UserRole.user_id).where(UserRole.role == wanted.role)
        query = query.where(User.kind == kinds[0] if kinds else User.id.in_(carries))
    if wanted.state in ("active", "inactive"):
        query = query.where(User.active.is_(wanted.state == "active"))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = query.options(joinedload(User.org), selectinload(User.roles)).order_by(User.org_id, User.name, User.id)
    items = list(db.session.scalars(rows.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)))
    return Page(items, number, PAGE_SIZE, total)


def get_user(public_id: str) -> User:
    """Return a person with organisation and roles. Raises NotFound."""
    user = db.session.scalar(
        select(User).where(User.public_id == public_id).options(joinedload(User.org), selectinload(User.roles))
    )
    if user is None:
        raise NotFound
    return user


def find_user(user_id: int) -> User | None:
    """Return a person by number, or None."""
    return db.session.get(User, user_id)


def sign_ins_of(user_id: int) -> Sequence[SignIn]:
    """Return the sign-ins of a person that are still open, the latest first."""
    query = select(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
    return list(db.session.scalars(query.order_by(SignIn.last_seen_at.desc()).limit(50)))


def has_samples() -> bool:
    """Say whether the base holds sample people."""
    return bool(db.session.scalar(select(select(User.id).where(User.is_sample).exists())))


def sample_people() -> list[User]:
    """Return the sample people one may sign in as by a click: none as soon as one real person is active."""
    real = select(User.id).where(User.is_sample.is_(False), User.active).exists()
    query = select(User).where(User.is_sample, User.active, ~real)
    return list(db.session.scalars(query.options(joinedload(User.org), selectinload(User.roles)).order_by(User.id)))
