"""Whom to invite, and why: fit scores, and the targets of a node."""
