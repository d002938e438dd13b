"""The sealed PDF of an opinion beside its Word copies: laid out after the decision, from words that no longer change.

A decision waits for no layout and for no missing font: the work is asked for in its transaction and done a moment later.
"""

import io
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import FileStorage

from crm.audit import service as audit
from crm.claims.disputes import opinion_paper
from crm.claims.disputes.models import Opinion, OpinionCopy, OpinionPrint
from crm.files import service as files
from crm.kit import db, pdf, tasks
from crm.kit.access import Actor
from crm.kit.tasks import Running

WORK = "claims.opinion"


def ask(opinion: Opinion) -> None:
    """Ask for the PDF of an opinion, in the transaction that issues it."""
    tasks.enqueue(WORK, opinion.public_id, user_id=opinion.by_id)


def work(running: Running) -> None:
    """Lay out and seal what an opinion still lacks; begun again it goes on where it was."""
    query = select(OpinionCopy.id).join(Opinion).where(Opinion.public_id == running.subject)
    for copy_id in db.session.scalars(query.order_by(OpinionCopy.id)).all():
        _seal(copy_id)


def catch_up() -> int:
    """Ask again for what has no PDF: issued before there were any, or while the machine lacked a font."""
    lacking = select(Opinion).where(Opinion.copies.any(~OpinionCopy.print.has()))
    rows = db.session.scalars(lacking.order_by(Opinion.id).limit(500)).all()
    with db.transaction():
        for opinion in rows:
            ask(opinion)
    return len(rows)


@db.transactional
def _seal(copy_id: int) -> None:
    """Store one copy as PDF; a second worker finds it done. Raises Unprintable when the machine lacks a font."""
    whole = joinedload(OpinionCopy.opinion).joinedload(Opinion.case)
    copy = db.session.scalars(select(OpinionCopy).where(OpinionCopy.id == copy_id).options(whole)).one()
    if copy.print is not None:
        return
    opinion = copy.opinion
    stem = opinion_paper.file_stem(opinion, copy.audience, copy.side)
    upload = FileStorage(io.BytesIO(opinion_paper.pdf(opinion, copy.audience, copy.side)), filename=f"{stem}.pdf")
    stored = files.store(replace(Actor.system(), user_id=opinion.by_id), upload)
    files.seal([stored.id])
    with db.unique("copy", ""):
        db.session.add(OpinionPrint(copy_id=copy.id, file_id=stored.id))
    audit.record(Actor.system(), "case.opinion_printed", opinion.case, number=opinion.number, media_type=pdf.MIME)
