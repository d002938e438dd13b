"""What right rooms must act on when the plan changes; handlers run in the same transaction."""

from crm.kit.registries import Hook

# (plan id): the words of this edition were read from their files again.
loaded = Hook("plan.loaded")
