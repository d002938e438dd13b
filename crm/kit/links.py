"""Links that templates build: the current page with other filters, and rooms that may be absent."""

from urllib.parse import urlencode

from flask import current_app, request


def has_endpoint(name: str) -> bool:
    """Say whether a view of this name exists, so that a layout may link to rooms that are not installed."""
    return name in current_app.view_functions


def url_with(**changes: object) -> str:
    """Return the path of this page with its query changed; a value of None drops the key, a list repeats it.

    The page number falls away unless it is among the changes, because another filter makes another first page.
    """
    query = request.args.to_dict(flat=False)
    query.pop("page", None)
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None:
            query[key] = [str(one) for one in value] if isinstance(value, (list, tuple)) else [str(value)]
    pairs = [(key, value) for key, values in query.items() for value in values]
    return f"{request.path}?{urlencode(pairs)}" if pairs else request.path
