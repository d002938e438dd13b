"""What right rooms must act on when a lead changes; handlers run in the same transaction."""

from crm.kit.registries import Hook

# (actor, lead): the lead names another company now, before its report was verified.
company_corrected = Hook("leads.company_corrected")
# (actor, lead): the lead was closed; nothing of it waits any longer.
lead_closed = Hook("leads.lead_closed")
# (actor, lead): a draft became a lead that is followed.
lead_registered = Hook("leads.lead_registered")
