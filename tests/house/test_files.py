"""How a file looks: short, named by one noun, finished."""

import ast
import re

import pytest

from tests.house.source import ROOT, modules, texts

VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "stuff"}
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "raise " + "NotImplementedError"]) + r")\b")
SKIPS = re.compile(r"pytest\.(?:mark\.)?(?:" + "|".join(["sk" + "ip", "sk" + "ipif", "xf" + "ail"]) + r")\b")
# Tests of the optional extra run only where it is installed, and say so elsewhere.
OPTIONAL = {"tests/fairs/test_engine.py"}
MACHINE = re.compile("|".join([r"/" + "work/", r"/ro" + "ot/", "pypi" + r"\.org", "registry" + r"\.npmjs"]))


def test_files_are_short():
    long = {
        str(path): count
        for path, text in texts(".py", ".html", ".js", ".css", ".sh")
        if (count := text.count("\n")) > 400 and "versions" not in path.parts
    }

    assert long == {}


def test_functions_are_short():
    long = [
        f"{path}:{node.lineno} {node.name} {node.end_lineno - node.lineno + 1}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno - node.lineno + 1 > 50
    ]

    assert long == []


def test_modules_are_named_by_a_noun():
    assert [str(path) for path, _ in texts(".py", ".html", ".js") if path.stem in VAGUE] == []


def test_every_module_says_what_it_is_about():
    assert [str(path) for path, tree in modules() if tree.body and ast.get_docstring(tree) is None] == []


def test_every_public_function_of_the_product_says_what_it_does():
    """Views speak through their names; so do the methods that a library asks for."""
    quiet = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in modules()
        if path.stem not in ("views", "forms") and "views" not in path.parts
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and not node.decorator_list
        and ast.get_docstring(node) is None
    ]

    assert quiet == []


@pytest.mark.parametrize("pattern", [UNFINISHED, SKIPS], ids=["unfinished", "skipped"])
def test_nothing_is_left_for_later(pattern):
    found = [
        f"{path}:{number}"
        for path, text in texts(".py", ".html", ".js", ".css", ".sh", ".md")
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line) and not (pattern is SKIPS and str(path) in OPTIONAL)
    ]

    assert found == []


def test_the_tree_speaks_of_the_project_alone():
    """No path of one machine, no address of a package registry."""
    names = [
        "README.md",
        "README.zh.md",
        "Makefile",
        "package.json",
        "package-lock.json",
        "requirements.txt",
        "requirements-dev.txt",
    ]
    more = [(ROOT / name, (ROOT / name).read_text(encoding="utf-8")) for name in names if (ROOT / name).exists()]
    found = [
        f"{path}:{number}"
        for path, text in [*texts(".py", ".html", ".js", ".css", ".sh", ".md", ".txt"), *more]
        for number, line in enumerate(text.splitlines(), 1)
        if MACHINE.search(line)
    ]

    assert found == []
