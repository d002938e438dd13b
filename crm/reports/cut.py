"""A sheet that has not all rows of its list says so: its total is of the whole list."""

from flask_babel import gettext as _


def words(shown: int, total: int) -> str:
    """Return what stands in the note of a sheet that shows so many of so many rows; nothing where it has all."""
    return _("共 %(every)s 行，这里列前 %(n)s 行；末行按全部计。", every=total, n=shown) if shown < total else ""
