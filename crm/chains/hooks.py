"""What rooms to the right do when the gap of a node changes."""

from crm.kit.registries import Hook

# (node ids): their score, or a person's word against the rule, is another now.
scores_moved = Hook("chains.scores_moved")
