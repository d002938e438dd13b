import numpy as np
import pytest

from crm.core.matching import places
from crm.core.matching.features import features
from crm.core.matching.groups import gaps_to_best_other, groups
from crm.core.matching.pairs import COLUMNS, Candidates, ask
from crm.core.matching.reasons import CODES
from crm.core.matching.shortlist import FAR, NEAR, affordable, common_pair, reach, shortlist, skey
from crm.core.matching.stages import SecondLook, best_names
from crm.core.matching.trees import Forest, scorer
from crm.core.matching.verdicts import CROWDED, LIKELY, QUIET, SAME, Known, Rule, Verdict, judge
from crm.core.names import parts
from crm.core.names.grams import VERSION


def stored(*texts, kind="legal", seats=None):
    """Candidates as the database would bring them: company ids count from 1."""
    rows = []
    for number, text in enumerate(texts, start=1):
        name, (province, city) = parts(text), (seats or {}).get(text, ("", ""))
        found = {"name_id": number, "company_id": number, "kind": kind, "rprov": province, "rcity": city}
        rows.append([found[c] if c in found else getattr(name, c) for c in COLUMNS])
    columns = dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
    ones = np.linspace(9.0, 8.0, len(rows))
    return Candidates(**columns, cosine=ones, total=ones * 3, asked=np.zeros(len(rows), np.intp))


def verdict_of(typed, *texts, score=0.99, rules=None, province="", city="", **options):
    candidates = stored(*texts, seats=options.pop("seats", None), kind=options.pop("kind", "legal"))
    question = ask(parts(typed), province=province, city=city)
    columns = features([question], candidates)
    scores = np.full(len(texts), score)
    known = Known(rules or {}, options.pop("other_code", frozenset()), options.pop("bounds", QUIET))
    best = best_names(candidates.company_id, scores, np.zeros(len(texts), np.intp))[0]
    kin = columns["same_core"][best] * 0.5
    return judge(question, candidates, columns, scores, known, SecondLook(best, float(scores[0]), kin), **options)


@pytest.mark.parametrize(
    ("typed", "other", "cap"),
    [
        ("黄石东贝机电有限公司", "黄石东贝机电集团有限公司", True),
        ("黄石东贝机电", "黄石东贝机电集团有限公司", False),
        ("黄石东贝机电有限公司", "武汉东贝机电有限公司", True),
        ("湖北东贝机电有限公司", "黄石东贝机电有限公司", False),
        ("黄石东贝机电有限公司", "东贝机电有限公司", False),
        ("大冶东贝机电有限公司", "阳新东贝机电有限公司", True),
        ("上海银行杭州分行", "上海银行股份有限公司", True),
        ("上海银行杭州分行", "上海银行股份有限公司宁波分行", True),
        ("上海银行杭州分行", "上海银行股份有限公司杭州分行", False),
        ("黄石东川机电有限公司", "黄石东贝机电有限公司", True),
        ("黄石东背机电有限公司", "黄石东贝机电有限公司", False),
        ("黄石东东贝机电有限公司", "黄石东贝机电有限公司", False),
    ],
)
def test_hard_rules_forbid_same(typed, other, cap):
    (found,) = verdict_of(typed, other)

    assert found.verdict is (Verdict.LIKELY if cap else Verdict.SAME)
    assert (found.score < SAME) is cap


def test_a_seat_in_the_record_speaks_where_the_text_is_silent():
    name = "东贝机电有限公司"
    (here,) = verdict_of(name, name, province="湖北省", city="黄石市", seats={name: ("湖北", "黄石")})
    (there,) = verdict_of(name, name, province="湖北", city="武汉", seats={name: ("湖北", "黄石")})

    assert here.verdict is Verdict.SAME
    assert there.verdict is Verdict.LIKELY


def test_an_equal_code_or_key_or_alias_is_the_same_whatever_the_score():
    for rule in Rule:
        (found,) = verdict_of("东贝", "黄石东贝机电集团有限公司", score=0.01, rules={1: frozenset({rule})})
        assert found.verdict is Verdict.SAME


def test_a_text_stored_for_several_companies_is_likely_for_each():
    shared = {n: frozenset({Rule.ALIAS}) for n in (1, 2)}
    found = verdict_of("东贝", "黄石东贝机电有限公司", "武汉东贝物流有限公司", rules=shared)

    assert [one.verdict for one in found] == [Verdict.LIKELY, Verdict.LIKELY]
    assert {reason.code for one in found for reason in one.reasons} >= {"text_shared"}


