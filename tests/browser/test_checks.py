"""The check of a page finds a fault, also on a page of which most was seen before."""

import pytest

GOOD = "<!doctype html><html lang=zh><title>页面</title><main><h1>标题</h1><p>文字</p>{}</main>"
PALE = "<style>@media (min-width: 900px) {{ .bar {{ color: #bbb }} }}</style><p class=bar>浅色的字</p>"


@pytest.mark.parametrize(
    ("fault", "rule"),
    [(PALE.format(), "color-contrast"), ("<p><input></p>", "label"), ("<p><img src='data:,'></p>", "image-alt")],
    ids=["contrast", "label", "picture"],
)
def test_a_fault_is_found_after_a_sound_page_and_again(page, live_url, check_both, fault, rule):
    """The first of them is there in a wide window only. A second try must see what the first one saw."""
    page.goto(f"{live_url}/axe.min.js")
    page.set_content(GOOD.format(""))
    check_both(page)

    for _ in range(2):
        page.set_content(GOOD.format(fault))
        with pytest.raises(AssertionError, match=rule):
            check_both(page)
