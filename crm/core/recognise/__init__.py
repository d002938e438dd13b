"""Reading a lead off pasted text: chat, card, mail or spreadsheet row. Only what stands there is returned, never a guess beside it."""

from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal

from crm.core.recognise import amounts, codes, companies, days, persons, rows, sentences
from crm.core.recognise.folding import fold

LIMIT = 20_000


@dataclass(frozen=True)
class Recognised:
    """What was found; None where the text does not say. ``amount_yi`` in 亿元, ``area_mu`` in 亩."""

    company: str | None = None
    uscc: str | None = None
    person: str | None = None
    title: str | None = None
    mobile: str | None = None
    amount_yi: Decimal | None = None
    area_mu: Decimal | None = None
    contact_on: date | None = None
    sentence: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """Return the findings as texts that fit into a form."""
        return {name: None if value is None else str(value) for name, value in asdict(self).items()}


def recognise(text: str, today: date) -> Recognised:
    """Read a lead off a text. Days like 昨天 and 上周五 count from ``today``; days to come are no contact and left out."""
    text = text[:LIMIT].replace("\0", "")
    table = rows.read(text)
    if table is None:
        return _free(text, today)
    from_columns = _columns(table.columns, today)
    rest = _free(table.rest, today)
    merged = {name: getattr(rest, name) if value is None else value for name, value in vars(from_columns).items()}
    found = Recognised(**merged)
    if found.person is None and table.loose:
        name = persons.bare_name(table.loose)
        found = replace(found, person=name)
    return found


def _free(text: str, today: date) -> Recognised:
    folded = fold(text)
    code, without_code = codes.read(folded)
    mobile, without_numbers = codes.read_phone(without_code)
    company, span = companies.read(text, folded)
    elsewhere = without_numbers if span is None else _blank(without_numbers, span)
    person, title = persons.read(elsewhere, codes.phone_place(without_code))
    return Recognised(
        company=company,
        uscc=code,
        person=person,
        title=title,
        mobile=mobile,
        amount_yi=amounts.read_amount(without_numbers),
        area_mu=amounts.read_area(without_numbers),
        contact_on=days.read(without_numbers, today),
        sentence=sentences.read(text, folded),
    )


def _blank(text: str, span: tuple[int, int]) -> str:
    return text[: span[0]] + "\n" * (span[1] - span[0]) + text[span[1] :]


def _columns(columns: dict[str, tuple[str, str]], today: date) -> Recognised:
    """Read the cells whose column has a head that says what they are."""
    cell = {name: value.strip() for name, (_head, value) in columns.items()}
    head = {name: title for name, (title, _value) in columns.items()}
    code, _rest = codes.read(fold(cell.get("uscc", "")))
    phone, _rest = codes.read_phone(fold(cell.get("mobile", "")))
    person, title = persons.read_cell(fold(cell.get("person", "")))
    return Recognised(
        company=cell.get("company") or None,
        uscc=code,
        person=person,
        title=cell.get("title") or title,
        mobile=phone,
        amount_yi=amounts.read_cell(fold(cell.get("amount", "")), head.get("amount", "")),
        area_mu=amounts.read_area_cell(fold(cell.get("area", "")), head.get("area", "")),
        contact_on=days.read_cell(fold(cell.get("date", "")), today),
        sentence=cell.get("sentence", "")[: sentences.LIMIT] or None,
    )