def test_an_alias_does_not_outweigh_another_place_but_a_full_name_does():
    seats = {"东贝": ("湖北", "黄石")}
    for rule, verdict in ((Rule.ALIAS, Verdict.LIKELY), (Rule.KEY, Verdict.SAME)):
        (found,) = verdict_of(
            "东贝", "东贝", province="广东", seats=seats, rules={1: frozenset({rule})}, score=0.01 + LIKELY
        )
        assert found.verdict is verdict


def test_another_credit_code_is_never_the_same():
    (found,) = verdict_of("东贝", "东贝", rules={1: frozenset({Rule.KEY})}, other_code=frozenset({1}))

    assert found.verdict is Verdict.LIKELY
    assert found.reasons[0].code == "uscc_differs"


def test_sisters_keep_two_places_among_the_shown():
    others = [f"黄石东湖机电{n}有限公司" for n in "甲乙丙丁戊己"]
    found = verdict_of("黄石东贝机电有限公司", *others, "宁波东贝物流有限公司", score=0.05)

    assert len(found) == 5
    assert any(one.company_id == len(others) + 1 for one in found)
    assert all(one.verdict is Verdict.RELATED for one in found)


def test_all_likely_ones_are_shown_before_sisters():
    others = [f"黄石东贝机电{n}有限公司" for n in "甲乙丙丁戊己庚"]
    found = verdict_of("黄石东贝机电有限公司", *others, score=0.5, limit=20)

    assert [one.verdict for one in found] == [Verdict.LIKELY] * len(others)


@pytest.mark.parametrize(
    ("score", "bounds", "verdicts"),
    [
        (0.86, QUIET, [Verdict.SAME]),
        (0.86, CROWDED, [Verdict.LIKELY]),
        (0.88, CROWDED, [Verdict.SAME]),
        (0.01, QUIET, []),
        (0.01, CROWDED, [Verdict.RELATED]),
        (0.0005, CROWDED, []),
    ],
)
def test_a_crowd_asks_more_of_the_same_and_shows_fainter_traces(score, bounds, verdicts):
    found = verdict_of("黄石宏泰机电有限公司", "黄石恒康机电有限公司", score=score, bounds=bounds)

    assert [one.verdict for one in found] == verdicts


def test_nothing_alike_is_an_empty_list():
    assert verdict_of("绎衡精密", "四川腾龙源科技有限公司", score=0.0001) == []


@pytest.mark.parametrize(
    ("own", "other", "relation"),
    [
        (("", "", ""), ("湖北", "黄石", ""), places.UNKNOWN),
        (("湖北", "", ""), ("湖北", "黄石", ""), places.PROVINCE),
        (("湖北", "黄石", ""), ("湖北", "黄石", "大冶"), places.CITY),
        (("湖北", "黄石", "大冶"), ("湖北", "黄石", "大冶"), places.COUNTY),
        (("湖北", "黄石", "阳新"), ("湖北", "黄石", "大冶"), places.OTHER_COUNTY),
        (("湖北", "武汉", ""), ("湖北", "黄石", ""), places.OTHER_CITY),
        (("广东", "", ""), ("湖北", "黄石", ""), places.OTHER_PROVINCE),
    ],
)
def test_places_are_compared_at_the_finest_level_both_name(own, other, relation):
    assert places.compare(own, other) == relation


def test_the_gap_is_to_the_best_of_another_company_that_answers_the_same_question():
    values, company = np.array([[5.0, 4.0, 3.0, 1.0, 2.0], [1.0, 3.0, 3.0, 3.0, 0.0]]).T, np.array([7, 7, 8, 9, 8])
    rows = groups(np.array([0, 0, 0, 0, 4]))

    gaps = gaps_to_best_other(values, company, rows)

    assert gaps[:, 0].tolist() == [2.0, 1.0, -2.0, -4.0, 2.0]
    assert gaps[:, 1].tolist() == [-2.0, 0.0, 0.0, 0.0, 0.0]  # of equal bests the first one's company leads


def test_many_questions_are_compared_as_one_is():
    texts = ["黄石东贝机电集团有限公司", "Dongbei Group Co., Ltd.", "武汉东贝物流有限公司"]
    typed = [ask(parts("黄石东贝")), ask(parts("dongbei")), ask(parts("东背物流"), province="湖北")]
    alone = [features([one], stored(*texts)) for one in typed]
    three = [stored(*texts) for _ in typed]
    columns = {name: [value for one in three for value in getattr(one, name)] for name in COLUMNS}
    together = Candidates(
        **columns,
        cosine=np.concatenate([one.cosine for one in three]),
        total=np.concatenate([one.total for one in three]),
        asked=np.repeat([0, 1, 2], len(texts)),
    )

    for name, values in features(typed, together).items():
        assert np.array_equal(values, np.concatenate([one[name] for one in alone])), name


