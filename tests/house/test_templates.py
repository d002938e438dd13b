"""Pages run under ``script-src 'self'`` and load nothing foreign: no inline script, handler or style, no raw HTML."""

import re

import pytest
from jinja2 import Environment, nodes

from tests.house.source import modules, texts

RULES = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(?!\s*</script>)", re.I),
    "inline style": re.compile(r"<style\b|\sstyle\s*=", re.I),
    "event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "script address": re.compile(r"javascript:", re.I),
    "htmx code": re.compile(r"hx-on|hx-vals\s*=\s*[\"']js:|hx-trigger\s*=\s*\"(?:[^\"]*,)?\s*[a-z:]+\["),
    "raw HTML": re.compile(r"\|\s*safe\b|autoescape\s+false"),
    # form_open writes the field already, empty, and the first of two is the one that is read: give it version=…
    "second version": re.compile(r"form_open\([^\n]*name=\"version\""),
    # on a phone a table without links scrolls in its box, which only the keyboard's focus can move
    "scroller out of the keyboard's reach": re.compile(
        r'<div class="scroll-x"(?![^>]*tabindex)[^>]*>\s*<table class="tbl inner"'
    ),
    "foreign address": re.compile(r"(?:src|href|action|url)\s*[=(]\s*[\"']?(?:https?:)?//", re.I),
}
# XML name spaces are names, not addresses that anything loads.
FOREIGN = re.compile(r"https?://(?!www\.w3\.org/)[\w.-]+\.\w+")
HAN = re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf]+")
# The mark of the platform, and the name a language gives itself.
SAME_IN_EVERY_LANGUAGE = {"石", "中文"}
TRANSLATE = {"_", "gettext", "ngettext", "_l", "lazy_gettext"}


@pytest.mark.parametrize("rule", RULES)
def test_templates_keep_the_rule(rule):
    found = [
        f"{path}:{text[: match.start()].count(chr(10)) + 1} {match[0][:60]}"
        for path, text in texts(".html")
        if path.parts[0] == "templates"
        for match in RULES[rule].finditer(text)
    ]

    assert found == []


def test_nothing_of_ours_is_loaded_from_another_machine():
    found = [
        f"{path} {match[0]}"
        for path, text in texts(".html", ".js", ".css")
        if path.parts[0] in ("templates", "crm")
        for match in FOREIGN.finditer(text)
    ]

    assert found == []


def test_a_macro_is_asked_of_the_template_that_holds_it(app):
    """A template does not hand on what it imports itself, and the page that asks breaks only where the name is used."""
    trees = {path.relative_to("templates").as_posix(): app.jinja_env.parse(text) for path, text in texts(".html")}
    held = {
        name: {one.name for one in tree.find_all(nodes.Macro)}
        | {one.target.name for one in tree.find_all(nodes.Assign) if isinstance(one.target, nodes.Name)}
        for name, tree in trees.items()
    }
    missing = [
        f"{name}:{one.lineno} {asked}"
        for name, tree in trees.items()
        for one in tree.find_all(nodes.FromImport)
        for asked in ((pair[0] if isinstance(pair, tuple) else pair) for pair in one.names)
        if asked not in held[one.template.value]
    ]

    assert missing == []


def test_python_hands_no_raw_html_to_templates():
    import ast

    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules()
        if str(path) != "crm/kit/i18n.py"  # the templates' own texts, marked as Jinja's extension marks them
        for node in ast.walk(tree)
        if isinstance(node, (ast.Name, ast.Attribute))
        and (getattr(node, "id", "") or getattr(node, "attr", "")) == "Markup"
    ]

    assert found == []


def _not_literal(tree: nodes.Node) -> list[int]:
    """Lines where the translator is given anything but texts that stand in the template."""
    return [
        call.lineno
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name)
        and call.node.name in TRANSLATE
        and not (call.args and isinstance(call.args[0], nodes.Const) and isinstance(call.args[0].value, str))
    ]


def test_only_texts_of_the_templates_are_trusted_as_markup():
    """What ``_`` returns is not escaped (crm/kit/i18n.py): a text that somebody typed may be a value in it, never the text itself."""
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"])
    pages = [(str(path), text) for path, text in texts(".html") if path.parts[0] == "templates"]
    found = {path: lines for path, text in pages if (lines := _not_literal(environment.parse(text)))}

    assert _not_literal(environment.parse("{{ _(row.reason) }}{{ _('固定的字') }}")) == [1]
    assert pages
    assert found == {}


def test_a_value_put_into_a_text_is_escaped(app):
    with app.test_request_context():
        assert "<b>" not in app.jinja_env.from_string("{{ _('共 %(n)s 家', n=typed) }}").render(typed="<b>")


def _han(text: str) -> list[str]:
    return [words for words in HAN.findall(text) if words not in SAME_IN_EVERY_LANGUAGE]


def _untranslated(node: nodes.Node, inside: bool = False):
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in TRANSLATE:
        inside = True
    if isinstance(node, nodes.TemplateData):
        yield from ((node.lineno, words) for words in _han(node.data))
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and not inside:
        yield from ((node.lineno, words) for words in _han(node.value))
    if isinstance(node, nodes.Compare):  # words of the data, not of the page
        return
    if isinstance(node, nodes.Pair):
        yield from _untranslated(node.value, inside)
        return
    for child in node.iter_child_nodes():
        yield from _untranslated(child, inside)


def test_every_word_on_a_page_passes_the_translator():
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"])
    found = [
        f"{path}:{line} {words[:40]}"
        for path, text in texts(".html")
        if path.parts[:2] not in (("templates", "styleguide"),) and path.parts[0] == "templates"
        if path.parts != ("templates", "print", "slips.html")  # a form signed by strangers: always in both languages
        for line, words in _untranslated(environment.parse(text))
    ]

    assert found == []
