"""A fair that is on, its firms, and people who walk in teams: what tests of the floor begin with."""

import io
from datetime import timedelta
from typing import Any

from PIL import Image

from crm.core.permissions import Role
from crm.fairs.models import Edition, Exhibitor, FairKind, Grade, MatchItem, Team, TeamMember
from crm.fairs.service import editions
from crm.fairs.service.editions import EditionInput, FairInput
from crm.kit import clock
from tests.factories import make_center, make_org, make_user, save


class Floor:
    """An edition of today with four firms; two teams of one unit, and a rival unit."""

    def __init__(self) -> None:
        today = clock.today()
        self.center = make_center()
        fair = editions.add_fair(self.center, FairInput("机床展", FairKind.EXHIBITION, city="武汉", shared=True))
        days = EditionInput(title="第 9 届", year=None, starts_on=today, ends_on=today + timedelta(days=2))
        self.edition: Edition = editions.add_edition(self.center, fair, days)
        self.org, self.rival_org = make_org(), make_org()
        self.wang = make_user("王芳", org=self.org, roles=(Role.EXPO,))
        self.chen = make_user("陈立", org=self.org, roles=(Role.EXPO,))
        self.officer = make_user("周敏", org=self.org)
        self.rival = make_user("李强", org=self.rival_org)
        self.team = self._team("一组", self.wang)
        self.other_team = self._team("二组", self.chen)
        self.firms = [self._firm(n, name) for n, name in enumerate(("埃拓伺服", "恒锐传动", "柯力夹爪", "微测传感"))]
        for firm in self.firms[:3]:
            self._item(firm, self.team)
        self._item(self.firms[3], self.other_team)

    def _team(self, name: str, user: Any) -> Team:
        team = Team(edition_id=self.edition.id, org_id=self.org.id, name=name)
        save(team)
        save(TeamMember(edition_id=self.edition.id, team_id=team.id, user_id=user.id))
        return team

    def _firm(self, number: int, name: str) -> Exhibitor:
        firm = Exhibitor(
            edition_id=self.edition.id, name_key=name, name=name, booth=f"2C{10 + number}", hall="2", aisle="C"
        )
        save(firm)
        return firm

    def _item(self, firm: Exhibitor, team: Team) -> None:
        save(
            MatchItem(
                edition_id=self.edition.id,
                exhibitor_id=firm.id,
                org_id=self.org.id,
                rule_grade=Grade.A,
                grade=Grade.A,
                goal="谈谐波减速器产线",
                team_id=team.id,
                visit_on=clock.today(),
                visit_at=570,
                by_id=self.officer.id,
                created_at=clock.now(),
            )
        )


def photo(*, exif: bool = False, size: tuple[int, int] = (80, 50), colour: str = "navy") -> bytes:
    """A picture as a phone takes it; ``exif``: it says where, and lies on its side."""
    out = io.BytesIO()
    picture = Image.new("RGB", size, colour)
    marks = Image.Exif()
    if exif:
        marks[0x0112] = 6
        marks[0x010F] = "Huawei"
        marks.get_ifd(0x8825)[1] = "N"
    picture.save(out, "JPEG", **({"exif": marks} if exif else {}))
    return out.getvalue()


def carry(app: Any, user: Any, edition: Edition) -> Any:
    """A phone that this person opened for the edition: a client that carries its pass and nothing else."""
    from crm.fairs.passes import COOKIE, PATH
    from crm.fairs.service import passes
    from tests.factories import actor_of

    _row, token = passes.open_pass(actor_of(user), edition, "Android · Chrome")
    client = app.test_client()
    client.set_cookie(COOKIE, token, path=PATH)
    return client
