"""Disputes to their end: consultation, decision by points, opinion, appeal, archive."""
