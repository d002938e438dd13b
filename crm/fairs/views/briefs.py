"""The page that one carries to a booth; a printed code leads to it, behind the sign-in."""

from werkzeug.wrappers import Response

from crm.companies import labels as company_labels
from crm.core.permissions import Permission
from crm.fairs import briefs, labels, matches
from crm.fairs.views import bp
from crm.kit import clock
from crm.kit.access import current_actor, requires
from crm.kit.web import render
from crm.leads import labels as ways


# A short address: the smaller the code on paper, the larger its dots.
@bp.get("/b/<pid:item>")
@requires(Permission.FAIR_READ)
def brief(item: str) -> Response:
    actor = current_actor()
    found = briefs.get_brief(actor, item)
    return render(
        "fairs/brief.html",
        brief=found,
        line=found.line,
        item=found.line.item,
        edition=found.line.item.edition,
        questions=briefs.QUESTIONS,
        words=labels,
        gaps=company_labels.GAP,
        ways=ways,
        now=clock.local(clock.now()),
    )


@bp.get("/b/<pid:item>/offer")
@requires(Permission.FAIR_READ)
def brief_offer(item: str) -> Response:
    line = matches.get_line(current_actor(), item)
    return render("fairs/_offer.html", item=line.item, offer=briefs.offer_for(line))
