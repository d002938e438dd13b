"""Each bug and pitfall of booking contacts at a stand (expo.md §4, numbered in its order), and the tests that would see it again."""

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
FLOOR, PITFALLS = "browser/test_floor.py", "browser/test_floor_pitfalls.py"

COVERED = {
    # What the prototype measured.
    "contacts noted without network survive a reload and a new window": [
        f"{FLOOR}::test_without_network_nothing_is_lost_and_nothing_doubled",
        f"{FLOOR}::test_fifty_contacts_of_a_day_without_network",
    ],
    "an answer that got lost, twice, makes no second row": [
        f"{FLOOR}::test_without_network_nothing_is_lost_and_nothing_doubled"
    ],
    "two windows that send at once make no second row": [
        f"{FLOOR}::test_without_network_nothing_is_lost_and_nothing_doubled"
    ],
    "one key posted many times at once is one row": [
        "fairs/test_capture.py::test_twenty_sendings_of_one_key_make_one_row"
    ],
    "a sign-in that ended while offline keeps the queue": [
        f"{FLOOR}::test_a_note_stays_its_owners_through_sign_ins_and_stale_tokens"
    ],
    "another person on the phone sends nothing under a wrong name": [
        f"{FLOOR}::test_a_note_stays_its_owners_through_sign_ins_and_stale_tokens",
        "fairs/test_floor.py::test_a_phone_notes_changes_and_takes_back",
    ],
    "a stale token is renewed without a second row": [
        f"{FLOOR}::test_a_note_stays_its_owners_through_sign_ins_and_stale_tokens"
    ],
    "a photo is made small on the phone": [f"{PITFALLS}::test_words_go_first_and_a_photo_that_fails_keeps_its_place"],
    # The three bugs of the first version.
    "bug 1: the form is emptied at once, words first, the photo afterwards": [
        f"{PITFALLS}::test_a_slow_photo_wipes_nothing_of_the_next_entry"
    ],
    "bug 2: only 413 and 422 are a last word": [f"{PITFALLS}::test_only_two_refusals_are_a_last_word"],
    "bug 3: who is there is asked before each sending": [f"{PITFALLS}::test_who_is_there_is_asked_before_each_sending"],
    # The pitfalls.
    "no token in the kept page; it is fetched anew and never kept": [
        "fairs/test_floor.py::test_the_shell_holds_nobodys_data_and_is_small",
        "fairs/test_floor.py::test_what_is_asked_anew_each_time_is_never_kept",
    ],
    "a stale token has a status of its own, in JSON": ["fairs/test_floor.py::test_what_a_pass_opens_and_what_ends_it"],
    "a pass lasts seven days from its last use": ["fairs/test_floor.py::test_what_a_pass_opens_and_what_ends_it"],
    "who is not signed in is told 401 in JSON, not sent elsewhere": [
        "fairs/test_floor.py::test_what_a_pass_opens_and_what_ends_it"
    ],
    "a page or a redirect in place of an answer is no answer": [
        f"{PITFALLS}::test_a_page_in_place_of_an_answer_is_no_answer"
    ],
    "without HTTPS the page says that offline is off, and still sends": [
        f"{PITFALLS}::test_without_https_the_page_says_so_and_still_works",
        "browser/test_https.py::test_a_phone_is_ready_and_opens_without_network",
    ],
    "a browser that may wipe its store: what waits is red and can be taken out": [
        f"{PITFALLS}::test_what_waits_is_red_and_the_phone_is_never_the_only_copy"
    ],
    "the browser of WeChat is recognised": [f"{PITFALLS}::test_the_browser_of_wechat_is_told"],
    "photos are kept as bytes and sent one by one, after the words": [
        f"{PITFALLS}::test_words_go_first_and_a_photo_that_fails_keeps_its_place"
    ],
    "a photo keeps enough for a dense code": [
        f"{PITFALLS}::test_words_go_first_and_a_photo_that_fails_keeps_its_place",
        "fairs/test_cards.py::test_an_evening_of_cards_is_brought_at_once",
    ],
    "a photo that is too large is refused": [
        "fairs/test_floor.py::test_a_phone_notes_changes_and_takes_back",
        "fairs/test_capture.py::test_the_photo_of_a_card",
    ],
    "no photo says where it was taken": [
        "fairs/test_capture.py::test_the_photo_of_a_card",
        f"{PITFALLS}::test_words_go_first_and_a_photo_that_fails_keeps_its_place",
    ],
    "both clocks are kept; who was first rests on none of a phone": [
        "fairs/test_floor.py::test_the_phones_clock_stands_beside_the_servers",
        "core/test_capture.py::test_the_day_on_which_a_contact_counts",
        "fairs/test_approvals.py::test_who_synced_first_is_not_first",
    ],
    "two colleagues who note one person are shown to a person, not merged": [
        "fairs/test_contacts.py::test_which_contacts_look_like_one",
        "fairs/test_follow.py::test_what_looks_double_is_settled_by_a_person",
    ],
    "a new worker replaces the kept page and nothing that waits": [
        f"{PITFALLS}::test_a_new_shell_replaces_the_old_one_and_what_waits_stays"
    ],
    "the worker's own file is never kept": ["fairs/test_floor.py::test_what_is_asked_anew_each_time_is_never_kept"],
    "an old form is still taken": ["fairs/test_capture.py::test_an_old_form_and_an_unknown_answer_are_taken"],
    "a list that changed is fetched anew, its day is shown": [
        f"{PITFALLS}::test_a_list_that_changed_is_fetched_anew_with_its_day"
    ],
    "a lost phone holds own and assigned rows alone, and is ended from the list": [
        "fairs/test_floor.py::test_what_a_pass_opens_and_what_ends_it",
        "fairs/test_floor.py::test_the_phones_of_an_edition",
    ],
    "leaving wipes the phone, and is refused while anything waits": [
        f"{FLOOR}::test_a_note_stays_its_owners_through_sign_ins_and_stale_tokens",
        f"{PITFALLS}::test_leaving_wipes_the_phone_once_nothing_waits",
    ],
}


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    return frozenset(one.name for one in tree.body if isinstance(one, ast.FunctionDef))


@pytest.mark.parametrize("pitfall", COVERED)
def test_each_pitfall_names_a_test_that_exists(pitfall):
    for place in COVERED[pitfall]:
        path, _colons, name = place.partition("::")
        assert name in names_in(path), place
