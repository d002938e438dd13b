"""Words of the service after signing: groups, states, the standard steps and their departments."""

from functools import cache

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from crm.projects.models import StepGroup, StepStatus

GROUP = {
    StepGroup.PAPER: _l("材料清单"),
    StepGroup.APPROVAL: _l("联合审批"),
    StepGroup.SURVEY: _l("联合踏勘与多测合一"),
    StepGroup.ACCEPTANCE: _l("联合验收"),
    StepGroup.PROMISE: _l("先建后验"),
    StepGroup.ZERO: _l("四零服务"),
}
STATUS = {
    StepStatus.OPEN: _l("待办"),
    StepStatus.RUNNING: _l("办理中"),
    StepStatus.DONE: _l("已办结"),
    StepStatus.FAULTY: _l("需整改"),
    StepStatus.DROPPED: _l("不需要"),
}
LOOK = {
    StepStatus.OPEN: "line",
    StepStatus.RUNNING: "info",
    StepStatus.DONE: "ok",
    StepStatus.FAULTY: "bad",
    StepStatus.DROPPED: "",
}
STEP = {
    "paper_licence": _l("营业执照"),
    "paper_agreement": _l("投资协议"),
    "paper_report": _l("项目申请报告或可行性研究报告"),
    "paper_land": _l("用地证明或租赁合同"),
    "paper_drawings": _l("总平面图和施工图"),
    "filing": _l("立项：项目备案或核准"),
    "land_use": _l("用地：建设用地规划许可"),
    "land_title": _l("用地：不动产权登记"),
    "planning": _l("规划：建设工程规划许可"),
    "environment": _l("环评：环境影响评价审批"),
    "energy": _l("能评：节能审查"),
    "water_plan": _l("水土保持方案审批"),
    "safety": _l("安评：安全设施设计审查"),
    "fire_design": _l("消防设计审查"),
    "permit": _l("施工许可"),
    "site_visit": _l("联合踏勘"),
    "survey_land": _l("多测合一：勘测定界"),
    "survey_line": _l("多测合一：规划放线"),
    "survey_final": _l("多测合一：竣工测绘"),
    "accept_planning": _l("规划核实"),
    "accept_fire": _l("消防验收"),
    "accept_archive": _l("工程档案验收"),
    "accept_final": _l("竣工联合验收备案"),
    "promise": _l("企业承诺书"),
    "promise_check": _l("承诺事项事后验收"),
    "zero_approval": _l("施工“零审批”"),
    "zero_fault": _l("监管“零容错”"),
    "zero_distance": _l("服务“零距离”"),
    "zero_lack": _l("验收“零容缺”"),
}
DEPARTMENT = {
    "investor": _l("企业"),
    "unit": _l("责任单位"),
    "reform": _l("发改部门"),
    "land": _l("自然资源和规划部门"),
    "ecology": _l("生态环境部门"),
    "water": _l("水利部门"),
    "emergency": _l("应急管理部门"),
    "housing": _l("住建部门"),
    "service": _l("政务服务部门"),
}
ACTIONS = {
    "project.case_opened": _l("开一窗受理单"),
    "project.steps_laid_out": _l("补齐服务事项"),
    "project.step_added": _l("加服务事项"),
    "project.step_saved": _l("更新服务事项"),
    "project.step_redated": _l("工作日历有变，事项期限顺延"),
}
FIELDS = {
    "case_number": _l("一窗受理单号"),
    "step": _l("事项"),
    "step_status": _l("办理状态"),
    "steps": _l("事项数"),
    "department": _l("部门"),
    "done_on": _l("办结日期"),
    "started_on": _l("开始日期"),
    "days": _l("时限（工作日）"),
    "external_no": _l("审批平台编号"),
}


@cache
def _stored() -> dict[str, str]:
    """The words as they are stored, whatever language the person reads who lays the steps out."""
    with force_locale("zh_Hans_CN"):
        return {key: str(words) for key, words in {**STEP, **DEPARTMENT}.items()}


def stored(code: str) -> str:
    """Return the Chinese words of a standard step or department: what the database keeps."""
    return _stored()[code] if code else ""


@cache
def _codes() -> dict[str, str]:
    return {words: code for code, words in _stored().items()}


def code_of(words: str) -> str:
    """Return the code of a standard step or department by its stored words; nothing for one that a person wrote."""
    return _codes().get(words, "")


def shown(words: str) -> str:
    """Return stored words in the reader's language, as far as they are the standard's."""
    code = code_of(words)
    return str({**STEP, **DEPARTMENT}[code]) if code else words
