"""Make the tables that parse company names, crm/core/data/regions.csv and lines.txt, from a registry of names.

    python tools/learn_names.py tests/data/company-matching/registry.csv

Regions come from the division codes (GB/T 2260) shipped with python-stdnum; the registry says which county names are
safe to read without 市 or 县 (昆山) and which are mostly brands (东方). Lines of business are its frequent endings.
The tables are frozen: grams depend on them, so after a change the name index is built again.
"""

import csv
import re
import sys
from collections import Counter, defaultdict
from importlib.resources import files
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from crm.core.names.normal import normal, strip_legal

DATA = Path(__file__).parents[1] / "crm" / "core" / "data"
YEAR, RECENT = 9999, 2010  # companies keep the names of divisions that are gone
MUNICIPALITIES = {"11", "12", "31", "50"}
_PERIOD = re.compile(r"^(?:\[(\d*)-(\d*)\])?(.+)$")
_ETHNIC = "壮族|回族|维吾尔族?|藏族|羌族|彝族|苗族|侗族|布依族|土家族|哈尼族|傣族|白族|景颇族|傈僳族|朝鲜族|(?<!内)蒙古|哈萨克族?|柯尔克孜族?|蒙古族|满族|瑶族|黎族|畲族|仫佬族|毛南族|各族|拉祜族|佤族|布朗族|纳西族|独龙族|怒族|普米族|仡佬族|东乡族|保安族|撒拉族|土族|裕固族|锡伯族|塔吉克|达斡尔族|鄂伦春|鄂温克族"
_SUFFIX = re.compile(
    rf"(?:{_ETHNIC})*(?:特别行政区|自治区|自治州|自治县|自治旗|地区|新区|林区|特区|矿区|省|市|州|盟|县|区|旗)$"
)
OTHERS = (("香港特别行政区", "香港"), ("澳门特别行政区", "澳门"), ("台湾省", "台湾"))
NOT_A_REGION = {"市辖区", "郊区", "城区", "矿区", "县", "市区", "省直辖县级行政单位", "自治区直辖县级行政单位", "新区"}
# Endings of many brands rather than lines of business, and what is read as a part of its own.
NOT_A_LINE = {
    "中国",
    "支行",
    "分行",
    "市分",
    "控股",
    "集团",
    "企业",
    "伟业",
    "天下",
    "盛世",
    "未来",
    "世界",
    "致远",
    "通达",
    "瑞德",
    "瑞达",
    "华新",
    "斯特",
    "世纪",
    "时代",
    "联合",
    "国有",
    "天地",
    "分公司",
}
# Lines of business too rare in the registry, or of a length it is not asked for.
ALWAYS = [
    "计算机",
    "互联网",
    "物联网",
    "机器人",
    "人工智能",
    "新能源",
    "新材料",
    "半导体",
    "集成电路",
    "供应链",
    "供应链管理",
    "装备制造",
    "零部件",
    "汽车零部件",
    "数控机床",
    "工业机器人",
    "智能装备",
    "激光设备",
    "压缩机",
    "发动机",
    "电动机",
    "传感器",
    "减速机",
    "减速器",
    "丝杠",
    "导轨",
    "模具",
    "铸造",
    "锻造",
    "铸锻",
    "焊接",
    "冶金",
    "钢铁",
    "有色金属",
    "特钢",
    "铝业",
    "铜业",
    "电子材料",
    "显示",
    "印制电路",
    "封装",
    "测试",
    "船舶",
    "航天",
    "轨道交通",
    "电梯",
    "起重机",
    "工程机械",
    "农业机械",
    "纺织机械",
    "包装机械",
    "仪器仪表",
    "电线电缆",
    "线缆",
    "电池",
    "锂电",
    "储能",
    "光伏",
    "氢能",
    "风电",
    "核电",
    "乳业",
    "酒业",
    "茶业",
    "果业",
    "器材",
    "消防器材",
    "保安",
    "保洁",
    "家政",
    "律师事务所",
    "会计师事务所",
    "事务所",
    "合作社",
    "专业合作社",
    "研究中心",
    "设计院",
    "勘察设计",
    "商行",
    "商场",
    "超市",
    "酒楼",
    "工厂",
    "厂",
]
# Three characters, of which the last two are a line too, and yet one word.
WHOLE = {
    "新材料",
    "房地产",
    "大数据",
    "高科技",
    "新技术",
    "微电子",
    "新能源",
    "研究院",
    "研究所",
    "设计院",
    "物联网",
    "供应链",
    "互联网",
    "云计算",
}
# Shorter than two characters or a common word: never read without its ending.
NEVER_BARE = {"东方", "新华", "和平", "长安", "文昌", "凤凰", "双流", "安吉", "永安", "长乐", "海盐", "东海", "天台"}


