"""Sample target lists: a campaign of the centre given to two units, lists of one of them; rows of a ranking that nobody knows."""

from datetime import timedelta

from crm.accounts.models import Org
from crm.companies import choices, unmatched
from crm.kit import clock, db
from crm.reports.samples.people import Staff
from crm.targets import scoring
from crm.targets.lists import giving, queries, service
from crm.targets.lists.giving import GoalInput
from crm.targets.lists.models import ListKind
from crm.targets.lists.service import ListInput

EACH = 4
UNKNOWN = ((217, "示例重工集团有限公司（示例）"), (342, "示例装备控股有限公司（示例）"))


def fill(staff: Staff) -> dict[str, int]:
    """Make the lists from the scores as they are now; targets that another unit works on are left out of the giving."""
    scoring.recompute_all()
    with db.transaction():
        center, units = staff.center[0], sorted(code for code, people in staff.officers.items() if people)[:2]
        due = clock.today() + timedelta(days=20)
        purpose = "年底前走访一遍，每个单位形成两条线索（示例）"
        filters = {"region": "YRD", "marked": "1"}
        made = [
            service.make_list(
                center, ListInput("长三角智能装备招引专项（示例）", ListKind.CAMPAIGN, purpose, due, filters)
            )
        ]
        for place, code in enumerate(units):
            unit = db.session.get_one(Org, staff.officers[code][0].org_id)
            items = queries.items_of(center, made[0])[place * EACH : (place + 1) * EACH]
            if items:
                soon = clock.today() + timedelta(days=5 + place)
                giving.assign_targets(center, made[0], items, unit, due_on=soon, reason="专项示例，两个单位联合招引")
                giving.set_goal(center, made[0], unit, GoalInput(3, 2, 1), "0")
        officer = staff.officers[units[0]][0]
        node = next((one.code for one in choices.read().nodes if one.gap), "")
        made.append(
            service.make_list(officer, ListInput("补链目标企业（示例）", ListKind.LIVING, "", None, {"node": node}))
        )
        fixed = ListInput(
            "珠三角走访清单（示例）", ListKind.FIXED, "十二月走访用（示例）", due, {"region": "PRD", "marked": "1"}
        )
        made.append(service.make_list(officer, fixed))
        for row in made:
            row.is_sample = True
        for rank, name in UNKNOWN:
            values = {
                "kind": "中国企业500强",
                "level": "",
                "year": clock.today().year,
                "rank": rank,
                "valid_until": None,
            }
            unmatched.keep(center, {"name": name}, values, "中国企业500强名单（示例）")
    db.session.remove()
    return {"target lists": len(made), "rows of lists to settle": len(UNKNOWN)}
