"""Each read of confidential rows passes ``visible_to`` (security.md I4); what does not is listed here, with the reason."""

import ast
from collections.abc import Iterator

from tests.house.source import modules

# The roots that carry a unit, and their children, which are reached only through the root.
SECRET = {
    *("Lead", "LeadFile", "LeadPerson"),
    *("ClaimRequest", "Claim", "ClaimEvent", "ClaimPiece", "Case", "CaseParty", "CaseStep", "CaseFile", "LookUp"),
    *("Opinion", "OpinionCopy", "OpinionPrint", "Appeal", "InvestorChoice"),
    *("Transfer", "BenefitAgreement", "BenefitLine", "WindowEntry", "Window", "Deputy"),
    *(
        "Project",
        "ProjectOrg",
        "ProjectHold",
        "Milestone",
        "MilestoneFile",
        "StageMove",
        "AdmissionReview",
        "GateCheck",
    ),
    *("ProjectFigure", "ProjectStay"),
    *("Need", "Allocation", "ProjectPromise", "FundVoucher", "ServiceStep", "Issue", "MeetingItem", "ActionItem"),
    *("Interaction", "Person", "Todo", "LedgerLine"),
    *("FairCost", "MatchItem", "FairContact", "Slip", "Tap"),
    *("FairCost", "MatchItem", "FairContact", "Guest", "Signing"),
    *("TargetList", "TargetItem", "Assignment", "CampaignGoal"),
    *("ImportBatch", "ImportRow", "ImportChange", "ImportMapping"),
}
ASKS = {"select", "get", "get_one", "query", "exists", "select_from", "scalars", "scalar"}
SCOPES = {
    "mine_to_decide",
    "visible_to",
    "visible",
    "items_visible_to",
    "items_query",
    "assignments_visible_to",
    "goals_visible_to",
    "readable_by",
    "cases_visible_to",
    "transfers_visible_to",
    "agreements_visible_to",
    "entries_visible_to",
    "mine_to_verify",
    "to_verify",
    "undecided_for",
    "leads_of",
    "own",
}

