"""Whom one speaks to: after a label, beside a title, beside the phone number, or as 王总."""

import re

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    "廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷"
    "詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古"
    "吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)
DOUBLE = ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "司徒", "端木")
_HAN = r"[\u4e00-\u9fff\U00020000-\U0003ffff]"
_NAME = rf"(?:(?:{'|'.join(DOUBLE)}){_HAN}{{1,2}}|[{SURNAMES}]{_HAN}{{1,2}})"
_TITLE = (
    r"(?:(?:常务|执行|高级|资深|联席|第一|首席|区域|大区|华东|华中|华南|华北|集团|公司|战略|投资|市场|技术|销售|研发|运营|商务|生产|采购|财务|行政|人事|"
    r"发展|项目|工程|业务|海外|品牌|规划|产业|事业|合作|招商|客户|法务|供应链|副|总|部|处|科|室|中心|办公室|拓展)*"
    r"(?:董事长助理|总经理助理|总裁助理|董事长|总经理|副总|总裁|总监|经理|部长|主任|厂长|院长|所长|处长|会长|秘书长|董秘|董事会秘书|董事|合伙人|创始人|总工程师|总工|工程师|"
    r"首席执行官|首席技术官|CEO|CFO|CTO|COO|VP|教授|博士|主管|负责人|专员|科长|秘书|顾问))"
)
_LABEL = re.compile(
    rf"(?:企业联系人|项目联系人|联系人|对接人|经办人|法定代表人|负责人|姓名|接洽人|对方)\s*(?:是|为)?\s*(?:[:： ]\s*|(?={_NAME}(?!{_HAN})))({_NAME}|[{SURNAMES}](?:总|工|董|先生|女士|经理|主任|老师))"
)
_TITLE_LABEL = re.compile(r"(?:职务|职位|岗位)\s*[:： ]\s*([^\s,，;；。、|]{2,30})")
_NAME_TITLE = re.compile(rf"({_NAME})\s*[,，(（/ ·-]?\s*({_TITLE})")
_TITLE_NAME = re.compile(rf"({_TITLE})\s*[:： ]?\s*({_NAME})(?={_HAN}?)")
_CALLED = re.compile(
    rf"(?<!{_HAN})([{SURNAMES}])(总工|总监|总|工|董|经理|部长|主任|厂长|先生|女士|老师|博士|教授|会长|处长|院长)(?![经裁监工投额共])"
)
_CALLED_INSIDE = re.compile(
    rf"([{SURNAMES}])(总工|总监|总|董|经理|部长|主任|厂长|先生|女士|博士|教授|会长)(?![经裁监工投额共部])"
)
_CALLED_CLOSE = re.compile(rf"([{SURNAMES}](?:总工|总监|总|工|董|经理|主任|先生|女士|老师))\s*[(（:：]?\s*$")
_VERBS = "说表介来到带率一等今明电通陪和与的在有是想要问提约告认谈手于对讲称共同已将先女过去总微号加反回透"
_LONE = re.compile(rf"(?<!{_HAN})({_NAME})(?!{_HAN})")
_NEAR = 14  # characters between a name and its number
_NOT_NAMES = (
    "公司",
    "有限",
    "集团",
    "项目",
    "投资",
    "电话",
    "手机",
    "微信",
    "地址",
    "时间",
    "总投",
    "年产",
    "用地",
    "万元",
    "成立",
    "计划",
    "石港",
    "石市",
    "山区",
    "阳新",
    "大冶",
    "下陆",
    "江苏",
    "苏州",
    "江西",
    "安徽",
    "广东",
    "高新",
    "金额",
    "方案",
    "温州",
    "常州",
    "成都",
    "徐州",
    "郑州",
    "沈阳",
    "石家",
    "宁波",
    "杭州",
    "广州",
    "武汉",
    "黄石",
    "柳州",
    "兰州",
    "路号",
    "华东",
    "华中",
    "华南",
    "华北",
    "安全",
    "常务",
    "高级",
    "时候",
    "应该",
    "全部",
    "全国",
    "明天",
    "明年",
    "商务",
    "商会",
    "项目",
    "连续",
    "管理",
    "解决",
    "成为",
    "查看",
    "和我",
    "何时",
    "任何",
    "方便",
    "方面",
    "向我",
    "文件",
    "易于",
    "包括",
    "季度",
    "关于",
    "关注",
    "万平",
    "严格",
    "谢谢",
    "马上",
    "单位",
    "单个",
    "农业",
    "车间",
    "车辆",
    "设备",
    "汽车",
    "金属",
    "石材",
    "水泵",
)


