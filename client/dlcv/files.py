"""Small files of one's own: written whole or not at all, readable by nobody else."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any


def config_folder() -> Path:
    return _base("XDG_CONFIG_HOME", ".config") / "dlcv"


def state_folder() -> Path:
    return _base("XDG_STATE_HOME", ".local/state") / "dlcv"


def write_private(path: Path, value: Any) -> None:
    """As JSON, with mode 0600 from the first byte on, in a folder of mode 0700. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=str(path.parent))  # made with mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, str(path))
    except BaseException:
        os.unlink(name)
        raise


def read_json(path: Path) -> Any:
    """None when there is no such file, or no JSON in it. Raises OSError when it is there and closed to us."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def _base(variable: str, otherwise: str) -> Path:
    """The XDG rule: a relative path counts as none."""
    said = os.environ.get(variable, "")
    return Path(said) if os.path.isabs(said) else Path.home() / otherwise
