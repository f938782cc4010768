"""A site as it is served, in a process of its own, with a clerk beside it; both die with the test session."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
START_SECONDS = 60
CLERK = "tests/client/clerk.py"


class LiveSite:
    """``url`` stays the same when the site is killed and started again."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = (data / "serve.log").open("ab")
        self._clerk = subprocess.Popen(
            [sys.executable, CLERK], cwd=REPOSITORY, env=self._environment(), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log,
        )  # fmt: skip
        self.ask("build")
        self.start()

    def ask(self, errand: str, **more: Any) -> Any:
        """What the clerk answers; an errand that fails ends the clerk, and its reason is in the log."""
        assert self._clerk.stdin is not None
        assert self._clerk.stdout is not None
        self._clerk.stdin.write(json.dumps({"errand": errand, **more}) + "\n")
        self._clerk.stdin.flush()
        line = self._clerk.stdout.readline()
        assert line, f"the clerk could not {errand}: {self.log()[-3000:]}"
        return json.loads(line)

    def start(self) -> None:
        command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--app-dir", "platform"]
        self._server = subprocess.Popen(
            [*command, "--port", str(self.port), "--log-level", "warning"],
            cwd=REPOSITORY, env=self._environment(), stdout=self._log, stderr=self._log,
        )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while not _answers(self.url):
            assert self._server.poll() is None, f"the site stopped while starting: {self.log()[-3000:]}"
            assert time.monotonic() < deadline, "the site did not answer in time"
            time.sleep(0.1)

    def kill(self) -> None:
        """As a power cut would."""
        self._server.send_signal(signal.SIGKILL)
        self._server.wait(20)

    def stop(self) -> None:
        self.kill()
        self._clerk.communicate(timeout=20)  # its standard input ends, and so does it
        self._log.close()

    def log(self) -> str:
        return (self.data / "serve.log").read_text("utf-8", "replace")

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DLCV_", "DJANGO_"))}
        path = os.pathsep.join((str(REPOSITORY), str(REPOSITORY / "platform")))
        return {**kept, "PYTHONPATH": path, "DLCV_DATA_DIR": str(self.data), "DLCV_DEBUG": "1"}


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(f"{url}/api/docs/", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
