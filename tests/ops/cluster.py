"""A PostgreSQL server of a test's own, with the durability of a real one, that may be killed."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path


class Cluster:
    """initdb, start, kill -9 of every process, start again. ``synchronous_commit`` and ``fsync`` stay on."""

    def __init__(self) -> None:
        self.bin = subprocess.check_output(["pg_config", "--bindir"], text=True).strip()
        self.folder = tempfile.mkdtemp(prefix="crmpg-kill-")
        self.url = f"postgresql+psycopg://crm@/postgres?host={self.folder}"
        self.prefix: list[str] = []
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self.prefix = ["runuser", "-u", "postgres", "--"]
        self._run("initdb", "-A", "trust", "-U", "crm", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")

    def start(self) -> None:
        """Start, or start again after a kill; returns when the server answers."""
        self._run(
            "pg_ctl", "-w", "-s", "-l", f"{self.folder}/log", "-o", f"-k {self.folder} -c listen_addresses=''", "start"
        )

    def kill(self) -> None:
        """kill -9 the server and all its children, as a crash does."""
        parent = int(Path(self.folder, "data", "postmaster.pid").read_text().split()[0])
        family = [parent, *_children(parent)]
        for process in family:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        while any(Path(f"/proc/{process}").exists() and not _is_dead(process) for process in family):
            time.sleep(0.02)
        # In a container nobody may collect the dead: their numbers then still look taken to the next server.
        Path(self.folder, "data", "postmaster.pid").unlink(missing_ok=True)
        Path(self.folder, ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def remove(self) -> None:
        """Stop and take everything away."""
        self._run("pg_ctl", "-m", "immediate", "-s", "stop", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        call = [*self.prefix, f"{self.bin}/{program}", "-D", f"{self.folder}/data", *arguments]
        subprocess.run(call, check=check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=os.sep)


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text()
            except OSError:
                continue
            if int(status.rpartition(")")[2].split()[1]) == parent:
                found.append(int(entry.name))
    return found


def _is_dead(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True
