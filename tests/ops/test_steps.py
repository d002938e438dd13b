"""The stamps of the set-up: a step is done once for what it reads, and again when it was cut."""

import shutil
import subprocess
from pathlib import Path

import pytest

STEPS = Path(__file__).resolve().parents[2] / "tools" / "steps.sh"


@pytest.fixture
def shell(tmp_path):
    """Run lines of shell in a tree of their own, with the steps at hand; returns what they print."""
    (tmp_path / "tools").mkdir()
    shutil.copy(STEPS, tmp_path / "tools")
    (tmp_path / "read").mkdir()
    (tmp_path / "read" / "a.txt").write_text("one")

    def run(lines: str) -> str:
        script = tmp_path / "tools" / "try.sh"
        script.write_text(f'set -eu\n. "$(dirname "$0")/steps.sh"\n{lines}\n')
        done = subprocess.run(["sh", str(script)], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    run.folder = tmp_path  # type: ignore[attr-defined]
    return run


STEP = """
key=$(digest read)
fresh thing "$key" && { echo skipped; exit; }
if broken thing; then echo "from the ground"; fi
begin thing
[ -e cut ] && exit
finish thing "$key"
echo done
"""


def test_a_finished_step_is_not_done_again(shell):
    assert [shell(STEP), shell(STEP)] == ["done", "skipped"]


def test_a_step_is_done_again_when_what_it_reads_has_changed(shell):
    shell(STEP)
    (shell.folder / "read" / "b.txt").write_text("two")

    assert shell(STEP) == "done"


def test_caches_do_not_count_as_a_change(shell):
    shell(STEP)
    (shell.folder / "read" / "b.pyc").write_text("two")

    assert shell(STEP) == "skipped"


def test_a_step_that_was_cut_is_done_from_the_ground(shell):
    shell(STEP)
    (shell.folder / "read" / "a.txt").write_text("changed")
    (shell.folder / "cut").touch()
    shell(STEP)
    (shell.folder / "cut").unlink()

    assert shell(STEP).splitlines() == ["from the ground", "done"]
    assert shell(STEP) == "skipped"
