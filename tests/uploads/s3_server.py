"""A real S3 server on the loopback: rclone, serving a folder. Installed with the other tools of the tests."""

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.end_to_end.conftest import free_port

KEY, SECRET, BUCKET = "course", "between-us", "videos"


class S3Server:
    """``folder`` is what it keeps: a directory of its own for each bucket."""

    def __init__(self, folder: Path) -> None:
        program = Path(sys.executable).with_name("rclone")
        if not program.exists():
            pytest.skip("rclone is not installed (requirements.txt)")
        self.folder = folder
        (folder / BUCKET).mkdir(parents=True)
        self.url = f"http://127.0.0.1:{free_port()}"
        command = [program, "serve", "s3", str(folder), "--addr", self.url.removeprefix("http://")]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RCLONE_")}
        self._log = (folder.parent / "rclone.log").open("wb")
        self._process = subprocess.Popen(
            [*command, "--auth-key", f"{KEY},{SECRET}", "--config", os.devnull, "--vfs-cache-mode", "off"],
            env={**kept, "HOME": str(folder.parent)}, stdout=self._log, stderr=self._log,
        )  # fmt: skip
        deadline = time.monotonic() + 30
        while not self._answers():
            assert self._process.poll() is None, Path(self._log.name).read_text()
            assert time.monotonic() < deadline, "the S3 server did not answer in time"
            time.sleep(0.05)

    def kept(self) -> dict[str, int]:
        """Every object of the bucket, and its size."""
        root = self.folder / BUCKET
        return {path.relative_to(root).as_posix(): path.stat().st_size for path in root.rglob("*") if path.is_file()}

    def empty(self) -> None:
        shutil.rmtree(self.folder / BUCKET)
        (self.folder / BUCKET).mkdir()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()

    def _answers(self) -> bool:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            opener.open(self.url, timeout=2).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True