def short(full: str) -> str:
    """黄石市 → 黄石, 恩施土家族苗族自治州 → 恩施; one character alone keeps its ending (郧县)."""
    cut = _SUFFIX.sub("", full)
    cut = re.sub(rf"(?:{_ETHNIC})+$", "", cut) if len(cut) > 3 else cut
    return cut if len(cut) >= 2 else full


def divisions() -> list[tuple[str, str, str, str]]:
    """Return (full name, level, province, city) of every division in force, or gone not long ago."""
    rows: list[tuple[str, str, str, str]] = []
    province = city = code2 = ""
    for line in files("stdnum.cn").joinpath("loc.dat").read_text("utf-8").splitlines():
        if top := re.match(r'^(\d\d) province="(.+)"', line):
            code2, full = top[1], top[2]
            if int(code2) < 71:
                province = city = short(full)
                rows.append((full, "province", province, province if code2 in MUNICIPALITIES else ""))
            continue
        county = re.match(r'^\s+(\d{4}) county="(.+)"', line)
        if not county or int(code2) >= 71 or county[1] == "0000":
            continue
        for part in county[2].split(","):
            period = _PERIOD.match(part)
            if period is None or int(period[2] or YEAR) < RECENT or period[3] in NOT_A_REGION:
                continue
            full = period[3]
            if county[1].endswith("00") and code2 not in MUNICIPALITIES:
                city = short(full)
                rows.append((full, "city", province, city))
            elif county[1].startswith("90"):
                rows.append((full, "city", province, short(full)))
            else:
                rows.append((full, "county", province, province if code2 in MUNICIPALITIES else city))
    rows += [(full, "province", name, name) for full, name in OTHERS]
    return rows


def safe_bare(full: str, province: str, names: list[tuple[str, str]]) -> bool:
    """Tell whether a county may be read without its ending: most names that begin so lie in its province."""
    name = short(full)
    if name == full or name in NEVER_BARE:
        return False
    hits = [p for text, p in names if text.startswith(name) and not text.startswith(full)]
    if len(hits) < 2:
        return not full.endswith("区")
    return sum(p == province for p in hits) / len(hits) >= 0.75


def lines_of_business(names: list[str], top: int = 900) -> list[str]:
    """Return frequent endings of 2 to 4 characters that follow many different characters."""
    count: Counter[str] = Counter()
    before: dict[str, set[str]] = defaultdict(set)
    for name in names:
        name = re.sub(r"[(（][^)）]*[)）]", "", name)
        body = re.sub(r"(?:集团|控股)+$", "", strip_legal(normal(name))[0])
        for length in (2, 3, 4):
            if len(body) >= length + 3:
                ending = body[-length:]
                count[ending] += 1
                before[ending].add(body[-length - 1])
        for inner in (2, 4):  # the word before the last word: 机械 in 机械科技
            if len(body) >= inner + 5 and body[-inner:] in count:
                count[body[-inner - 2 : -inner]] += 1
                before[body[-inner - 2 : -inner]].add(body[-inner - 3])
    good = [w for w, n in count.most_common() if n >= 12 and len(before[w]) >= 8]
    two = {w for w in good if len(w) == 2}
    good = [w for w in good if w in WHOLE or not (len(w) == 3 and w[1:] in two)]
    return [w for w in good if not any(bad in w for bad in NOT_A_LINE) and not w.startswith("市")][:top]


def main(registry: str) -> None:
    """Write both tables."""
    with open(registry, encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    names = [(normal(row["name"]), row["province"]) for row in rows]
    index: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for text, province in names:
        if province:
            index[text[:2]].append((text, province))
    seen: set[tuple[str, str, str, str]] = set()
    with open(DATA / "regions.csv", "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["full", "short", "level", "province", "city", "bare"])
        for full, level, province, city in divisions():
            if (full, level, province, city) in seen:
                continue
            seen.add((full, level, province, city))
            bare = level != "county" or safe_bare(full, province, index[short(full)[:2]])
            writer.writerow([full, short(full), level, province, city, int(bare)])
    lines = lines_of_business([row["name"] for row in rows])
    places = {short(d[0]) for d in divisions()}
    lines = list(dict.fromkeys([w for w in lines if w not in places] + ALWAYS))
    (DATA / "lines.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
