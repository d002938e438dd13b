"""The source tree, read once for the house tests."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ORDER = (
    *("core", "kit", "audit", "accounts", "files", "notices", "parameters", "imports", "plan", "carriers", "companies"),
    *(
        "people",
        "leads",
        "claims",
        "projects",
        "interactions",
        "todos",
        "handovers",
        "agenda",
        "watch",
        "chains",
        "ties",
        "targets",
        "fairs",
        "duplicates",
        "reports",
        "api",
    ),
)
# Where the parts are joined: these may import every room.
JOINTS = {"__init__", "cli", "models", "seeding", "styleguide"}
OURS = ("crm", "templates", "tests", "migrations", "bench", "tools", "docs", ".ci")


@cache
def modules() -> tuple[tuple[Path, ast.Module], ...]:
    """Every Python module of the product, parsed."""
    found = sorted((ROOT / "crm").rglob("*.py"))
    return tuple((path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))) for path in found)


def room_of(path: Path) -> str | None:
    """The room (or core, kit) a module belongs to; None for the joints."""
    parts = path.with_suffix("").parts
    return parts[1] if parts[1] in ORDER else None


def imported(tree: ast.Module, package: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Each dotted name that a module imports, wherever the import stands, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
        elif _loads_by_name(node):
            yield node.lineno, str(node.args[0].value)


def _loads_by_name(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
        return False
    return getattr(node.func, "id", getattr(node.func, "attr", "")) == "import_module"


def texts(*suffixes: str) -> Iterator[tuple[Path, str]]:
    """Each text file of ours with one of the suffixes (vendored and generated ones left out)."""
    for folder in OURS:
        for path in sorted((ROOT / folder).rglob("*")):
            name = str(path.relative_to(ROOT))
            if path.is_file() and path.suffix in suffixes and not name.startswith("crm/static/vendor"):
                yield Path(name), path.read_text(encoding="utf-8")
