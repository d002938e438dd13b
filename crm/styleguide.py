"""The style guide: each component once, with sample words. Development only."""

import re
import time
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from werkzeug.wrappers import Response
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    FileField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired

from crm.core.permissions import Role
from crm.kit.access import Actor, public
from crm.kit.forms import Form
from crm.kit.web import Page, render

bp = Blueprint("styleguide", __name__, url_prefix="/styleguide")

SAMPLE_ACTOR = Actor(
    0,
    "周晓岚（示例）",
    "sample",
    0,
    "西塞山区招商服务中心",
    "district",
    frozenset(),
    frozenset({Role.OFFICER}),
    public_id="sample",
)
SAMPLE_MENU: list[dict[str, Any]] = [
    {
        "label": "",
        "items": [
            {"label": "工作台", "url": "#status", "icon": "home", "count": 7, "active": False},
            {"label": "企业库", "url": "#company", "icon": "building-factory-2", "count": None, "active": False},
            {"label": "线索", "url": "#forms", "icon": "bulb", "count": 12, "active": True},
            {"label": "首谈备案", "url": "#flow", "icon": "shield-check", "count": 8, "active": False},
        ],
    },
    {
        "label": "谋划",
        "items": [{"label": "产业链", "url": "#tables", "icon": "sitemap", "count": None, "active": False}],
    },
]


class SampleForm(Form):
    """Every kind of field once."""

    company_name = StringField("企业名称", [InputRequired("请填企业全称或信用代码。")])
    company_public_id = HiddenField()
    uscc = StringField("统一社会信用代码")
    sentence = StringField("一句话", [InputRequired("请用一句话写明投资意向。")])
    node = SelectField(
        "链条节点",
        choices={
            "": "请选择",
            "CNC-M01": "CNC-M01 主轴、丝杠、导轨等功能部件（补链）",
            "ROBOT-M03": "ROBOT-M03 高效精密减速器（建链）",
        },
    )
    amount_yi = DecimalField("计划总投资")
    fixed_yi = DecimalField("其中固定资产投资")
    area_mu = DecimalField("意向用地")
    contact_on = DateField("首次接触日期", [InputRequired("请填首次接触的日期。")])
    way = RadioField("方式", choices={"visit": "来访", "call_on": "上门拜访", "phone": "电话", "fair": "展会"})
    needs = SelectMultipleField("需要什么", choices={"land": "土地", "plant": "厂房", "chain": "配套", "fund": "资金"})
    person = StringField("对方姓名")
    title = StringField("职务")
    mobile = StringField("手机")
    remark = TextAreaField("备注")
    agreed = BooleanField("已告知企业：信息将在全市招商系统内登记")
    picture = FileField("一个文件")


FOUND = [
    SimpleNamespace(
        public_id="aaaaaaaaaa", name="苏州衡锐传动科技有限公司", verdict="same", place="苏州市吴中区", code_tail="015M",
        reasons=["简称“衡锐传动”一致"], own="本单位在谈 · 王芳 · 11-18", url="#company",
    ),
    SimpleNamespace(
        public_id="bbbbbbbbbb", name="苏州恒锐传动设备有限公司", verdict="likely", place="苏州市昆山市", code_tail="",
        reasons=["读音相同，字号一字不同", "地址不同"], own="", url="#company",
    ),
    SimpleNamespace(
        public_id="cccccccccc", name="衡锐传动（武汉）有限公司", verdict="related", place="武汉市江夏区", code_tail="",
        reasons=["字号相同，地区不同 → 同集团"], own="", url="#company",
    ),
]  # fmt: skip


def _form() -> SampleForm:
    form = SampleForm(
        None, company_name="苏州衡锐传动", sentence="高精度减速器产业化", amount_yi=Decimal("4.80"), fixed_yi=Decimal("48.00"), way="call_on", needs=["plant"],
        meta={"csrf": False},
    )  # fmt: skip
    form.fixed_yi.errors = ["不能大于计划总投资 4.80 亿元。是否应为 4.80？"]
    form.contact_on.errors = ["早于 30 天前（2026-10-24），不能倒签。请填最近一次实质接触的日期。"]
    return form


@bp.get("/")
@public
def index() -> Response:
    """Show each component once."""
    return render(
        "styleguide/index.html", form=_form(), found=FOUND, page=Page(list(range(20)), 2, 20, 486), actor=SAMPLE_ACTOR, menu=SAMPLE_MENU,
        unread_count=3, is_sample=True,
    )  # fmt: skip


@bp.get("/typing")
@public
def typing() -> str:
    """Answer as a typing address does; the text 慢 answers late, so that a newer answer can overtake it."""
    text = request.args.get("q", "").strip()
    if text.endswith("慢"):
        time.sleep(0.8)
    found = [one for one in FOUND if text[:2] in one.name] if "无" not in text else []
    return render_template("styleguide/_cands.html", found=found, query=text)


@bp.post("/autosave")
@public
def autosave() -> Response:
    """Answer as a draft address does."""
    return jsonify(saved_at="10:24")


@bp.post("/files")
@public
def upload() -> Response:
    """Answer as a file address does: a row, or a refusal in words."""
    file = request.files["file"]
    if (file.filename or "").endswith(".exe"):
        return Response(
            "“setup.exe”是程序文件，不能作为证据。请上传 PDF、图片或 Office 文件。", 422, mimetype="text/plain"
        )
    return Response(render_template("styleguide/_file_row.html", name=file.filename), mimetype="text/html")


@bp.post("/recognise")
@public
def recognise() -> Response:
    """Answer as 粘贴识别 does."""
    mobile = re.search(r"1\d{10}", request.form.get("text", ""))
    return jsonify(
        company="苏州衡锐传动科技有限公司",
        person="沈维",
        mobile=mobile.group() if mobile else None,
        amount_yi="4.80",
        area_mu="60",
    )
