"""Writing carriers: who recruits for one, its parcels and plants."""

from crm.carriers.service.units import assign_units

__all__ = ["assign_units"]
