"""What rooms to the right do when a number or the calendar changes."""

from crm.kit.registries import Hook

# (actor, exceptions before): stated days were changed; limits that wait may only become later by it.
calendar_changed = Hook("parameters.calendar_changed")
