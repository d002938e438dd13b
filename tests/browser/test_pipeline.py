"""A project taken by hand from lead to full production, with its papers, on a wide screen and on a phone."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from crm.core.admission import INDICATORS
from crm.core.stages import MilestoneKind, Stage
from crm.kit import db
from crm.leads import service as leads
from crm.projects.models import Milestone, MilestoneStatus, Project
from tests.claims.conftest import make_city
from tests.factories import make_lead
from tests.projects.ready import PDF, USCC, place

PROJECT = re.compile("/projects/[a-z2-7]{10}$")
PAPER = {"name": "材料.pdf", "mimeType": "application/pdf", "buffer": PDF}
# What a person fills in and uploads for each milestone, in the order of the pipeline.
STEPS = {
    "framework": ({"amount": "0.5"}, ["agreement_file"]),
    "signed": ({"amount": "0.5", "fixed": "0.3"}, ["agreement_file"]),
    "registered": (
        {"local_uscc": USCC, "registered_capital": "5000", "approval_no": "2611-420200-04-01-000001"},
        ["licence_file"],
    ),
    "started": ({"start_type": "construction"}, ["start_file", "photo"]),
    "in_production": ({}, ["production_file"]),
    "stat_enrolled": ({}, ["enrolment_file"]),
    "above_scale": ({}, ["enrolment_file"]),
    "full_capacity": ({"output_result": "60000", "tax_result": "3000", "jobs_result": "320"}, ["results_file"]),
}


@pytest.fixture
def city(app: Flask, sqlite: str):
    with app.app_context():
        city = make_city()
        place()
        lead = make_lead(city.a)
        leads.triage(city.a_manager, lead, "follow")
        return city, lead.public_id


def unfold(page, card):
    """Open the form of a card."""
    form = page.locator(f"section[aria-labelledby={card}]")
    form.locator("details:not([open]) > summary").last.click()
    return form


def make_ready(page):
    """The contact, the facts, the grid and the check that signing asks for."""
    page.get_by_role("link", name="记一笔").first.click()
    page.fill("#result", "看了厂房，谈妥用地")
    page.fill("#person_name", "沈维")
    page.get_by_role("button", name="记下这一笔").click()
    page.wait_for_url(PROJECT)
    page.get_by_role("link", name="修改项目").click()
    page.select_option("#node", "ROBOT-M02")
    page.select_option("#carrier", label="黄石经济技术开发区")
    page.fill("#invest_total", "0.5")
    page.get_by_role("button", name="保存项目").click()
    page.wait_for_url(PROJECT)
    grid = unfold(page, "admission")
    for line in INDICATORS:
        grid.locator(f"#points_{line.code}").fill(str(line.weight))
    grid.locator("#conclusion").fill("同意引进")
    grid.get_by_role("button", name="保存评审").click()
    check = unfold(page, "checks")
    check.locator("#check-reviewer").fill("市市场监管局")
    check.locator("#check-file").set_input_files(PAPER)
    check.get_by_role("button", name="登记审查").click()
    page.wait_for_selector("text=市市场监管局")


def hand_in(page, kind):
    typed, files = STEPS[kind]
    form = unfold(page, f"submit-{kind}")
    for name, value in typed.items():
        field = form.locator(f"#{kind}-{name}")
        if name == "start_type":
            field.select_option(value)
        else:
            field.fill(value)
    for need in files:
        form.locator(f"#{kind}-file-{need}").set_input_files(PAPER)
    form.get_by_role("button", name="提交节点").click()
    page.wait_for_selector("text=已提交，等市中心认定")


def recognise(page, address):
    page.goto(address)
    page.get_by_role("button", name="认定节点").click()
    page.locator("dialog").get_by_role("button", name="认定节点").click()
    page.wait_for_selector("text=已认定，统计按今天计")


@pytest.mark.soak  # two minutes of clicks on a busy machine
@pytest.mark.parametrize("width", [1440, 390])
def test_a_project_goes_by_hand_from_lead_to_full_production(app, sign_in_page, check_page, city, width):
    people, lead = city
    page = sign_in_page(people.a, width=width)
    center = sign_in_page(people.center, width=width)

    page.goto(f"/leads/{lead}")
    page.get_by_role("button", name="转为项目").click()
    page.wait_for_url(PROJECT)
    address = page.url
    make_ready(page)
    for kind in STEPS:
        hand_in(page, kind)
        recognise(center, address)
        page.goto(address)

    assert page.locator(".stages [aria-current=step]").inner_text().startswith("达产达效")
    check_page(page)
    check_page(center)
    with app.app_context():
        project = db.session.scalars(select(Project)).one()
        lines = db.session.scalars(select(Milestone).order_by(Milestone.id)).all()
        assert project.stage is Stage.FULL_CAPACITY
        assert [line.kind for line in lines] == [MilestoneKind(kind) for kind in STEPS]
        assert {line.status for line in lines} == {MilestoneStatus.RECOGNISED}
        assert all(line.files and line.submitted_by_id != line.recognised_by_id for line in lines)
