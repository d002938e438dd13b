"""Sentences that are kept: stored once, said to each reader in his or her own language."""

import copy
import json

import pytest
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from crm.kit.words import Words, WordsText, joined, kept, lasting, of, say, spoken

pytestmark = pytest.mark.usefixtures("context")


def test_a_sentence_is_text_and_reads_in_each_language():
    sentence = say("与第 %(n)s 行完全相同", n=12)
    stored = json.loads(json.dumps(kept(sentence)))

    assert sentence == "与第 12 行完全相同"
    with force_locale("en"):
        assert "12" in spoken(stored)
        assert "行" not in spoken(stored)
        assert "行" not in say("与第 %(n)s 行完全相同", n=12)


def test_what_stands_in_a_sentence_is_said_too_and_lists_use_the_marks_of_the_language():
    inner = joined("、", (lasting(_l("项目")), "", _l("线索")))
    stored = kept(say("“%(name)s”已用于%(uses)s，保留。", name="甲公司", uses=inner))

    assert spoken(stored) == "“甲公司”已用于项目、线索，保留。"
    with force_locale("en"):
        words = spoken(stored)
    assert "甲公司" in words
    assert not {"、", "项", "目", "线", "索", "保", "留"} & set(words)


def test_joined_sentences_have_no_full_stop_before_the_mark():
    assert joined("；", (say("必填，这里是空的"), "甲。", "乙。")) == "必填，这里是空的；甲；乙。"


def test_copies_and_str_keep_what_is_stored():
    sentence = say("必填，这里是空的")

    assert kept(str(sentence)) == kept(copy.deepcopy(sentence)) == {"say": "必填，这里是空的", "with": {}}
    assert isinstance(of(_l("必填，这里是空的")), Words)


@pytest.mark.parametrize("old", ["字号相同", "", None, 3, ["字号相同"], {"name": "甲"}, {"say": 1}])
def test_what_was_stored_as_plain_words_reads_as_it_was(old):
    assert spoken(kept(old)) == old


def test_a_text_that_wants_other_things_by_now_is_still_shown():
    assert spoken({"say": "与第 %(n)s 行完全相同", "with": {}}) == "与第 %(n)s 行完全相同"


@pytest.mark.parametrize("text", ["字号相同", "", None])
def test_a_column_gives_other_texts_back_as_they_are(text):
    column = WordsText()

    assert column.process_result_value(column.process_bind_param(text, None), None) == text


@pytest.mark.parametrize("text", ['{"say": 坏', '{"say": 1}', '{"say": "%(a)9s", "with": {"a": "x"}}'])
def test_a_text_that_only_looks_like_a_kept_sentence_stays_a_text(text):
    column = WordsText()

    assert column.process_result_value(column.process_bind_param(text, None), None) == f" {text}"


@pytest.mark.parametrize("text", ['{"say": 坏', '{"say": 1}'])
def test_a_broken_sentence_reads_as_it_is_stored(text):
    assert WordsText().process_result_value(text, None) == text


def test_a_name_keeps_its_own_dot_and_sentences_that_follow_each_other_their_stops():
    """“Acme Co., Ltd.” is a name; with no mark between them, two sentences ran into each other."""
    assert joined("；", ("Acme Co., Ltd.", "乙。")) == "Acme Co., Ltd.；乙。"
    named = say("与第 %(n)s 行完全相同", n="Ltd.")
    with force_locale("en"):
        assert joined("；", (named, "x")).startswith(f"{spoken(kept(named))}")
    assert joined("", ("甲。", "乙。")) == "甲。乙。"
    inner = joined("；", ("甲", say("没有写成，请核对这一行。")))
    assert joined("，", (inner, "乙")) == "甲；没有写成，请核对这一行，乙"