def read(text: str, phone: tuple[int, int] | None) -> tuple[str | None, str | None]:
    """Return name and title. ``text`` has the company blanked; ``phone`` is where the number stands."""
    labelled_title = _TITLE_LABEL.search(text)
    title = labelled_title[1] if labelled_title else None
    label = _LABEL.search(text)
    if label:
        name = _trim(label[1], text[label.end() :])
        if _is_name(name):
            return name, title or _title_after(text, label.start(1) + len(name))
    for found, said in _beside_title(text):
        if _is_name(found):
            return found, title or said
    near = _near_phone(text, phone)
    called = _CALLED.search(text) or _CALLED_INSIDE.search(text)
    if near:
        return near, title
    if called:
        return called[0], title or (
            called[2] if len(called[2]) > 1 and called[2] not in ("先生", "女士", "老师") else None
        )
    return None, title


def read_cell(cell: str) -> tuple[str | None, str | None]:
    """Return name and title of a spreadsheet cell of persons."""
    cell = cell.strip()
    if not cell:
        return None, None
    name, title = read(cell, None)
    if name is None:
        found = re.match(rf"{_HAN}{{2,4}}(?=$|[\s,，、/(（])", cell)
        name = found[0] if found else None
    return name, title


def bare_name(cells: list[str]) -> str | None:
    """Return the first cell that is nothing but a name."""
    for cell in cells:
        name = cell.strip()
        if re.fullmatch(_NAME, name) and _is_name(name):
            return name
        if re.fullmatch(rf"[{SURNAMES}](?:总|工|董|经理|先生|女士|主任)", name):
            return name
    return None


def _beside_title(text: str) -> list[tuple[str, str]]:
    found = [(m.start(), m[1], m[2]) for m in _NAME_TITLE.finditer(text)]
    found += [(m.start(), _trim(m[2], text[m.end(2) :]), m[1]) for m in _TITLE_NAME.finditer(text)]
    # 王总监 is 王 with a title, not a person called 王总 with another one.
    return [(name, title) for _place, name, title in sorted(found) if name[-1] not in "总副董工"]


def _title_after(text: str, place: int) -> str | None:
    match = re.match(rf"\s*[,，(（/ ·-]?\s*({_TITLE})", text[place:])
    return match[1] if match else None


def _trim(name: str, after: str) -> str:
    """A three-character name may have caught a verb: 沈维说."""
    if len(name) == 3 and name[-1] in _VERBS and name[:2] not in DOUBLE:
        return name[:2]
    return name


def _near_phone(text: str, phone: tuple[int, int] | None) -> str | None:
    """Return a name that stands alone beside the number, in the same line."""
    if phone is None:
        return None
    start, end = phone
    before = text[:start].rsplit("\n", 1)[-1][-_NEAR:]
    after = text[end:].split("\n", 1)[0][:_NEAR]
    lone = [m[1] for m in _LONE.finditer(before) if _is_name(m[1])]
    if lone:
        return lone[-1]
    close = _CALLED_CLOSE.search(before)
    if close:
        return close[1]
    called = list(_CALLED.finditer(before)) or list(_CALLED.finditer(after))
    if called:
        return called[-1][0]
    following = [m[1] for m in _LONE.finditer(after) if _is_name(m[1])]
    if following:
        return following[0]
    lines_above = text[:start].split("\n")
    above = lines_above[-2].strip() if len(lines_above) > 1 else ""
    return above if re.fullmatch(_NAME, above) and _is_name(above) else None


def _is_name(name: str) -> bool:
    return len(name) >= 2 and not any(word in name for word in _NOT_NAMES)
