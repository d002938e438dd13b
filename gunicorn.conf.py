"""gunicorn: 2 processes of 4 threads on HOST:PORT; a taken port gives way to the next free one."""

import os
import socket
import sys

worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = True
timeout = 60
graceful_timeout = 30
keepalive = 5
accesslog = None  # the app writes its own request log, without addresses and texts
errorlog = "-"
loglevel = os.environ.get("LOG_LEVEL", "warning")
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
limit_request_line = 8190
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")


# make run HTTPS=1 (tools/certificate.sh). In service a proxy in front speaks TLS.
_tls = os.environ.get("CRM_TLS", "")
if _tls:
    certfile, keyfile = os.path.join(_tls, "server.crt"), os.path.join(_tls, "server.key")


def _free_port(host: str, first: int) -> int:
    for port in range(first, first + 50):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            if port != first:
                print(f"Port {first} is taken; using {port}.", flush=True)
            return port
    sys.exit(f"No free port from {first} to {first + 49}.")


# Kept in the environment: a reload (SIGHUP) reads this file again, and its own port is then taken by itself.
if "CRM_BOUND" not in os.environ:
    _host = os.environ.get("HOST", "127.0.0.1")
    _port = _free_port(_host, int(os.environ.get("PORT", "8000")))
    os.environ["CRM_BOUND"] = f"[{_host}]:{_port}" if ":" in _host else f"{_host}:{_port}"
bind = os.environ["CRM_BOUND"]


def on_starting(server):
    """Let a process stand by for long work; with CRM_SEED=1 (make run) migrate and bring the reference data up first of all."""
    from crm.kit import standby

    app = server.app.wsgi()
    if app.config["SCHEDULER"]:
        standby.begin(app)  # before the first connection, which a fork must not share
    if os.environ.get("CRM_SEED") == "1":
        from crm import seeding

        with app.app_context():
            seeding.bring_up(print)


def when_ready(server):
    """Say where the platform answers, and how to sign in while the data are samples."""
    from crm.cli import welcome

    print(f"\n黄石市精准招商平台  {'https' if _tls else 'http'}://{bind}/\n", flush=True)
    for line in welcome(server.app.wsgi()):
        print(line, flush=True)


def post_fork(_server, _worker):
    """A process opens its own connections; those of the parent are left alone, not closed."""
    from crm.kit import db

    db.engine().dispose(close=False)


def post_worker_init(worker):
    """Each process stands for election; one of all runs the jobs."""
    from crm.kit import jobs

    jobs.start(worker.wsgi)


def worker_exit(_server, _worker):
    """Let go of the lead, so that another process takes over at once."""
    from crm.kit import jobs

    jobs.stop()
