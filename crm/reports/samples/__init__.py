"""Sample data: half a year of invented work, told through the services with a set clock, the same for each first day."""

from crm.reports.samples.fill import PASSWORD, fill

__all__ = ["PASSWORD", "fill"]
