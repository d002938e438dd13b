"""Words for roles, permissions, kinds of people and organisations, and for what the trail says of them."""

from typing import Any

from flask_babel import lazy_gettext as _l

from crm.accounts.models import OrgKind
from crm.core.permissions import Permission, Role, UserKind

ROLES: dict[Role, Any] = {
    Role.OFFICER: _l("区县招商员"),
    Role.MANAGER: _l("区县负责人"),
    Role.CENTER: _l("市招商服务中心"),
    Role.EXPO: _l("会展人员"),
    Role.OFFICE: _l("领导小组办公室"),
    Role.LEADER: _l("领导"),
    Role.SYSADMIN: _l("系统管理员"),
    Role.SECADMIN: _l("安全管理员"),
    Role.AUDITOR: _l("审计管理员"),
}
KINDS: dict[UserKind, Any] = {
    UserKind.BUSINESS: _l("业务人员"),
    UserKind.SYSADMIN: _l("系统管理员"),
    UserKind.SECADMIN: _l("安全管理员"),
    UserKind.AUDITOR: _l("审计管理员"),
}
ORG_KINDS: dict[OrgKind, Any] = {
    OrgKind.LEADING_GROUP: _l("领导小组"),
    OrgKind.CITY_CENTER: _l("市招商服务中心"),
    OrgKind.DISTRICT: _l("区县"),
    OrgKind.ZONE: _l("园区"),
    OrgKind.OUTPOST: _l("驻外分队"),
}
PERMISSIONS: dict[Permission, Any] = {
    Permission.CHAIN_WRITE: _l("改判缺口、修改环节"),
    Permission.PLAN_READ: _l("查看产业链与规划"),
    Permission.COMPANY_READ: _l("查看企业库"),
    Permission.COMPANY_WRITE: _l("登记、修改企业"),
    Permission.COMPANY_OPEN: _l("公开企业"),
    Permission.COMPANY_EXPORT: _l("导出企业"),
    Permission.COMPANY_RETIRE: _l("停用、恢复企业"),
    Permission.IMPORT_READ: _l("查看导入"),
    Permission.IMPORT_COMPANIES: _l("导入企业"),
    Permission.IMPORT_PEOPLE: _l("导入联系人"),
    Permission.IMPORT_LEADS: _l("批量导入线索"),
    Permission.IMPORT_CREDENTIALS: _l("导入资质名单"),
    Permission.IMPORT_RELATIONS: _l("导入企业关联"),
    Permission.IMPORT_EXHIBITORS: _l("导入展商名录"),
    Permission.MERGE_PROPOSE: _l("建议合并企业"),
    Permission.MERGE_DECIDE: _l("合并企业、撤销合并"),
    Permission.DUPLICATE_REVIEW: _l("处理疑似重复"),
    Permission.LEAD_READ: _l("查看线索"),
    Permission.LEAD_WRITE: _l("登记、跟进线索"),
    Permission.LEAD_TRIAGE: _l("研判、移交线索"),
    Permission.LEAD_EXPORT: _l("导出线索"),
    Permission.CONTACT_REVEAL: _l("查看完整电话"),
    Permission.LOOK_UP: _l("查询可报吗"),
    Permission.CLAIM_READ: _l("查看首报备案"),
    Permission.CLAIM_FILE: _l("提交首报"),
    Permission.CLAIM_VERIFY_SMALL: _l("核验限额以下首报"),
    Permission.CLAIM_VERIFY: _l("核验首报"),
    Permission.CLAIM_VERIFY_CENTER: _l("核验市中心的首报"),
    Permission.CASE_DECIDE: _l("裁定争议"),
    Permission.CLAIM_PAPER: _l("补录纸质保护"),
    Permission.FIGURES_READ: _l("查看统计"),
    Permission.PARAMETER_READ: _l("查看参数"),
    Permission.PARAMETER_WRITE: _l("修改参数"),
    Permission.SPACE_WRITE: _l("维护地块与厂房"),
    Permission.POLICY_WRITE: _l("维护政策"),
    Permission.ORG_WRITE: _l("维护单位"),
    Permission.USER_READ: _l("查看人员"),
    Permission.USER_WRITE: _l("维护人员与重置密码"),
    Permission.ROLE_READ: _l("查看角色与权限"),
    Permission.ROLE_WRITE: _l("分配角色"),
    Permission.SECURITY_WRITE: _l("修改安全策略"),
    Permission.AUDIT_READ: _l("查看审计"),
}
ENDED: dict[str, Any] = {
    "idle": _l("您较长时间没有操作，已自动退出。请重新登录，已输入的内容会保留。"),
    "signed_out": _l("您已在别处退出，请重新登录。"),
    "disabled": _l("您已在别处退出，请重新登录。"),
    "password_reset": _l("密码已由管理员重置，请用新的一次性密码登录。"),
    "password_changed": _l("密码已在别处修改，请用新密码登录。"),
    "roles_changed": _l("您的岗位有调整，请重新登录。"),
    "org_changed": _l("您的单位有调整，请重新登录。"),
}
ACTIONS: dict[str, Any] = {
    "org.added": _l("新增单位"),
    "org.changed": _l("修改单位"),
    "org.retired": _l("停用单位"),
    "org.restored": _l("恢复单位"),
    "user.added": _l("新增人员"),
    "user.changed": _l("修改人员"),
    "user.disabled": _l("停用账号"),
    "user.enabled": _l("启用账号"),
    "user.password_reset": _l("重置密码"),
    "user.password_changed": _l("修改密码"),
    "user.roles_assigned": _l("分配角色"),
    "sign_in.opened": _l("登录"),
    "sign_in.ended": _l("退出"),
    "sign_in.confirmed": _l("再次验证密码"),
    "sign_in.locked": _l("登录失败达到上限"),
    "saved_view.saved": _l("保存视图"),
    "saved_view.changed": _l("修改视图"),
    "saved_view.deleted": _l("删除视图"),
}
SUBJECTS: dict[str, Any] = {"org": _l("单位"), "user": _l("人员"), "saved_view": _l("视图")}
FIELDS: dict[str, Any] = {
    "login": _l("账号"),
    "kind": _l("类别"),
    "phone": _l("电话"),
    "org": _l("单位"),
    "roles": _l("角色"),
    "code": _l("代码"),
    "name_en": _l("英文名"),
    "parent_id": _l("上级单位"),
    "recruits": _l("承担招商"),
    "divisions": _l("行政区划代码"),
    "shared": _l("共享"),
    "pinned": _l("固定"),
    "query": _l("条件"),
}
