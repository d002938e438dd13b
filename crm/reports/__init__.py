"""Start pages and figures."""
