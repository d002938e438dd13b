"""The funnel, what waits in it, and the monthly details: every number opens its rows."""
