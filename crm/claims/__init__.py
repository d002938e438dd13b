"""First reports: filing, verification, blind notices, cases, look-ups."""
