"""The table that drives the large projects on (重点项目推进表), domain.md §6 item 2."""
