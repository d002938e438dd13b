"""Photos of cards that wait to be typed, drawn by the machine and marked 示例, and phones that are open for a fair."""

import io
import subprocess
from contextlib import AbstractContextManager
from datetime import datetime, time, timedelta
from functools import cache
from random import Random

import segno
from flask import current_app
from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from crm.fairs import contacts
from crm.fairs.models import Edition
from crm.fairs.service import card_photos, passes
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.reports.samples.people import Staff, contact_name, mobile

SIZE = (1050, 600)
CARDS = (
    ("武汉矩阵伺服技术有限公司（示例）", "区域经理"),
    ("苏州恒旭减速机有限公司（示例）", "市场总监"),
    ("示例云帆智能仓储有限公司", "副总经理"),
    ("示例恒砺刀具有限公司", "销售经理"),
    ("宁波立导直线导轨有限公司（示例）", "总经理助理"),
)
DAYS_LEFT = 3  # until the cards are to be followed: nobody begins with a debt of weeks


def fill(rng: Random, staff: Staff) -> dict[str, int]:
    """Leave five photos of cards at the event that was held, and open phones for the fair that comes."""
    event = _edition(held=True)
    made = 0
    hosts = (staff.center[0], staff.officers["KTS"][0])
    for number, (firm, title) in enumerate(CARDS):
        made += _bring(rng, hosts[number % 2], event, firm, title, code=number % 2 == 0)
    fair = _edition(held=False)
    opened = 0
    for who, device in (
        (hosts[0], "Android 14 · Chrome"),
        (hosts[1], "iPhone · Safari"),
        (hosts[1], "HarmonyOS · 浏览器"),
    ):
        passes.open_pass(who, fair, f"{device}（示例）")
        opened += 1
    db.session.remove()
    return {"photos of cards": made, "phones of a fair": opened}


def _edition(*, held: bool) -> Edition:
    today = clock.today()
    side = Edition.starts_on < today if held else Edition.starts_on > today
    order = Edition.starts_on.desc() if held else Edition.id
    return db.session.scalars(select(Edition).where(Edition.is_sample, side).order_by(order)).first()  # type: ignore[return-value]


def _bring(rng: Random, who: Actor, event: Edition, firm: str, title: str, *, code: bool) -> int:
    name, number = contact_name(rng), mobile(rng)
    body = picture(firm, name, title, number, code=code)
    day = event.starts_on or clock.today()
    with _at(day):
        found = card_photos.bring(who, event, [FileStorage(io.BytesIO(body), filename=f"{name}.jpg")], day)
    with db.transaction():
        row = contacts.get_contact(who, found[0].contact)
        row.due_on = clock.today() + timedelta(days=DAYS_LEFT)
    return 1


def picture(firm: str, name: str, title: str, number: str, *, code: bool) -> bytes:
    """Return a card as a JPEG; ``code``: with a vCard on it. Without a Chinese font the words are left to the code."""
    card = Image.new("RGB", SIZE, "#fbfaf6")
    pen = ImageDraw.Draw(card)
    pen.rectangle((0, 0, 18, SIZE[1]), fill="#11233c")
    for text, place, size, colour in (
        (firm, (64, 60), 38, "#11233c"),
        (name, (64, 190), 64, "#1b1b1b"),
        (title, (64, 280), 34, "#4b4b4b"),
        (f"手机 {number[:3]} {number[3:7]} {number[7:]}", (64, 400), 32, "#1b1b1b"),
        ("邮箱 sample@example.com", (64, 450), 32, "#1b1b1b"),
        ("示例名片，不是真人", (64, 530), 26, "#a2432e"),
    ):
        if _font():
            pen.text(place, text, fill=colour, font=ImageFont.truetype(_font(), size))
    if code:
        said = f"BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nORG:{firm}\nTITLE:{title}\nTEL;TYPE=CELL:{number}\nEND:VCARD"
        out = io.BytesIO()
        segno.make(said, error="l").save(out, kind="png", scale=6, border=3)
        drawn = Image.open(out).convert("RGB")
        card.paste(drawn, (SIZE[0] - drawn.width - 30, (SIZE[1] - drawn.height) // 2))
    out = io.BytesIO()
    card.save(out, "JPEG", quality=85)
    return out.getvalue()


@cache
def _font() -> str:
    """Return a file with Chinese letters; empty where the machine has none."""
    try:
        told = subprocess.run(
            ["fc-match", "-f", "%{file}", "Noto Sans CJK SC:lang=zh-cn"],
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        ).stdout.strip()
        ImageFont.truetype(told, 20)
    except (OSError, subprocess.SubprocessError):
        current_app.logger.warning("no font with Chinese letters: sample cards stay without words")
        return ""
    return told


def _at(day: object) -> AbstractContextManager[None]:
    return clock.at(datetime.combine(day, time(20), clock.LOCAL))  # type: ignore[arg-type]
