"""manage.py serve: the whole site by one command, with its worker."""

import contextlib
import http.client
import ipaddress
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core import checks
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from config.checks import mail_settings, production_settings, upload_settings
from config.folders import spool
from config.only_one import holding_the_data_folder
from config.rounds import DailyRound
from config.static_files import collect
from config.supervisor import Child, Supervisor
from grading.services import worker_is_alive
from privacy.rounds import sweep_everything

ROUND_SECONDS: Final = 0.2
SMALL_SOCKET_MESSAGE: Final = 64 * 2**10


class Command(BaseCommand):
    help = "Serve the site with its worker: one command, no other service. Ctrl-C or TERM stops everything."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        _refuse_unsafe_settings(host)
        _refuse_busy_port(host, port)
        with holding_the_data_folder():
            self._prepare()
            self._serve(host, port)

    def _serve(self, host: str, port: int) -> None:
        stopped: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda received, _: stopped.append(received))
        supervisor = Supervisor([_web(host, port), _worker()], say=self._say)
        daily = DailyRound([sys.executable, _manage(), "sweep"], _environment(), say=self._say)
        announced = False
        try:
            while not stopped:
                supervisor.look_after()
                daily.look_after()
                if not announced and is_up(host, port) and worker_is_alive():
                    self._say(f"Ready: http://{_bracketed(host)}:{port}/ (Ctrl-C stops it)")
                    announced = True
                connection.close()
                time.sleep(ROUND_SECONDS)
        finally:
            daily.stop()
            supervisor.stop()
        self._say("Stopped.")

    def _prepare(self) -> None:
        """The database is brought up to date, and converted to WAL, before two processes want it at once."""
        call_command("migrate", interactive=False, verbosity=0)
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA journal_mode")
                if cursor.fetchone()[0] != "wal":
                    self._say("SQLite cannot use WAL here (a network drive?): expect it to be slow under load.")
        sweep_everything()
        if collect():
            self._say("The static files are collected.")
        connection.close()

    def _say(self, line: str) -> None:
        with contextlib.suppress(OSError):  # the terminal that started us may be gone; the site goes on
            self.stdout.write(line)
            self.stdout.flush()


def is_up(host: str, port: int) -> bool:
    """Does the site answer, under a name that it listens to?"""
    name = next((name for name in settings.ALLOWED_HOSTS if "*" not in name), "localhost").lstrip(".")
    web = http.client.HTTPConnection(_reachable(host), port, timeout=2)
    try:
        web.request("GET", "/healthz", headers={"Host": name})
        return web.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        web.close()


def _web(host: str, port: int) -> Child:
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--app-dir", "platform"]
    command += ["--host", host, "--port", str(port), "--log-level", "warning", "--no-server-header"]
    # Compression costs more than it saves on messages this small, per socket and for ever (memory).
    command += ["--ws-per-message-deflate", "false", "--ws-max-size", str(SMALL_SOCKET_MESSAGE)]
    command += ["--timeout-graceful-shutdown", "3"]
    if not settings.HTTPS:  # no proxy stands in front: whoever says who they are (X-Forwarded-For) is not believed
        command.append("--no-proxy-headers")
    return Child("web process", command, _environment() | {"TMPDIR": str(spool())})


def _worker() -> Child:
    command = [sys.executable, _manage(), "work", *(["--gpu"] if settings.GPU else [])]
    return Child("worker", command, _environment())


def _manage() -> str:
    return str(Path(settings.BASE_DIR) / "manage.py")


def _environment() -> dict[str, str]:
    """Ours; with the checkout first on the import path, wherever we were started from."""
    paths = [str(settings.BASE_DIR), str(Path(settings.BASE_DIR) / "platform"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}


def _refuse_unsafe_settings(host: str) -> None:
    if settings.DEMO and not settings.DEMO_PUBLIC and not _is_loopback(host):
        raise CommandError(
            f"The demo's passwords are public, and {host} is open to the network. Serve it on 127.0.0.1, "
            "or say DLCV_DEMO_PUBLIC=1 if you mean it."
        )
    for problem in (*production_settings(), *mail_settings(), *upload_settings()):
        if problem.level >= checks.ERROR:
            raise CommandError(f"{problem.msg} {problem.hint}")


def _refuse_busy_port(host: str, port: int) -> None:
    if not 0 < port < 65536:
        raise CommandError(f"{port} is not a port: choose one from 1 to 65535.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise CommandError(f"Port {port} is reserved for the administrator: choose one above 1023.") from error
        except OSError as error:
            reason = f"{_bracketed(host)}:{port} cannot be used ({error.strerror})."
            raise CommandError(f"{reason} Is the site running already? Choose another with --port.") from error


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _reachable(host: str) -> str:
    """Where to knock when the site listens on every address."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
