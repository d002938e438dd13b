"""Measure an import of 20,000 companies: preview, dry run with matching, writing, taking back.

    python -m bench.imports [--rows 20000] [--base 8000] [--database URL] [--format csv|xlsx] [--keep FOLDER]

The list is made of the labelled registry: a tenth is in the base already, some rows are typed otherwise, the rest is
new. It comes as GBK CSV or as XLSX, goes through the front door, and its uncertain rows are decided by a rule.
"""

import argparse
import csv
import io
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from crm import create_app
from crm.companies.bulk import Record, load_companies
from crm.companies.models import Company
from crm.core.permissions import Role
from crm.core.uscc import with_check_digits
from crm.imports import queries, service
from crm.imports.models import Decision, Fate, ImportBatch
from crm.imports.preview import preview
from crm.kit import db, planner, process, tasks
from crm.kit.access import Actor
from crm.kit.migrate import upgrade
from tests.factories import actor_of, make_org, make_user

DATA = Path(__file__).resolve().parent.parent / "tests" / "data" / "company-matching"
HEAD = (
    *("序号", "企业名称", "统一社会信用代码", "注册资本(万元)", "成立日期", "所属省份", "所属城市", "国标行业"),
    *("主营产品", "经营范围", "注册地址", "网址", "员工人数", "备注"),
)
BARS = {"preview": 5.0, "dry run": 60.0, "write": 60.0}


def registry() -> list[dict[str, str]]:
    """Return the labelled companies."""
    with (DATA / "registry.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def typed_otherwise(count: int) -> list[str]:
    """Return labelled queries: short forms, typos, other regions."""
    with (DATA / "queries.csv").open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)][:count]


def lines(rows: int, base: int) -> Iterator[list[str]]:
    """Yield the rows of the list."""
    chance = random.Random(20261122)
    known = registry()
    fresh = known[base:]
    names = [(row["name"], row) for row in known[: rows // 10]]
    names += [(text, {}) for text in typed_otherwise(rows // 20)]
    while len(names) < rows:
        at = len(names)
        row = fresh[at % len(fresh)]
        again = at // len(fresh)
        names.append((row["name"] if not again else f"{chance.choice('甲乙丙丁')}{again}{row['name']}", row))
    chance.shuffle(names)
    for number, (name, row) in enumerate(names, 1):
        yield [
            *(str(number), name, with_check_digits(f"91420200MB{number:06d}")),
            *(f"{chance.randint(50, 90_000):,}", f"{chance.randint(1990, 2025)}-{chance.randint(1, 12):02d}-06"),
            *(row.get("province", ""), row.get("city", ""), row.get("industry", "")),
            *("减速器、伺服电机", "研发、生产、销售机械设备及配件；技术服务；货物进出口。" * 3),
            *("湖北省黄石市开发区大泉路 1 号", f"www.example{number}.cn", str(chance.randint(5, 5_000)), "示例"),
        ]


def as_csv(told: list[list[str]]) -> bytes:
    """Return the list as GBK CSV with a title above."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["企业清单（示例）"])
    writer.writerow(HEAD)
    writer.writerows(told)
    return out.getvalue().encode("gb18030")


def as_xlsx(told: list[list[str]]) -> bytes:
    """Return the list as a workbook."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_urls": False})
    sheet = book.add_worksheet("名单")
    sheet.write_string(0, 0, "企业清单（示例）")
    for number, row in enumerate([list(HEAD), *told], 1):
        for at, cell in enumerate(row):
            sheet.write_string(number, at, cell)
    book.close()
    return buffer.getvalue()


def person() -> Actor:
    """Return the manager of a unit."""
    return actor_of(make_user(org=make_org(), roles=(Role.MANAGER,)))


def timed(what: str, act: Callable[[], Any]) -> Any:
    """Do something and say how long it took."""
    began, cpu = time.monotonic(), time.process_time()
    answer = act()
    took, used = time.monotonic() - began, time.process_time() - cpu
    bar = f"  bar {BARS[what]:.0f} s" if what in BARS else ""
    print(f"{what:>10}: {took:6.1f} s, {used:6.1f} s of CPU{bar}", flush=True)
    return answer


def main() -> None:
    """Fill a base, bring the list, and measure each step."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--rows", type=int, default=20_000)
    wanted.add_argument("--base", type=int, default=8_000)
    wanted.add_argument("--format", choices=("csv", "xlsx"), default="csv")
    wanted.add_argument("--database", default="")
    wanted.add_argument("--keep", default="")
    chosen = wanted.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        where = Path(chosen.keep or folder)
        url = chosen.database or f"sqlite:///{where / 'imports.sqlite3'}"
        settings = {"DATABASE_URL": url, "DATA_DIR": where, "FILES_DIR": where / "files", "SECRET_KEY": "bench"}
        app = create_app({**settings, "SCHEDULER": False, "DEVELOPMENT": True})
        with app.app_context():
            upgrade()
            process.settle()
            measure(app, chosen.rows, chosen.base, chosen.format)


def measure(app: Any, rows: int, base: int, file_format: str) -> None:
    """Run one list through all steps."""
    known = [Record(row["id"], row["name"], province=row["province"], city=row["city"]) for row in registry()[:base]]
    load_companies(known, source="registry")
    planner.refresh()
    actor = person()
    told = list(lines(rows, base))
    content = as_csv(told) if file_format == "csv" else as_xlsx(told)
    name = f"名单.{file_format}"
    dialect = db.engine().dialect.name
    print(f"{rows} rows, {len(content) / 1e6:.1f} MB {file_format}, {base} companies known, {dialect}")
    upload = FileStorage(io.BytesIO(content), filename=name)

    def bring() -> ImportBatch:
        batch = service.start(actor, "companies", upload=upload, source="示例名录")
        preview(batch)
        return batch

    public_id = timed("preview", bring).public_id
    service.set_mapping(actor, queries.get_batch(actor, public_id), {})
    timed("dry run", lambda: tasks.work(app))
    batch = _now(actor, public_id)
    counts = queries.counts(batch)
    print("    fates:", {fate.value: number for fate, number in counts.fates.items()})
    for fate in (Fate.LIKELY, Fate.RELATED):
        service.decide_many(actor, batch, service.Rule(fate, Decision.NEW))
    service.write(actor, _now(actor, public_id), skip_undecided=True)
    timed("write", lambda: tasks.work(app))
    batch = _now(actor, public_id)
    after = queries.counts(batch)
    print("    rows:", {status.value: number for status, number in after.statuses.items()})
    print("    companies:", db.session.scalar(select(func.count()).select_from(Company)))
    service.undo(actor, batch)
    timed("undo", lambda: tasks.work(app))
    print("    companies:", db.session.scalar(select(func.count()).select_from(Company)))
    print(f"    memory of the process at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _now(actor: Actor, public_id: str) -> ImportBatch:
    db.session.rollback()
    db.session.expire_all()
    return queries.get_batch(actor, public_id)


if __name__ == "__main__":
    main()
