"""The kind: leads from a unit's own ledger. They hold nothing and ask nobody; a report is filed for each by itself."""
