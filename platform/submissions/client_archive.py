"""The terminal client as one file that ``pip install https://the.site/terminal/dlcv.zip`` takes.

So that a student on a GPU server needs no checkout of anything, and has the client that goes with this site.
"""

import io
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings

#: What of client/ goes in; nothing that was built or cached there does.
_PATTERNS: Final = ("pyproject.toml", "README.md", "dlcv/*.py", "dlcv/commands/*.py")
_FOLDER: Final = "dlcv-client"


@lru_cache(maxsize=1)
def client_archive() -> bytes:
    """A source archive, the same bytes for the same files."""
    buffer = io.BytesIO()
    root = Path(settings.BASE_DIR) / "client"
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for pattern in _PATTERNS for path in root.glob(pattern)):
            entry = zipfile.ZipInfo(f"{_FOLDER}/{path.relative_to(root)}")  # its own fixed date
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
