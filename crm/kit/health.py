"""/healthz: the process answers. /readyz: database, migrations and disk are in order. /metrics for the machine itself."""

import shutil

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, Response, abort, current_app, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from crm.kit import db
from crm.kit.access import public
from crm.kit.migrate import alembic_config

bp = Blueprint("health", __name__)
DISK_ALARM = 0.85


def init(app: Flask) -> None:
    """Join the health pages to the app."""
    app.register_blueprint(bp)


@bp.get("/healthz")
@public
def healthz() -> Response:
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    checks = {"database": False, "migrations": False, "disk": False}
    try:
        with db.engine().connect() as connection:
            head = ScriptDirectory.from_config(alembic_config()).get_current_head()
            checks["database"] = True
            checks["migrations"] = MigrationContext.configure(connection).get_current_revision() == head
    except Exception as error:  # any failure of any driver means: not ready
        current_app.logger.warning("readyz: %s", type(error).__name__)
    usage = shutil.disk_usage(current_app.config["DATA_DIR"])
    checks["disk"] = usage.used / usage.total < DISK_ALARM
    return jsonify(checks), 200 if all(checks.values()) else 503


@bp.get("/metrics")
@public
def metrics() -> Response:
    if request.remote_addr not in ("127.0.0.1", "::1"):
        abort(404)
    return Response(generate_latest(), mimetype=CONTENT_TYPE_LATEST)
