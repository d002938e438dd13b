"""Joins the room to the app."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as audit
from crm.carriers import policies, policy_labels, space_labels
from crm.carriers.views import bp
from crm.carriers.views.policies import policies_bp
from crm.core.permissions import Permission
from crm.kit import registries


def register(app: Flask) -> None:
    """Add blueprints, menu lines, hooks and registry entries."""
    app.register_blueprint(bp)
    app.register_blueprint(policies_bp)
    line = registries.MenuItem(_l("谋划"), 51, _l("载体"), "carriers.index", "building-community", Permission.PLAN_READ)
    registries.add_menu(line)
    offered = _l("谋划")
    registries.add_menu(
        registries.MenuItem(offered, 53, _l("地块厂房"), "carriers.parcels", "building-factory-2", Permission.PLAN_READ)
    )
    registries.add_menu(
        registries.MenuItem(offered, 54, _l("政策"), "policies.index", "certificate", Permission.PLAN_READ)
    )
    registries.add(registries.file_readers, policies.may_read_file)
    audit.ACTIONS.update(
        {"carrier.units_set": _l("设定载体的招商单位"), **space_labels.ACTIONS, **policy_labels.ACTIONS}
    )
    audit.SUBJECTS.update({"carrier": _l("载体"), **space_labels.SUBJECTS, **policy_labels.SUBJECTS})
    audit.FIELDS.update({"units": _l("招商单位")})
    fields = {**space_labels.FIELDS, **policy_labels.FIELDS}
    audit.FIELDS.update({name: words for name, words in fields.items() if name not in audit.FIELDS})
