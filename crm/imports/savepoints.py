"""Rows within savepoints: a chunk together where the kind can, each alone where it cannot; one broken row stops no other."""

import secrets
from collections.abc import Callable, Sequence
from typing import TypeVar

import structlog
from sqlalchemy.exc import OperationalError

from crm.core.errors import UserError
from crm.imports.kinds import Context, Kind, Row, Trace
from crm.kit import db, refusals
from crm.kit.words import say as _

log = structlog.get_logger("imports")
T = TypeVar("T")
Pairs = Sequence[tuple[Row, Trace]]


def together(
    context: Context, kind: Kind, pairs: Pairs, act: Callable[[Context, Pairs], Sequence[T | None]] | None
) -> Sequence[T | None]:
    """Return what the kind answers for these rows, done in one savepoint; None goes alone, and all do if it fails.

    Raises OperationalError: then the whole chunk is done again.
    """
    if act is None or not pairs:
        return [None] * len(pairs)
    nested = db.session.begin_nested()
    try:
        answers = act(context, pairs)
        db.session.flush()
        nested.commit()
    except OperationalError:
        raise
    except Exception as error:  # whatever is wrong with one of them is told by the way of single rows
        nested.rollback()
        log.info("chunk goes row by row", kind=kind.name, why=type(error).__name__)
        return [None] * len(pairs)
    return answers


def alone(kind: Kind, act: Callable[[], T]) -> tuple[T | None, str]:
    """Do something with one row in a savepoint; return its answer, or None and why nothing was done.

    Raises OperationalError: then the whole chunk is done again.
    """
    nested = db.session.begin_nested()
    try:
        answer = act()
        db.session.flush()
        nested.commit()
    except OperationalError:
        raise
    except UserError as error:
        nested.rollback()
        return None, refusals.kept_words(error)
    except Exception as error:  # one broken row must not stop the others; the log carries the reason
        nested.rollback()
        number = secrets.token_hex(3)
        log.exception("row not done", kind=kind.name, number=number, why=type(error).__name__)
        return None, _("系统错误，编号 %(number)s。请把编号告诉系统管理员。", number=number)
    return answer, ""
