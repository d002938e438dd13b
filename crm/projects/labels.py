"""Words for stages, kinds, lights and what a gate asks for."""

from flask_babel import lazy_gettext as _l

from crm.core.stages import MilestoneKind, Stage, Substage, Track
from crm.projects.models import (
    CheckKind,
    CheckResult,
    CooperationMode,
    Light,
    MilestoneStatus,
    OrgRole,
    ProjectKind,
    TransferKind,
)

STAGE = {
    Stage.PLANNING: _l("谋划"),
    Stage.NEGOTIATING: _l("在谈"),
    Stage.SIGNED: _l("签约"),
    Stage.REGISTERED: _l("注册落地"),
    Stage.STARTED: _l("开工/开业"),
    Stage.IN_PRODUCTION: _l("投产"),
    Stage.FULL_CAPACITY: _l("达产达效"),
    Stage.ROADSHOW: _l("路演"),
    Stage.INCUBATING: _l("孵化"),
    Stage.LANDED: _l("落地"),
    Stage.CLOSED: _l("终止"),
}

SUBSTAGE = {
    Substage.CONTACT: _l("接洽"),
    Substage.VISITS: _l("互访考察"),
    Substage.TALKS: _l("深入洽谈"),
    Substage.REVIEW: _l("评审"),
    Substage.TO_SIGN: _l("拟签约"),
}

TRACK = {Track.MAIN: _l("招商项目"), Track.SECOND: _l("种子、团队与机构")}

MILESTONE = {
    MilestoneKind.FRAMEWORK: _l("框架协议"),
    MilestoneKind.SIGNED: _l("正式签约"),
    MilestoneKind.REGISTERED: _l("注册落地"),
    MilestoneKind.STARTED: _l("开工/开业"),
    MilestoneKind.IN_PRODUCTION: _l("投产/营业"),
    MilestoneKind.STAT_ENROLLED: _l("入库纳统"),
    MilestoneKind.ABOVE_SCALE: _l("进规"),
    MilestoneKind.FULL_CAPACITY: _l("达产达效"),
    MilestoneKind.INCUBATED: _l("入孵"),
    MilestoneKind.LANDED: _l("落地"),
    MilestoneKind.CLOSED: _l("终止"),
}

MILESTONE_STATUS = {
    MilestoneStatus.SUBMITTED: _l("待审核"),
    MilestoneStatus.RETURNED: _l("已退回"),
    MilestoneStatus.RECOGNISED: _l("已认定"),
    MilestoneStatus.ADJUSTED: _l("已调整"),
    MilestoneStatus.WITHDRAWN: _l("已撤回"),
}

KIND = {
    ProjectKind.ENTERPRISE: _l("企业投资"),
    ProjectKind.EXPANSION: _l("增资扩产"),
    ProjectKind.BASE: _l("产业基地"),
    ProjectKind.PARK: _l("园区"),
    ProjectKind.PLATFORM: _l("平台"),
    ProjectKind.INFRASTRUCTURE: _l("基础设施"),
    ProjectKind.RELOCATION: _l("退城入园"),
    ProjectKind.RD: _l("科研合作"),
    ProjectKind.EVENT: _l("活动"),
    ProjectKind.SEED: _l("种子项目"),
    ProjectKind.TEAM: _l("创新团队"),
    ProjectKind.INSTITUTION: _l("机构"),
}

LIGHT = {Light.OK: _l("绿灯"), Light.WARN: _l("黄牌"), Light.BAD: _l("红牌"), Light.HOLD: _l("暂停")}

COOPERATION = {
    CooperationMode.HEAD_BASE: _l("武汉总部+黄石基地"),
    CooperationMode.HATCH_GROW: _l("武汉孵化+黄石加速"),
    CooperationMode.RESEARCH_MAKE: _l("武汉研发+黄石制造"),
    CooperationMode.TECH_TURN: _l("武汉技术+黄石转化"),
}

TRANSFER = {
    TransferKind.PARTS: _l("装备制造和机械零部件"),
    TransferKind.SURFACE: _l("金属表面处理"),
    TransferKind.PLATING: _l("电镀产业转移"),
}

ORG_ROLE = {
    OrgRole.ASSIST: _l("协办"),
    OrgRole.HOST: _l("承接"),
    OrgRole.ORIGIN: _l("首谈"),
    OrgRole.ASSESS: _l("考核分计"),
}

CHECK = {
    CheckKind.FAIR: _l("公平竞争审查"),
    CheckKind.ENVIRONMENT: _l("环境影响评价"),
    CheckKind.ENERGY: _l("节能审查"),
    CheckKind.SAFETY: _l("安全评价"),
    CheckKind.LAND: _l("用地审查"),
    CheckKind.COUNTERSIGN: _l("限定入园会签"),
}
CHECK_RESULT = {
    CheckResult.PENDING: _l("办理中"),
    CheckResult.PASSED: _l("通过"),
    CheckResult.FAILED: _l("不通过"),
}

ACTIONS = {
    "project.registered": _l("登记项目"),
    "project.changed": _l("修改项目"),
    "project.taken_over": _l("认领规划项目"),
    "project.exported": _l("导出项目清单"),
    "project.unit_added": _l("加参与单位"),
    "project.unit_removed": _l("移除参与单位"),
    "project.twins_judged": _l("判定是否同一投资"),
    "project.many_changed": _l("批量修改项目"),
    "project.many_undone": _l("撤销批量修改"),
    "lead.converted": _l("线索转为项目"),
}
SUBJECTS = {"project": _l("项目"), "project_twin": _l("同一投资判定"), "projects": _l("项目清单")}
FIELDS = {
    "stage": _l("阶段"),
    "unit": _l("单位"),
    "unit_role": _l("角色"),
    "share": _l("考核分成"),
    "twins": _l("两个项目"),
    "same": _l("是同一投资"),
    "local_company_id": _l("本地企业"),
    "project": _l("项目"),
    "lead_official": _l("挂点领导"),
    "official_words": _l("领导批示"),
    "task_force": _l("专班"),
    "carrier_id": _l("载体"),
    "node_id": _l("链条节点"),
    "owner_id": _l("责任人"),
    "deputy_id": _l("代理人"),
    "increment_cny": _l("增资额"),
    "planned_sign_on": _l("计划签约"),
    "planned_start_on": _l("计划开工"),
    "planned_production_on": _l("计划投产"),
}
