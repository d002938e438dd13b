"""The regions that target lists are made for: those of the plan, five cities together, and everywhere abroad."""

from sqlalchemy import ColumnElement, false

from crm.companies.models import Company
from crm.watch.queries import place_in

FIVE = ("北京", "上海", "广州", "深圳", "沈阳")
CODES = ("WUHAN", "YRD", "PRD", "JJJ", "BSGSS", "OVERSEAS")


def inside(code: str) -> ColumnElement[bool]:
    """The companies of a region."""
    if code == "OVERSEAS":
        return Company.country.not_in(("中国", ""))
    if code == "BSGSS":
        return Company.city.in_(FIVE)
    return place_in(code) if code in CODES else false()
