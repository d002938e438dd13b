"""黄石市精准招商平台: ``create_app`` is the only place where the parts are joined."""

import gc
from importlib import import_module
from typing import Any

from flask import Flask

from crm import config

# In import order. A room joins in by ``register(app)`` in its ``wiring.py``: blueprints, menu, hooks, registries.
ROOMS = (
    "audit",
    "accounts",
    "files",
    "notices",
    "parameters",
    "imports",
    "plan",
    "carriers",
    "companies",
    "people",
    "leads",
    "claims",
    "projects",
    "interactions",
    "todos",
    "handovers",
    "agenda",
    "watch",
    "chains",
    "ties",
    "targets",
    "fairs",
    "duplicates",
    "reports",
)


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """Build the application. ``overrides`` replaces settings of ``crm.config``."""
    gc.disable()  # what is loaded stays: looking for garbage in it took a sixth of every start
    try:
        return _joined(overrides)
    finally:
        gc.enable()


def _joined(overrides: dict[str, Any] | None) -> Flask:
    from crm import cli
    from crm.kit import assets, context, db, format, health, i18n, log, web

    app = Flask(__name__, template_folder=str(config.ROOT / "templates"), static_folder="static")
    app.config.update(config.load(overrides))
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    log.init()
    for part in (db, web, i18n, format, assets, context, health):
        part.init(app)
    for room in ROOMS:
        import_module(f"crm.{room}.wiring").register(app)
    if app.config["DEVELOPMENT"]:
        from crm import styleguide

        app.register_blueprint(styleguide.bp)
    cli.init(app)
    return app
