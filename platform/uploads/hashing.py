"""SHA-256 of files: in blocks, or while their bytes arrive."""

import hashlib
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Any, Final

#: Files that arrive at once in one process; whatever is forgotten is read once more at its end.
MOST: Final = 256


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class RunningHashes:
    """How far the hash of each upload has come in this process. One that another process went on with is dropped."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[str, tuple[int, Any]] = OrderedDict()

    def take(self, name: str, offset: int) -> Any:
        """The hash of the first ``offset`` bytes, out of here while it grows; None when we have not seen them all."""
        with self._lock:
            at, made = self._known.pop(name, (0, None))
        if offset == 0:
            return hashlib.sha256()
        return made if at == offset else None

    def put(self, name: str, offset: int, made: Any) -> None:
        """``made`` is now of the first ``offset`` bytes."""
        with self._lock:
            self._known[name] = (offset, made)
            while len(self._known) > MOST:
                self._known.popitem(last=False)


running = RunningHashes()
