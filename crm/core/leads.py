"""Rules of a lead: its states and moves, what evidence proves, what protection still lacks. Source: domain.md §2, §3.3."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from unicodedata import normalize

from crm.core.claims import evidence_grade

# state → states it may go to
MOVES: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"following", "filed", "closed"}),
    "following": frozenset({"filed", "declined", "referred", "converted", "closed"}),
    "filed": frozenset({"following", "declined", "referred", "converted", "closed"}),
    "declined": frozenset({"following"}),
    "referred": frozenset({"following"}),
    "converted": frozenset(),
    "closed": frozenset({"following"}),
}
# What a manager may decide: word of the button → state
TRIAGE: Mapping[str, str] = {"follow": "following", "decline": "declined", "refer": "referred"}
# states of a claim in which the report waits or protects
OPEN_CLAIMS = frozenset(
    {"registered", "verifying", "returned", "protected", "transferring", "owned", "conflict", "assisting"}
)
OPEN_STATES = frozenset({"draft", "following", "filed"})

# kind of evidence → what it proves
EVIDENCE: Mapping[str, str] = {
    "confirmation": "A",  # 首谈确认书（盖章或负责人签字）
    "intent": "A",  # 意向书
    "letter": "A",  # 邀请函、来访函
    "minutes": "A",  # 双方签字纪要
    "tap": "B",  # 客商在一次性网页上的确认
    "messages": "B",  # 具名邮件、短信、微信往来
    "photo": "B",  # 会谈照片、行程
    "proposal": "B",  # 项目建议书
    "card": "C",  # 名片
    "call": "C",  # 电话记录
    "fair": "C",  # 展会登记
    "press": "C",  # 公开报道
    "other": "C",
}

# Words of a file's name that say what it is; a strong kind only where the name itself says so.
_NAME_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("confirmation", ("首谈确认", "确认书")),
    ("intent", ("意向书",)),
    ("letter", ("邀请函", "来访函", "来函")),
    ("minutes", ("签字纪要", "签字）", "双方签字")),
    ("card", ("名片",)),
    ("photo", ("照片", "合影", "行程")),
    ("messages", ("微信", "聊天", "邮件", "短信")),
    ("proposal", ("建议书",)),
    ("call", ("通话", "电话", "录音")),
    ("fair", ("展会", "参展")),
    ("press", ("报道", "新闻")),
)

# Words of a referrer's name that say what it is; a name without any is a person's.
_REFERRERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("chamber", ("商会", "协会", "联合会", "促进会", "同乡会", "校友会")),
    ("agency", ("基金", "资本", "投资", "咨询", "事务所", "中介", "招商合伙", "券商", "证券", "银行")),
    ("public", ("书记", "市长", "区长", "县长", "主任", "局长", "管委会", "政府", "委员会", "局")),
    ("company", ("公司", "集团", "厂")),
)


def referrer_kind(text: str) -> str | None:
    """Return what a referrer is by the words of its name: chamber, agency, public, company or person. None without one."""
    if not text.strip():
        return None
    return next((kind for kind, words in _REFERRERS if any(word in text for word in words)), "person")


def referrer_key(text: str) -> str:
    """Return the text by which the same referrer is found again: without spaces, one width and one case."""
    return "".join(normalize("NFKC", text).casefold().split())[:60]


def guess_kind(file_name: str) -> str:
    """Return what a file seems to be by its name; a person confirms it. Nothing in the name: ``other``, which proves least."""
    for kind, words in _NAME_WORDS:
        if any(word in file_name for word in words):
            return kind
    return "other"


def may_move(old: str, new: str) -> bool:
    """Say whether a lead may go from one state to the other."""
    return new in MOVES.get(old, frozenset())


def earliest_contact(today: date, backdate_max_days: int) -> date:
    """Return the first day that may still be given as the day of contact."""
    return today - timedelta(days=backdate_max_days)


@dataclass(frozen=True)
class Gap:
    """One thing that protection needs: code, whether it is there, and the number its sentence names."""

    code: str
    ok: bool
    number: Decimal | int | None = None


def gaps(
    *,
    company: bool,
    first_contact_on: date | None,
    grades: Collection[str],
    node: bool,
    invest_total_cny: Decimal | None,
    claim_min_invest: Decimal,
) -> list[Gap]:
    """Return what protection needs, in the order in which a person fills it in.

    C alone registers and never protects; an amount not given counts as below the limit.
    """
    known = invest_total_cny is not None and invest_total_cny >= claim_min_invest
    return [
        Gap("company", company),
        Gap("first_contact", first_contact_on is not None),
        Gap("evidence", evidence_grade(grades) in ("A", "B"), len(grades)),
        Gap("node", node),
        Gap("amount", known, claim_min_invest),
    ]


def amount_problem(fixed: Decimal | None, total: Decimal | None) -> Decimal | None:
    """Return nothing when the fixed part fits into the total, else a likely intended amount (0 when none is likely)."""
    if fixed is None or total is None or fixed <= total:
        return None
    for divisor in (10, 100, 1000, 10_000):
        if fixed / divisor <= total:
            return fixed / divisor
    return Decimal(0)
