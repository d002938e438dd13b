"""The errors a user can cause; ``kit.web`` turns each into a page, and a form puts it beside its field."""

from typing import Any


class UserError(Exception):
    """Something the user can understand and mend. ``field`` names the form field it belongs to."""

    status = 422

    def __init__(self, message: str = "", field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotFound(UserError):
    """Not there, or not yours: the same answer for both (security.md, IDOR)."""

    status = 404


class Forbidden(UserError):
    """Signed in, but without the right to do this."""

    status = 403


class Conflict(UserError):
    """It contradicts what is already stored."""

    status = 422


class Invalid(UserError):
    """The input itself is wrong; says what to do instead."""

    status = 422


class Stale(UserError):
    """Somebody saved the row since the form was filled. ``current`` holds the stored values to show beside the typed ones."""

    status = 409

    def __init__(self, message: str = "", current: Any = None) -> None:
        super().__init__(message)
        self.current = current


class TooMany(UserError):
    """A daily limit is used up."""

    status = 429
