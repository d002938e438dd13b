"""Deciding which units recruit for a carrier."""

from collections.abc import Collection

from flask_babel import gettext as _

from crm.accounts import queries as accounts
from crm.audit import service as audit
from crm.carriers.models import Carrier, CarrierOrg
from crm.core.errors import Invalid
from crm.core.permissions import Permission
from crm.kit import db
from crm.kit.access import Actor, authorize


@db.transactional
def assign_units(actor: Actor, carrier: Carrier, *, org_ids: Collection[int], version: int | str | None) -> Carrier:
    """Set the units that recruit for a carrier; none is allowed. Raises Forbidden, Stale, Invalid."""
    authorize(actor, Permission.CARRIER_WRITE)
    db.check_version(carrier, version)
    names = {unit.id: unit.name for unit in accounts.units()}
    if not set(org_ids) <= names.keys():
        raise Invalid(_("请从列出的招商单位里选。"), field="units")
    known = accounts.org_names()
    old = [known.get(one.org_id, "") for one in carrier.orgs]
    kept = [one for one in carrier.orgs if one.org_id in org_ids]
    new = sorted(set(org_ids) - {one.org_id for one in kept})
    carrier.orgs[:] = [*kept, *(CarrierOrg(carrier_id=carrier.id, org_id=org_id) for org_id in new)]
    db.session.flush()
    audit.record(actor, "carrier.units_set", carrier, units=(old, [names[org_id] for org_id in sorted(org_ids)]))
    return carrier
