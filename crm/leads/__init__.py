"""Lead drafts, evidence, triage."""