# module:function → why it reads without the scope of a person
RULES = "the rules themselves: who holds is asked over all units, and only the answer of S2 and S3 leaves"
IDS = "only ids; the rows pass the scope where they are read"
ROOT_SEEN = "reached through a root that the caller got through its scope"
COPIES = "the system compares or writes what is stored twice; nothing is shown"
JOB = "the system's own work; the heads are told in words that name nothing of other units"
MERGE = "the centre merges and undoes, over all units; behind the permission that only the centre has"
OWN = "filtered by the person's own unit or the person"
WITHOUT_SCOPE: dict[str, str] = {
    **dict.fromkeys(
        (
            "claims.rivals:_same_code",
            "claims.rivals:_holding",
            "claims.rivals:living_words",
            "claims.rivals:release_expired",
            "claims.cases:last_matter",
            "claims.cases:held_by_another",
            "claims.gathering:join",
            "claims.referrers:first_valid",
        ),
        RULES,
    ),
    **dict.fromkeys(("claims.queries:_center_and_holder", "claims.collisions:note_key_collision"), RULES),
    **dict.fromkeys(
        (
            *(
                "fairs.imports:_candidates",
                "fairs.imports:undo",
                "fairs.guest_imports:undo",
                "fairs.guest_imports:link",
            ),
            "fairs.service.guest_lists:_attach",
        ),
        "the import that is at work, of its own rows",
    ),
    **dict.fromkeys(
        ("fairs.drafts:unread", "fairs.service.drafts:_read_one", "fairs.service.drafts:_keep"),
        "the worker that reads photos: ids and lines; they are shown through the contact, which has its scope",
    ),
    **dict.fromkeys(
        ("fairs.contacts:own_of", "fairs.contacts:_loaded"), "what this person noted; else every caller adds the scope"
    ),
    "fairs.service.capture:_own": ROOT_SEEN,
    **dict.fromkeys(
        ("fairs.slips:_loaded", "fairs.slips:page_of_slips", "fairs.taps:_of"), "every caller adds the scope"
    ),
    **dict.fromkeys(("fairs.approvals:in_plan", "fairs.approvals:fair_days"), RULES),
    "fairs.taps:by_token": "the one-time secret is the right",
    "fairs.service.taps:answer": "the one-time secret is the right",
    **dict.fromkeys(
        (
            *("fairs.evidence:_slips", "fairs.evidence:_taps", "fairs.evidence:is_given"),
            *("fairs.service.evidence:_copy", "fairs.service.slips:_own", "fairs.service.slips:_of_own"),
            *("fairs.service.slips:print_slips", "fairs.service.taps:_own", "fairs.service.taps:open_tap"),
            "fairs.service.taps:withdraw",
        ),
        ROOT_SEEN,
    ),
    **dict.fromkeys(("fairs.service.guests:_own", "fairs.service.guests:sign_in"), ROOT_SEEN),
    **dict.fromkeys(("fairs.service.met_guests:meet_guest", "fairs.service.signings:add_signing"), ROOT_SEEN),
    "fairs.signings:last_position": "the last place on a list, a number; no row of it is shown",
    **dict.fromkeys(
        ("fairs.guests:by_token", "fairs.service.guests:answer_by_token"),
        "by the secret of the invitation, which only the guest and who invited hold",
    ),
    "fairs.guests:same_guest": OWN,
    **dict.fromkeys(("fairs.service.matching:_locked", "fairs.service.teams:place"), ROOT_SEEN),
    **dict.fromkeys(("targets.lists.service:_every_item", "targets.lists.giving:_standing_here"), ROOT_SEEN),
    "targets.lists.giving:withdraw_assignment": ROOT_SEEN,
    "targets.lists.queries:_given_to": OWN,
    **dict.fromkeys(("fairs.service.capture:_own", "fairs.service.follow:_of_lead"), ROOT_SEEN),
    **dict.fromkeys(("fairs.service.follow:tell_late", "fairs.service.follow:_told_late"), JOB),
    **dict.fromkeys(("fairs.service.cards:finish", "fairs.service.cards:release"), ROOT_SEEN),
    "fairs.service.cards:_keep_code": ROOT_SEEN,
    **dict.fromkeys(("claims.filing:_locked", "claims.filing:open_claim", "claims.filing:reload"), ROOT_SEEN),
    **dict.fromkeys(
        ("claims.cases:locked", "claims.cases:close_for", "claims.cases:undecided", "claims.ledger:write"), ROOT_SEEN
    ),
    "claims.verification:look_at": ROOT_SEEN,
    **dict.fromkeys(("claims.queries:case_files", "claims.queries:cases_of", "claims.queries:concerns_of"), ROOT_SEEN),
    **dict.fromkeys(("claims.queries:evidence_of", "claims.queries:evidence_of_many"), ROOT_SEEN),
    **dict.fromkeys(("claims.queries:listed", "claims.queue:desk_rows"), ROOT_SEEN),
    **dict.fromkeys(("claims.disputes.archive:_evidence", "claims.disputes.choices:revoke"), ROOT_SEEN),
    **dict.fromkeys(("claims.disputes.lateness:tell_late", "claims.disputes.lateness:_remind"), JOB),
    **dict.fromkeys(("claims.disputes.reading:may_read_file",), OWN),
    **dict.fromkeys(("claims.disputes.appeals:find_appeal", "claims.disputes.appeals:_running"), ROOT_SEEN),
    **dict.fromkeys(("claims.disputes.choices:of_case", "claims.disputes.listing:_rows"), ROOT_SEEN),
    **dict.fromkeys(("claims.disputes.opinions:of_case", "claims.disputes.opinions:with_opinions"), ROOT_SEEN),
    "claims.disputes.opinions:issue": "the last number of the year, over all cases; no row of one is shown",
    **dict.fromkeys(("claims.disputes.printing:work", "claims.disputes.printing:catch_up"), JOB),
    **dict.fromkeys(("claims.disputes.printing:_seal", "claims.stock.closing:_entries"), JOB),
    "claims.stock.queries:count_of": "a number for the centre, no entry of a unit",
    **dict.fromkeys(("claims.stock.service:withdraw", "claims.transfers.benefits:_locked"), ROOT_SEEN),
    "claims.stock.service:guard": RULES,
    **dict.fromkeys(("claims.transfers.queries:running_of", "claims.transfers.queries:agreement_of"), ROOT_SEEN),
    "claims.transfers.queries:agreements_of": ROOT_SEEN,
    **dict.fromkeys(("claims.transfers.service:lapse", "claims.transfers.service:_lapse"), JOB),
    "claims.transfers.service:locked": ROOT_SEEN,
    **dict.fromkeys(
        ("reports.samples.disputes:_open_conflicts", "reports.samples.disputes:_transfer"),
        "fills an empty base with samples; shows nothing",
    ),
    "claims.transfers.queries:winner_of": ROOT_SEEN,
    **dict.fromkeys(("claims.transfers.queries:brought", "claims.transfers.queries:shared_from"), ROOT_SEEN),
    **dict.fromkeys(("projects.handing:_locked", "projects.handing:follow", "projects.handing:_line"), ROOT_SEEN),
    **dict.fromkeys(
        (
            *("reports.indicators.queries:_counted", "reports.indicators.queries:full_output"),
            "reports.indicators.made_of:_platforms",  # which of them the reader sees, ``behind`` asks
        ),
        "sums for the whole city of recognised milestones (S5), no row of a unit",
    ),
    **dict.fromkeys(
        (
            "reports.funnel.credit:of_month",
            "reports.overview.queries:_vouchers",
        ),
        "sums by unit from recognised signing on (S5), through counted_by",
    ),
    **dict.fromkeys(("projects.service.reservations:_found", "projects.service.reservations:_ids"), JOB),
    **dict.fromkeys(("claims.ledger:copies", "claims.ledger:copy_to_lead"), COPIES),
    **dict.fromkeys(("interactions.copies:check_copies", "interactions.copies:copy_to_lead"), COPIES),
    **dict.fromkeys(("interactions.copies:_facts_of", "interactions.copies:write_copies"), COPIES),
    **dict.fromkeys(("interactions.copies:_facts_of_project", "interactions.copies:check_project_copies"), COPIES),
    "interactions.queries:lead_of_project": ROOT_SEEN,
    **dict.fromkeys(("projects.lights:_milestone_days", "projects.lights:_pauses", "projects.lights:courses"), JOB),
    "projects.lights:refresh": JOB,
    **dict.fromkeys(
        (
            *("projects.papers:_found", "projects.papers:_handed_in", "projects.papers:_read"),
            *("projects.papers:_day_of", "projects.papers:_waiting", "projects.papers:_open_papers"),
        ),
        "parts of a query that is narrowed by visible_to in overview and _narrowed, or to one officer by the reminder",
    ),
    **dict.fromkeys(("reports.progress.queries:_written", "projects.service.holds:holds_of"), ROOT_SEEN),
    **dict.fromkeys(("projects.service.issues:_locked", "todos.service:drop_todos"), ROOT_SEEN),
    **dict.fromkeys(("projects.service.issues:_risen", "projects.service.issues:escalate"), JOB),
    **dict.fromkeys(("projects.service.meetings:_listed", "projects.service.meetings:_renumber"), ROOT_SEEN),
    "projects.service.actions:takers": ROOT_SEEN,
    **dict.fromkeys(("claims.verification:release_late_repairs", "claims.verification:tell_overdue"), JOB),
    **dict.fromkeys(("todos.service:tell_late", "todos.service:_told_late", "todos.service:drop"), JOB),
    **dict.fromkeys(("projects.checks:to_remind", "projects.checks:find_waiting", "todos.checks:_set"), JOB),
    **dict.fromkeys(("projects.checks:still_waits", "todos.checks:follow"), ROOT_SEEN),
    **dict.fromkeys(("claims.lookups:_budget", "claims.lookups:left_today", "interactions.queries:person_of"), OWN),
    **dict.fromkeys(("claims.ending.jobs:_ids", "claims.ending.jobs:_clocks", "claims.ending.jobs:_warn_others"), JOB),
    **dict.fromkeys(("claims.ending.jobs:_propose", "claims.ending.jobs:end_registrations"), JOB),
    **dict.fromkeys(("claims.rebuild:_chunks", "claims.rebuild:differences", "claims.ledger:check"), COPIES),
    **dict.fromkeys(("claims.ending.clock:requests_of", "claims.ending.clock:end_of"), ROOT_SEEN),
    **dict.fromkeys(("claims.ending.requests:by_unit", "claims.ending.requests:locked"), ROOT_SEEN),
    **dict.fromkeys(
        ("claims.ending.pool:_released", "claims.ending.pool:_companies", "claims.ending.pool:_meant_by"),
        "S4: what is released, by name and node only, the same for every reader",
    ),
    "claims.ending.pool:rests_until": OWN,
    **dict.fromkeys(
        ("claims.figures:months", "claims.figures:_decided"), "sums within a scope that the caller hands over"
    ),
    **dict.fromkeys(
        ("claims.figures:happened", "claims.pieces:holding"), "only a condition of a query that is scoped already"
    ),
    "interactions.queries:effective_of_leads": "counted for claims that the caller got through their scope",
    "leads.queries:own_work": OWN,
    **dict.fromkeys(("imports.queries:get_mapping", "imports.queries:mappings_of"), OWN),
    **dict.fromkeys(("imports.service.mapping:_remember", "imports.service.starting:_remembered"), OWN),
    **dict.fromkeys(
        (
            "imports.checking:of",
            "imports.preview:preview",
            "imports.service.deciding:decide_many",
            "imports.service.holding:held_row",
            "imports.service.running:undo",
            "imports.service.starting:_fill",
            "imports.workbooks:_has_mended",
            "imports.workbooks:failed_rows_xlsx",
            "imports.workbooks:result_xlsx",
            "companies.imports.doubles:_stored",
            "people.imports:undo",
            "companies.imports.writing:_refused",
        ),
        ROOT_SEEN,
    ),
    **dict.fromkeys(
        (
            *("imports.work:_check", "imports.work:_entered", "imports.work:_locked", "imports.work:_report"),
            *("imports.work:_undo", "imports.work:_failed", "imports.work:note"),
            *("imports.undoing:order", "imports.undoing:_traces"),
        ),
        "the worker, on the batch whose task it holds, with the rights of the person who asked, read anew each chunk",
    ),
    **dict.fromkeys(("imports.retention:_ids", "imports.retention:forget_old"), "the system's own work; shows nothing"),
    **dict.fromkeys(("claims.queries:any_of_center", "claims.queries:other_managers"), ROOT_SEEN),
    **dict.fromkeys(
        (
            "duplicates.merging.holds:_cases_between",
            "duplicates.merging.holds:end_cases",
            "duplicates.merging.holds:_has_parties",
            "duplicates.merging.holds:_numbers",
            "duplicates.merging.holds:_why_not",
            "duplicates.merging.holds:give_back",
            "duplicates.merging.holds:join",
            "duplicates.merging.holds:lock_claims",
            "duplicates.merging.parting:_claims_back",
            "duplicates.merging.since:rows_left",
        ),
        MERGE,
    ),
    "duplicates.merging.telling:_of_leads": "tells each unit of its own lead, in that lead's own words",
    "duplicates.queries:cases_of": MERGE,
    "duplicates.scanning.facts:_phones": "compares hashes over all units; only that two are equal leaves, to the centre",
    **dict.fromkeys(
        ("claims.queue:sampled", "claims.queue:count_of_samples"),
        "behind the permission to verify for the whole city",
    ),
    "reports.queries:unit_lines": "figures by unit, of the reader's subtree or for the centre",
    **dict.fromkeys(
        (
            *("reports.ledger.building:build", "reports.ledger.building:of_project"),
            *("reports.ledger.building:of_week", "reports.ledger.building:stored_of"),
            *("reports.ledger.building:_contacts", "reports.ledger.service:write_line"),
            *("reports.ledger.building:_last_week", "reports.ledger.building:last_before"),
            *("reports.ledger.service:correct_week", "reports.ledger.building:_projects"),
        ),
        "of a unit whose week the caller got through its scope, or of all units when the system freezes",
    ),
    **dict.fromkeys(
        (
            "reports.funnel.queries:_came_to",
            "reports.funnel.queries:has_milestone",
        ),
        "only conditions of a query that is scoped already",
    ),
    "reports.funnel.behind:_stays": "the scope is one of the where-clauses that finished_stays returns",
    "reports.months.freezing:_signed_by": "which lines of a frozen month may be counted: from recognised signing on (S5)",
    "reports.funnel.queries:month_units": "sums by unit from recognised signing on (S5), through counted_by",
    "reports.funnel.queries:units_of": "which units have a line at all: through counted_by, for others from recognised signing on (S5)",
    "projects.queries:milestones_of": ROOT_SEEN,
    **dict.fromkeys(
        (
            *("projects.funds:funds_of", "projects.funds:promises_of", "projects.steps:checklist_of"),
            *("projects.service.funds:void_voucher", "projects.service.funds:_check_double"),
            "projects.service.steps:open_case",
        ),
        ROOT_SEEN,
    ),
    "projects.needs:needs_of": ROOT_SEEN,
    **dict.fromkeys(("projects.places:_promises", "projects.service.places:release_all"), ROOT_SEEN),
    "projects.places:check_copies": COPIES,
    **dict.fromkeys(
        (
            *("projects.service.twins:check_copies", "projects.service.twins:_regroup"),
            *("projects.service.twins:_joined", "projects.figures:_mates"),
        ),
        COPIES,
    ),
    "projects.twins:_again": "which investors have two projects, inside the statement that answers the centre alone",
    "projects.once:ids": "the rows that a sum over units leaves out for a reader: those of whom it reads both units, of which no more is read",
    "projects.once:investments": "which of the projects that the caller read in its scope are left out, of which no more is read",
    **dict.fromkeys(("projects.figures:figures_of", "projects.figures:_follow"), COPIES),
    "projects.loader:load": "reads which rows of the plan are there already; shows nothing",
    "projects.service.course:enter_stage": ROOT_SEEN,
    **dict.fromkeys(
        ("projects.gates:claim_of", "projects.gates:standing_of", "projects.service.units:_lines"), ROOT_SEEN
    ),
    **dict.fromkeys(("projects.service.moving:_locked", "projects.service.moving:recognise_milestone"), ROOT_SEEN),
    **dict.fromkeys(("projects.page:ribbon", "projects.service.reviews:review_admission"), ROOT_SEEN),
    "watch.telling:in_charge": "asks over all units who is to hear a public fact; nothing of it leaves but the ring",
    "leads.imports.kind:link": "the address of a row of a batch that the caller got through its scope",
    **dict.fromkeys(
        ("claims.stock.queries:get_window", "claims.stock.queries:list_windows", "claims.stock.service:locked"),
        "the days and the document of a window are for every unit; what is entered in it has its scope",
    ),
    "claims.stock.closing:close_due": JOB,
    "claims.redating:_claims": JOB,
    "claims.disputes.lateness:tell_untouched": JOB,
    "claims.ending.deputies:stands_in": OWN,
    "claims.ending.deputies:name_deputy": OWN,
    "claims.ending.deputies:deputies_today": "whom the system tells of a unit's new reports",
    "leads.listing:_sorted": "only the order of a query that is scoped already",
    **dict.fromkeys(("reports.samples.ending:_protected", "reports.samples.ending:fill"), "sample data"),
    "reports.samples.ending:_answer_one": "sample data",
    "reports.samples.promises:fill": "sample data",
    "chains.made_of:_count": "counts from recognised signing on, for all (S5)",
    "chains.facts:_landing": "counts from recognised signing on, for all (S5)",
    **dict.fromkeys(("ties.areas:_won_by_channel", "ties.areas:_projects_won"), "counts from signing on, for all (S5)"),
    **dict.fromkeys(("ties.areas:projects_from", "ties.areas:projects_by", "reports.progress.queries:_late"), IDS),
    **dict.fromkeys(("reports.samples.services:fill", "reports.samples.services:_steps_of"), "sample data"),
    "reports.samples.acts:_judge": "sample data",
    "reports.samples.acts:_lead": "sample data",
    **dict.fromkeys(
        tuple(f"reports.samples.desk:{one}" for one in ("_conflicts", "_free_firms", "_look_at_samples")), "sample data"
    ),
}


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function of the product, with its name as module:function (methods as Class.function)."""
    for path, tree in modules():
        module = ".".join(path.with_suffix("").parts[1:])
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                yield f"{module}:{node.name}", node


def asks_for_secrets(function: ast.FunctionDef) -> bool:
    """Whether the function builds a query on a secret model itself."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and _name(node.func) in ASKS:
            for argument in node.args:
                base = argument
                while isinstance(base, (ast.Attribute, ast.Call)):
                    base = base.value if isinstance(base, ast.Attribute) else (base.args or [base.func])[0]
                if isinstance(base, ast.Name) and base.id in SECRET:
                    return True
    return False


def is_scoped(function: ast.FunctionDef) -> bool:
    """Whether the function names a scope."""
    return any(_name(node) in SCOPES for node in ast.walk(function) if isinstance(node, (ast.Name, ast.Attribute)))


def _name(node: ast.AST) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


def unscoped() -> set[str]:
    return {
        name
        for name, function in functions()
        if asks_for_secrets(function) and not is_scoped(function) and not function.name.endswith("visible_to")
    }


def test_every_read_of_secret_rows_passes_the_scope_or_is_listed():
    assert unscoped() - set(WITHOUT_SCOPE) == set()


def test_the_list_of_exceptions_is_not_longer_than_needed():
    assert set(WITHOUT_SCOPE) - unscoped() == set()


def test_each_room_with_secret_rows_has_its_scope():
    scopes = {name for name, _ in functions() if name.endswith(":visible_to")}

    assert scopes >= {
        f"{room}.queries:visible_to"
        for room in ("imports", "companies", "people", "leads", "claims", "projects", "interactions", "todos")
    }
