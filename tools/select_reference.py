"""Choose the reference companies and the rare brand cores from the labelled registry; run again only when it changes.

    .venv/bin/python tools/select_reference.py tests/data/company-matching/registry.csv

Writes seeds/companies/reference.csv (listed firms that make equipment or parts, by industry and by words of the name)
and seeds/companies/cores.txt (two-character cores that stand in no name of the registry, for invented firms).
"""

import csv
import re
import sys
from itertools import product
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[1] / "seeds" / "companies"
COLUMNS = ("id", "name", "short_name", "english_name", "former_names", "province", "city", "industry", "source")
INDUSTRIES = {"专用机械", "机械基件", "机床制造", "工程机械", "运输设备", "汽车配件", "电器仪表"}
MAKES = re.compile(
    "机床|机器人|数控|机械|重工|轴承|传动|减速|自动化|激光|模具|液压|气动|电机|锻压|铸造|换热|压缩机|离合器|轮毂|输送|物流装备|"
    "装备|汽车零部件|齿轮|丝杠|导轨|刀具|测控|伺服"
)
MAKES_NOT = re.compile("医|药|置业|房地产|银行|证券|贸易|传媒|软件")
GIVEN = ("绎衡", "砺枢", "铎澜", "珩锐")
FIRST = "绎砺铎珩枢澜璟昱骁衍黎祺翎峤屹翊珀钧铖铠澔垚骐赟弢"
SECOND = "衡枢澜锐擎衍铮岑曜弈昶朔峥钊璞焱泓澍骐铄翀隽堃飏霁"
CORES = 560


def main(registry: Path) -> None:
    """Write both files."""
    with registry.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    chosen = [row for row in rows if row["source"] == "listed" and _makes_equipment(row)]
    with (SEEDS / "reference.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({column: row[column] for column in COLUMNS} for row in chosen)
    cores = _rare_cores("\n".join(row["name"] + " " + row["short_name"] + " " + row["former_names"] for row in rows))
    (SEEDS / "cores.txt").write_text("\n".join(cores) + "\n", "utf-8")
    print(f"{len(chosen)} companies, {len(cores)} cores")


def _makes_equipment(row: dict[str, str]) -> bool:
    if row["industry"] in INDUSTRIES:
        return True
    return bool(MAKES.search(row["name"])) and not MAKES_NOT.search(row["name"])


def _rare_cores(text: str) -> list[str]:
    """Cores in an order that mixes both characters, so that neighbours do not sound alike."""
    pairs = [a + b for a, b in product(FIRST, SECOND) if a != b]
    pairs.sort(key=lambda pair: (FIRST.index(pair[0]) * 7 + SECOND.index(pair[1]) * 3) % 25)
    free = [pair for pair in pairs if pair not in text and pair not in GIVEN]
    return [*(core for core in GIVEN if core not in text), *free][:CORES]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
