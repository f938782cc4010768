"""What a split is, as one digest: pictures, labels, their order, classes, and which pictures belong together.

Reading a split's files whole takes a moment, so their digests are kept beside ``data.yaml`` with each file's size and
date of change, and computed again when either moves. Where that folder cannot be written they are computed every time.
"""

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from grader import strict
from grader.contract import read_json
from ml.clusters import relative_name
from ml.datasets import Dataset, Split

CACHE: Final = ".dlcv-digests.json"
_LARGEST_CACHE_BYTES: Final = 256 * 1024 * 1024

_Known = dict[str, tuple[int, int, str]]  # path -> size, time of change, digest


def dataset_version(dataset: Dataset, split: Split, clusters: Sequence[str], *, cache: Path) -> str:
    """``sha256:…`` of the split. ``cache`` is the file that remembers digests; it may be missing or unwritable."""
    known = _read_cache(cache)
    fresh: _Known = {}
    whole = hashlib.sha256(json.dumps([split.name, dataset.names], ensure_ascii=False).encode())
    for sample, cluster in zip(split.samples, clusters, strict=True):
        name = relative_name(dataset, sample.image)
        row = [name, _digest(sample.image, name, known, fresh), "", cluster]
        if sample.labels is not None:
            row[2] = _digest(sample.labels, relative_name(dataset, sample.labels), known, fresh)
        whole.update(json.dumps(row).encode() + b"\n")
    if any(known.get(name) != entry for name, entry in fresh.items()):
        _write_cache(cache, {**known, **fresh})
    return "sha256:" + whole.hexdigest()


def _digest(path: Path, name: str, known: _Known, fresh: _Known) -> str:
    status = path.stat()
    entry = known.get(name)
    if entry is None or entry[:2] != (status.st_size, status.st_mtime_ns):
        with path.open("rb") as file:
            entry = (status.st_size, status.st_mtime_ns, hashlib.file_digest(file, "sha256").hexdigest())
    fresh[name] = entry
    return entry[2]


def _read_cache(path: Path) -> _Known:
    """Nothing where there is none, or where it does not hold what we wrote."""
    try:
        if path.stat().st_size > _LARGEST_CACHE_BYTES:
            return {}
        rows = strict.mapping(read_json(path.read_bytes()), "digests")
        return {name: _entry(row) for name, row in rows.items()}
    except (OSError, ValueError):
        return {}


def _entry(row: object) -> tuple[int, int, str]:
    if not isinstance(row, list) or len(row) != 3:
        raise ValueError("size, time and digest are expected")
    size, changed_at = strict.integers(row[:2], "digests", count=2, lowest=0, highest=1 << 63)
    return size, changed_at, strict.text(row[2], "digests", longest=64)


def _write_cache(path: Path, entries: _Known) -> None:
    """At once or not at all: another worker may be reading it."""
    with contextlib.suppress(OSError):
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                json.dump(entries, file)
            os.replace(name, path)
        except OSError:
            os.unlink(name)
