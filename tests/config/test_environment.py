"""A setting that makes no sense stops the start and names itself, whatever it is about."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def start(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Load the settings as every command of the site does."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DLCV_")}
    environment |= {"DLCV_DATA_DIR": str(folder), "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'platform'}", **settings}
    command = [sys.executable, "-c", "import config.settings"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DLCV_ALLOW_WEAK_SEAL", "perhaps"),
        ("DLCV_CHECKPOINT_LIMIT_BYTES", "-1"),
        ("DLCV_DATA_DIR", "/etc/passwd"),
        ("DLCV_DEBUG", "maybe"),
        ("DLCV_EMAIL_FROM", "the site"),
        ("DLCV_EMAIL_FROM", "a@b\nBcc: c@d"),
        ("DLCV_EMAIL_TLS", "maybe"),
        ("DLCV_LOG_LEVEL", "LOUD"),
        ("DLCV_MAX_ATTEMPTS", "0"),
        ("DLCV_TIME_ZONE", "Mars/Base"),
        ("DLCV_TIME_ZONE", "../etc/passwd"),
    ],
)
def test_a_value_that_makes_no_sense_stops_the_start_and_names_itself(name: str, value: str, tmp_path: Path) -> None:
    started = start(tmp_path, **{name: value})
    assert started.returncode != 0
    assert f"ImproperlyConfigured: {name}={value!r}: expected" in started.stderr.splitlines()[-1]


def test_values_that_make_sense_are_taken(tmp_path: Path) -> None:
    started = start(tmp_path, DLCV_TIME_ZONE="Asia/Tokyo", DLCV_LOG_LEVEL="INFO", DLCV_ALLOW_WEAK_SEAL="1")
    assert (started.returncode, started.stderr) == (0, "")
