"""The week ledger (周台账): lines that build themselves, confirmed by the unit, frozen on Friday."""
