"""``matching evaluate`` on a slice of the labelled set."""

import csv
import gzip
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bench import verdicts
from crm.companies.evaluate import Task, evaluate, load_crowd, load_registry
from crm.companies.models import CompanyKey
from crm.companies.similar import find_similar_all
from crm.core.errors import Invalid
from crm.kit import db
from tests.factories import make_company

DATA = Path(__file__).parents[1] / "data" / "company-matching"


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path, found):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        writer.writerows(found)
    return path


@pytest.fixture
def files(tmp_path):
    """600 queries, and the companies they mean among others."""
    return _slice(tmp_path, 600, 14)


@pytest.fixture
def few(tmp_path):
    """30 queries, and the companies they mean among a few others."""
    return _slice(tmp_path, 30, 280)


def _slice(tmp_path, number, among):
    queries = rows(DATA / "queries.csv")[:number]
    meant = {q["truth_id"] for q in queries} | {one for q in queries for one in q["related_ids"].split("|")}
    registry = [r for n, r in enumerate(rows(DATA / "registry.csv")) if r["id"] in meant or n % among == 0]
    return write(tmp_path / "registry.csv", registry), write(tmp_path / "queries.csv", queries)


def test_the_command_writes_ranks_scores_and_verdicts(app, sqlite, files, tmp_path):
    registry, queries = files
    out = tmp_path / "predictions.csv"
    told = app.test_cli_runner().invoke(
        args=["matching", "evaluate", "--registry", str(registry), "--queries", str(queries), "--out", str(out)]
    )

    assert told.exit_code == 0, told.output
    assert "p95" in told.output and "build" in told.output and "MB" in told.output
    found = rows(out)
    assert list(found[0]) == ["query_id", "rank", "candidate_id", "score", "verdict"]
    assert {row["rank"] for row in found} <= set("12345")
    assert {row["verdict"] for row in found} == {"same", "likely", "related"}
    assert all(0 <= float(row["score"]) <= 1 for row in found)
    labelled = verdicts.read(queries, out)
    said = [n for n in labelled.queries if labelled.same_at_first(n)]
    right = [n for n in said if labelled.same_at_first(n) == labelled.queries[n]["truth_id"]]
    positive = [n for n, q in labelled.queries.items() if q["truth_id"]]
    assert len(right) / len(said) >= 0.97
    assert len(right) / len(positive) >= 0.75


def test_it_asks_on_a_named_empty_database_and_leaves_the_present_one_in_use(store, few, tmp_path):
    registry, queries = few
    present = db.engine().url
    other = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    short = write(tmp_path / "short.csv", rows(queries)[:20])

    measured = evaluate(Task(registry, short, tmp_path / "out.csv", other))

    assert measured.queries == 20
    assert db.engine().url == present
    with pytest.raises(Invalid):
        evaluate(Task(registry, short, tmp_path / "out.csv", other))


def test_a_crowd_fills_the_base_and_one_part_of_the_split_is_asked(app, sqlite, few, tmp_path):
    registry, queries = few
    asked = rows(queries)[:30]
    crowd, out = tmp_path / "crowd.csv.gz", tmp_path / "out.csv"
    head = len(rows(registry))
    with gzip.open(crowd, "wt", encoding="utf-8", newline="") as file:
        file.write("name,is_real\n" + "".join(f"宁波{n}号砺枢轴承有限公司,{n % 10 == 0:d}\n" for n in range(400)))
    split = [{"query_id": q["query_id"], "part": "held" if n % 3 == 0 else "train"} for n, q in enumerate(asked)]
    paths = {"registry": registry, "queries": queries, "crowd": crowd, "split": write(tmp_path / "split.csv", split)}
    told = app.test_cli_runner().invoke(
        args=["matching", "evaluate", "--out", str(out), "--limit", str(head + 300)]
        + [word for name, path in paths.items() for word in (f"--{name}", str(path))]
    )

    assert told.exit_code == 0, told.output
    assert f"companies {head + 300}  queries 10" in told.output
    assert {row["query_id"] for row in rows(out)} <= {one["query_id"] for one in split if one["part"] == "held"}


def test_a_crowd_is_found_like_any_other(store, tmp_path):
    crowd = tmp_path / "crowd.csv.gz"
    with gzip.open(crowd, "wt", encoding="utf-8", newline="") as file:
        file.write("name,is_real\n宁波砺枢轴承有限公司,0\n宁波砺枢轴承股份有限公司,0\n武汉铎澜激光有限公司,1\n")

    ids = load_crowd(crowd, 10)

    assert list(ids) == ["crowd0", "crowd1"]
    assert {one.company_id for one in find_similar_all("宁波砺枢轴承")} == set(ids.values())
    assert find_similar_all("武汉铎澜激光") == []
    assert load_crowd(crowd, 0) == {}


def test_equal_legal_names_load_as_homonyms_and_are_likely_for_each(store, tmp_path):
    head = rows(DATA / "registry.csv")[0]
    pair = [
        {**head, "id": n, "name": name, "short_name": "", "english_name": ""}
        for n, name in enumerate(("砺枢科技有限公司", "砺枢科技股份有限公司"))
    ]
    path = write(tmp_path / "pair.csv", pair)

    ids = load_registry(path)

    assert len(set(ids.values())) == 2
    numbers = db.session.scalars(select(CompanyKey.homonym_no).order_by(CompanyKey.homonym_no)).all()
    assert numbers == [0, 1]
    assert [one.verdict for one in find_similar_all("砺枢科技")] == ["likely", "likely"]


def test_ids_go_on_after_a_bulk_load(store, few):
    registry, _ = few
    ids = load_registry(registry)

    assert make_company("黄石绎衡精密机械有限公司").id > max(ids.values())
    assert load_registry(registry) == {}
    assert db.session.scalar(select(func.count()).select_from(CompanyKey)) > len(ids)