def test_rare_grams_are_read_first_and_common_ones_never():
    assert affordable({1: 10, 2: NEAR.cap + 1, 3: 5, 4: 0}, [1, 2, 3, 4], NEAR) == [3, 1]
    assert affordable({1: NEAR.budget - 1, 2: NEAR.budget - 1}, [1, 2], NEAR) == [1]
    assert affordable({1: NEAR.cap + 1, 2: NEAR.cap + 1}, [1, 2], NEAR) == []


def test_where_all_grams_are_common_the_two_weightiest_are_joined():
    assert common_pair({1: 9, 2: 9, 3: 9}, {1: 0.4, 2: 1.0, 3: 0.7, 4: 1.0}) == (2, 3)
    assert common_pair({1: 9}, {1: 0.4}) is None


def test_a_large_base_is_looked_through_further():
    assert reach(0) == reach(100_000) == NEAR
    assert reach(1_000_000) == FAR


def test_the_shortlist_is_ordered_and_knows_no_double():
    long_one, short_one = skey(1, "湖北黄石东贝机电", ""), skey(2, "东贝", "")
    hits = {10: np.array([long_one, short_one]), 11: np.array([short_one])}
    found = shortlist(hits, {10: 1.0, 11: 1.0}, {10: 2, 11: 1}, {10}, NEAR)

    assert found.ids.tolist() == [2, 1]
    assert found.cosine[0] > found.cosine[1]


def test_trees_are_walked_to_their_leaves():
    forest = Forest(
        features=("a", "b"),
        feature=np.array([0, 0, 1, 0, 0]),
        threshold=np.array([0.5, 0.0, 2.0, 0.0, 0.0]),
        left=np.array([1, 1, 3, 3, 4]),
        right=np.array([2, 1, 4, 3, 4]),
        value=np.array([0.0, -1.0, 0.0, 1.0, 2.0]),
        roots=np.array([0]),
        baseline=0.5,
        depth=2,
    )
    rows = np.array([[0.0, 9.0], [1.0, 2.0], [1.0, 3.0]], np.float32)

    columns = {"a": rows[:, 0], "b": rows[:, 1]}

    assert forest.score(columns) == pytest.approx(1 / (1 + np.exp(-np.array([-0.5, 1.5, 2.5]))))


def test_a_row_without_hope_is_given_up_early():
    two = {
        "features": ("a",),
        "feature": np.zeros(6, int),
        "threshold": np.array([0.5, 0, 0, 0.5, 0, 0]),
        "left": np.array([1, 1, 2, 4, 4, 5]),
        "right": np.array([2, 1, 2, 5, 4, 5]),
        "value": np.array([0.0, -9.0, 1.0, 0.0, 5.0, 5.0]),
        "roots": np.array([0, 3]),
        "baseline": 0.0,
        "depth": 1,
    }
    rows = np.array([[0.0], [1.0]], np.float32)

    assert Forest(**two).raw(rows).tolist() == [-4.0, 6.0]
    assert Forest(**two, early=1, hopeless=-5.0).raw(rows).tolist() == [-9.0, 6.0]


def test_the_stored_scorer_knows_the_features_that_are_computed():
    known = features([ask(parts("东贝"))], stored("黄石东贝机电集团有限公司"))

    assert set(scorer().features) <= set(known)
    assert scorer("first").features == scorer("kin").features  # one table serves both (stages.py)
    assert VERSION == 2


@pytest.mark.parametrize("typed", ["黄石东贝", "dongbei jidian", "上海银行杭州分行", "李", "a", "1", "𠮷", "名" * 200])
@pytest.mark.parametrize("other", ["黄石东贝机电集团有限公司", "Dongbei Group Co., Ltd.", "上海银行股份有限公司", "李"])
def test_any_pair_gets_features_scores_and_known_reasons(typed, other):
    for one in verdict_of(typed, other):
        assert {reason.code for reason in one.reasons} <= set(CODES)
    columns = features([ask(parts(typed))], stored(other))
    assert all(np.isfinite(values).all() for values in columns.values())
    assert 0.0 <= scorer().score(columns)[0] <= 1.0


def test_two_that_look_the_same_are_both_likely():
    found = verdict_of("东贝", "东贝机电有限公司", "东贝物流有限公司")

    assert [one.verdict for one in found] == [Verdict.LIKELY, Verdict.LIKELY]


def test_beside_a_code_or_key_nothing_else_is_the_same():
    found = verdict_of("东贝", "东贝机电有限公司", "东贝物流有限公司", rules={2: frozenset({Rule.KEY})})

    assert [(one.company_id, one.verdict) for one in found] == [(2, Verdict.SAME), (1, Verdict.LIKELY)]
