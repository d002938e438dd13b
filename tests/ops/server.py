"""The real server of a test's own, started as an operator starts it, that may be killed."""

import http.client
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """gunicorn with its workers; ``kill`` is kill -9 of all of them at once."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder, self.database, self.port = folder, database, free_port()
        self.log = folder / "server.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, **settings: str) -> None:
        """Start; return when it answers."""
        environment = {
            **os.environ,
            "CRM_DATA_DIR": str(self.folder),
            "CRM_DATABASE_URL": self.database,
            "PORT": str(self.port),
            **settings,
        }
        command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
            )
        deadline = time.monotonic() + 120
        while not self.answers():
            assert self.process.poll() is None, self.log.read_text()[-2000:]
            assert time.monotonic() < deadline, self.log.read_text()[-2000:]
            time.sleep(0.05)

    def answers(self) -> bool:
        """Whether somebody answers on the port."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def kill(self) -> None:
        """kill -9 the master and all workers."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Ask it to stop, as an operator does; return its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout=40)


class Person:
    """A signed-in person who registers leads through the form, one after another."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookie = f"crm_sign_in={token}"
        page = self._send("GET", "/leads/new")
        self.cookie += "; " + page.headers["Set-Cookie"].split(";")[0]
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        assert found, page.text[:500]
        self.csrf = found[1]

    def register(self, name: str) -> bool:
        """Register a lead; True when the server answered that it is saved."""
        fields = {
            "csrf_token": self.csrf,
            "once": secrets.token_hex(12),
            "company_text": name,
            "title": "拟建生产线",
            "first_contact_on": "2026-11-20",
        }
        answer = self._send("POST", "/leads/new", urlencode(fields))
        assert answer.status in (303, 422), f"{answer.status} {answer.text[:300]}"
        return answer.status == 303

    def _send(self, method: str, path: str, body: str | None = None) -> "Answer":
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            self.connection.request(method, path, body, headers)
            with self.connection.getresponse() as response:
                return Answer(response.status, response.headers, response.read().decode())
        except (OSError, http.client.HTTPException):  # the server was killed: nothing of it may stay open
            self.connection.close()
            raise


class Answer:
    """What came back."""

    def __init__(self, status: int, headers: http.client.HTTPMessage, text: str) -> None:
        self.status, self.headers, self.text = status, headers, text
