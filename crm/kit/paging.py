"""A page of a long list: one reading gives its rows and how many there are, counted up to a thousand."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select

from crm.kit import db

TOTAL_CAP = 1000


def page_of_ids(query: Select[int], number: int, size: int) -> tuple[Sequence[int], int, bool]:
    """Return the ids of a page of an ordered query, the total up to 1,000, and whether there are more.

    The first thousand are read in one go, which counts them as well; only further pages skip rows.
    """
    last = number * size
    if last <= TOTAL_CAP:
        ids = db.session.scalars(query.limit(TOTAL_CAP + 1)).all()
        return ids[last - size : last], min(len(ids), TOTAL_CAP), len(ids) > TOTAL_CAP
    ids = db.session.scalars(query.offset(last - size).limit(size)).all()
    if ids and number > 1:
        return ids, TOTAL_CAP, True
    first = query.order_by(None).limit(TOTAL_CAP + 1).subquery()
    total = db.session.scalar(select(func.count()).select_from(first)) or 0
    return ids, min(total, TOTAL_CAP), total > TOTAL_CAP
