"""What every template may use: the person, the menu, the formats of the house."""

from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from crm.kit import clock, registries
from crm.kit.access import find_actor


def init(app: Flask) -> None:
    """Offer the context to the templates."""

    def has_endpoint(name: str) -> bool:
        return name in app.view_functions

    app.jinja_env.globals.update(has_endpoint=has_endpoint, csrf_token=generate_csrf)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def shell() -> dict[str, Any]:
        actor = find_actor()
        return {
            "actor": actor,
            "menu": menu_of() if actor else [],
            "unread_count": unread() if actor else 0,
            "is_sample": sample(),
            "app_name": _("黄石市精准招商平台"),
            "today": clock.today(),
        }


def menu_of() -> list[dict[str, Any]]:
    """Return the menu of the person who asks, grouped, with the current line marked."""
    actor = find_actor()
    groups: dict[str, list[dict[str, Any]]] = {}
    if actor is None:
        return []
    lines = [i for i in sorted(registries.menu, key=lambda i: i.order) if actor.can(i.permission)]
    urls = [_url(item.endpoint) for item in lines]
    here = _line_of_this_page(urls)
    for item, url in zip(lines, urls, strict=True):
        if actor.roles <= item.except_roles:
            continue
        groups.setdefault(str(item.group), []).append(
            {
                "label": item.label,
                "url": url,
                "icon": item.icon,
                "count": item.count(actor) if item.count else None,
                "active": url == here,
                "near": bool(actor.roles & item.near),
            }
        )
    short = sum(map(len, groups.values())) <= _SHORT_MENU
    return [
        {"label": label, "items": items, "open": short or at <= _OPEN_GROUPS or any(one["active"] for one in items)}
        for at, (label, items) in enumerate(groups.items())
    ]


_urls: dict[tuple[str, str], str] = {}


def _url(endpoint: str) -> str:
    """The address of a line of the menu, made once: it takes nothing from the request but where the site lies."""
    key = (request.script_root, endpoint)
    if key not in _urls:
        _urls[key] = url_for(endpoint)
    return _urls[key]


# A long menu shows the start page and the two groups of the daily work; the others unfold at a click, which is remembered.
_SHORT_MENU = 16
_OPEN_GROUPS = 2


def _line_of_this_page(urls: list[str]) -> str | None:
    """Return the address of the menu that this page lies under: the longest that begins the path."""
    under = [url for url in urls if request.path == url or request.path.startswith(url.rstrip("/") + "/")]
    return max(under, key=len, default=None)


def unread() -> int:
    """Return how many notices the person has not read (99 at the most), asked once a request."""
    if "unread" not in g:
        g.unread = sum(count() for count in unread_counters)
    return int(g.unread)


def sample() -> bool:
    """Say whether the base holds sample data (asked once a request)."""
    if "is_sample" not in g:
        g.is_sample = any(check() for check in sample_checks)
    return bool(g.is_sample)


# Filled by rooms: notices counts, accounts knows whether sample people exist.
unread_counters: list[Any] = []
sample_checks: list[Any] = []
