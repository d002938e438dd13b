"""The figures of a month: live while it is open, as issued once the centre has frozen it, and what changed since."""
