"""What is remembered of an upload until it is handed in: so that the same command goes on after a kill or a reboot.

One small file for each site and path, without any secret: the server knows whose upload it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from dlcv.files import read_json, state_folder, write_private
from dlcv.local_file import LocalFile

_UPLOAD = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Unfinished:
    """``url`` and ``file`` say what; ``recall`` and ``keep`` speak of the upload's id on the server."""

    url: str
    file: LocalFile

    def recall(self) -> str:
        """The id under which this very file was being sent; empty for none."""
        kept = self._read()
        return kept["upload"] if kept.get("sha256") == self.file.sha256 else ""

    def outdated(self) -> str:
        """The id under which an earlier file of this path was being sent; empty for none."""
        kept = self._read()
        return kept["upload"] if kept and kept["sha256"] != self.file.sha256 else ""

    def keep(self, upload: str) -> None:
        write_private(
            self._path,
            {
                "version": 1,
                "url": self.url,
                "path": str(self.file.path),
                "sha256": self.file.sha256,
                "size": self.file.size,
                "upload": upload,
            },
        )

    def forget(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()

    @property
    def _path(self) -> Path:
        name = hashlib.sha256(f"{self.url}\n{self.file.path}".encode("utf-8", "surrogateescape")).hexdigest()[:32]
        return state_folder() / "uploads" / f"{name}.json"

    def _read(self) -> dict[str, str]:
        kept = read_json(self._path)
        if not isinstance(kept, dict) or not is_upload_id(kept.get("upload")):
            return {}
        return {"upload": kept["upload"], "sha256": str(kept.get("sha256"))}


def is_upload_id(text: object) -> bool:
    return isinstance(text, str) and _UPLOAD.fullmatch(text) is not None
