"""Dated facts that speak for or against inviting a company: what each is worth, and how it fades. Source: domain.md §4."""

from datetime import date
from enum import StrEnum


class SignalKind(StrEnum):
    """What happened. The last six are risks."""

    FUNDS = "funds"  # 募投、定增
    EIA = "eia"  # 环评公示
    LAND = "land"  # 拿地
    EXPANSION = "expansion"  # 扩产、技改
    RELOCATION = "relocation"  # 搬迁、产能转移
    SUBSIDIARY = "subsidiary"  # 新设制造子公司
    FINANCING = "financing"  # 融资
    HIRING = "hiring"  # 招聘激增
    DISHONEST = "dishonest"  # 失信被执行人
    BANKRUPT = "bankrupt"  # 破产
    UNLAWFUL = "unlawful"  # 严重违法
    EXECUTED = "executed"  # 被执行
    POLLUTION = "pollution"  # 环保处罚
    ABNORMAL = "abnormal"  # 经营异常


POINTS = {
    SignalKind.FUNDS: 10,
    SignalKind.EIA: 10,
    SignalKind.LAND: 10,
    SignalKind.EXPANSION: 10,
    SignalKind.RELOCATION: 10,
    SignalKind.SUBSIDIARY: 8,
    SignalKind.FINANCING: 6,
    SignalKind.HIRING: 4,
}
DEDUCTIONS = {SignalKind.UNLAWFUL: 20, SignalKind.EXECUTED: 10, SignalKind.POLLUTION: 10, SignalKind.ABNORMAL: 8}
VETOES = (SignalKind.DISHONEST, SignalKind.BANKRUPT)
RISKS = (*VETOES, *DEDUCTIONS)
CAP = 20
MOST_DEDUCTED = 30
HALF_LIFE_DAYS = 274  # nine months
LIFE_DAYS = 730  # two years; also how long an environmental penalty counts
STRONG = 8  # from so many points on, those who work on the company are told
FRESH_DAYS = 183  # news of half a year ago is entered for the record and told to nobody


def worth(kind: SignalKind, on: date, today: date) -> float:
    """Return what a signal is worth today, to one decimal: halved every nine months, nothing after two years or before its day."""
    age = (today - on).days
    if kind not in POINTS or not 0 <= age <= LIFE_DAYS:
        return 0.0
    return round(POINTS[kind] * 0.5 ** (age / HALF_LIFE_DAYS), 1)


def deduction(kind: SignalKind, on: date, today: date) -> int:
    """Return what a risk takes away: it stands until somebody withdraws it, an environmental penalty for two years."""
    age = (today - on).days
    if age < 0 or (kind is SignalKind.POLLUTION and age > LIFE_DAYS):
        return 0
    return DEDUCTIONS.get(kind, 0)


def is_strong(kind: SignalKind, on: date, today: date) -> bool:
    """Say whether those who work on the company should hear of it now: strong or a risk, and not old news."""
    return 0 <= (today - on).days <= FRESH_DAYS and (kind in RISKS or POINTS[kind] >= STRONG)
