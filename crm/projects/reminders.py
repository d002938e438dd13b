"""The reminder of papers that projects lack: each officer hears once a week of what presses (R070)."""

from flask_babel import force_locale
from flask_babel import gettext as _

from crm.kit import clock, db, jobs
from crm.notices.service import notify
from crm.projects import papers

NAMED = 3  # projects, and papers of each, that a notice names; the page has them all


def remind() -> int:
    """Tell each officer once a week, from Monday on, what presses; the work of the job. Returns how many were told.

    An officer is told in a transaction of one's own, with a few rows read: however many projects there are, none is passed over.
    """
    year, week, _day = clock.today().isocalendar()
    with db.reading():
        owners = papers.pressing_by_owner()
    return sum(_told(owner_id, count, f"{year}-W{week:02}") for owner_id, count in sorted(owners.items()))


@db.transactional
def _told(owner_id: int, count: int, period: str) -> bool:
    if not jobs.run_once("projects.papers", period, str(owner_id)):
        return False
    first = papers.first_of_owner(owner_id, NAMED)
    with force_locale("zh_Hans_CN"):
        names = "、".join(f"{one.project.title}（{'、'.join(one.papers[:NAMED])}）" for one in first)
        text = _("您有 %(n)s 个项目临近时限还缺材料：%(names)s", n=count, names=names)
    notify([owner_id], "project.papers", "papers", "", text=text[:300], url="/projects/papers?near=1", period=period)
    return True
