"""What may be done with leads, in three places: saving, evidence, decisions."""

from crm.leads.service.decisions import close_lead, correct_company, hand_over, reopen_lead, triage
from crm.leads.service.evidence import attach_file, remove_file, set_kind
from crm.leads.service.giving import heads_of, make_for
from crm.leads.service.saving import LeadInput, autosave, discard_typed, faults, same_input, save_lead, start_draft

__all__ = [
    "LeadInput",
    "attach_file",
    "autosave",
    "close_lead",
    "correct_company",
    "discard_typed",
    "faults",
    "hand_over",
    "heads_of",
    "make_for",
    "remove_file",
    "reopen_lead",
    "same_input",
    "save_lead",
    "set_kind",
    "start_draft",
    "triage",
]
