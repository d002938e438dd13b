"""Who acts, and what that person may do. Rights are read from the database at each request (security.md I15)."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from crm.core.errors import Forbidden
from crm.core.permissions import Permission, Role, may


@dataclass(frozen=True)
class Actor:
    """A person at work, or the system itself. ``subtree`` holds the ids of the own unit and of all units below it."""

    user_id: int
    name: str
    login: str
    org_id: int
    org_name: str
    org_kind: str
    subtree: frozenset[int]
    roles: frozenset[Role]
    scope: str = "full"
    language: str | None = None
    public_id: str = ""
    must_change_password: bool = False
    home_org_id: int | None = None
    extra: dict[str, Any] = field(default_factory=dict, compare=False)

    @classmethod
    def system(cls) -> "Actor":
        """The system: jobs, migrations and seeds. Carries every business role and no person."""
        return cls(0, "系统", "system", 0, "系统", "system", frozenset(), frozenset(Role))

    @property
    def is_system(self) -> bool:
        """Whether no person stands behind this act."""
        return self.user_id == 0

    @property
    def words(self) -> str:
        """Unit and person, as a ledger or a paper keeps them."""
        return self.name if self.is_system else f"{self.org_name} {self.name}"

    @property
    def is_center(self) -> bool:
        """Whether all units' engagement is open to this person: the city centre, or the system."""
        return self.is_system or Role.CENTER in self.roles

    def can(self, permission: Permission) -> bool:
        """Say whether the person's roles carry the permission."""
        return may(self.roles, permission)


def current_actor() -> Actor:
    """Return who acts in this request. Raises Forbidden when nobody is signed in."""
    actor = g.get("actor")
    if actor is None:
        raise Forbidden("请先登录。")
    return actor


def find_actor() -> Actor | None:
    """Return who acts in this request, or None."""
    return g.get("actor")


def authorize(actor: Actor, permission: Permission) -> None:
    """Raise Forbidden unless the actor may do this."""
    if not actor.can(permission):
        raise Forbidden("您无权进行这项操作。如确有需要，请联系本单位负责人或安全管理员。")


def requires(permission: Permission, *, phone: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Guard a view: signed out goes to the sign-in page, without the permission gets 403.

    ``phone`` views are also open to a trusted phone (scope ``phone``).
    """

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def run(*args: Any, **kwargs: Any) -> Any:
            if find_actor() is None:
                return to_sign_in()
            actor = current_actor()
            if actor.scope == "phone" and not phone:
                return to_sign_in(reason="confirm")
            authorize(actor, permission)
            return view(*args, **kwargs)

        run.required_permission = permission  # type: ignore[attr-defined]
        run.open_to_phone = phone  # type: ignore[attr-defined]
        return run

    return guard


def signed_in(view: Callable[..., Any] | None = None, *, phone: bool = False) -> Callable[..., Any]:
    """Guard a view that every signed-in person may use (own account, notices). ``phone`` as in ``requires``."""

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def run(*args: Any, **kwargs: Any) -> Any:
            actor = find_actor()
            if actor is None:
                return to_sign_in()
            if actor.scope == "phone" and not phone:
                return to_sign_in(reason="confirm")
            return view(*args, **kwargs)

        run.signed_in_only = True  # type: ignore[attr-defined]
        run.open_to_phone = phone  # type: ignore[attr-defined]
        return run

    return guard(view) if view is not None else guard


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that needs no sign-in: openness is the listed exception."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def own_door(door: Callable[[], Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Guard a view by a door of its own: ``door`` says who is there and answers for nobody; the workbench's sign-in opens nothing."""

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        view.own_door = door  # type: ignore[attr-defined]
        return view

    return guard


def to_sign_in(reason: str | None = None) -> Response:
    """Send to the sign-in page and back. What a form carried waits on that page; a script gets 401 with the address."""
    target = url_for("accounts.sign_in", next=_here(), reason=reason)
    if request.headers.get("HX-Request") or request.headers.get("X-Requested-With") == "fetch":
        return Response("请重新登录后继续，已输入的内容会保留。", 401, {"X-Sign-In": target})
    if request.method not in ("GET", "HEAD", "OPTIONS") and door:
        return door[0](reason)
    return redirect(target, 303)


# The page that asks who is there and keeps what a form carried: set by the room of accounts.
door: list[Callable[[str | None], Response]] = []


def _here() -> str:
    if request.method == "GET":
        return request.full_path.rstrip("?")
    return "/"
