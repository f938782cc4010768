"""Zips that the worker makes for a pair: the same question gives the same bytes on every day and machine."""

import io
import zipfile
from collections.abc import Iterable
from typing import Final

_MOMENT: Final = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say


def material_zip(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip of (path, content), stored: another zlib would compress to other bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for path, content in files:
            entry = zipfile.ZipInfo(path, _MOMENT)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # Unix, wherever it is made
            archive.writestr(entry, content)
    return written.getvalue()
