"""What students may download of a task's data set: its train and val splits, and nothing of the hidden one.

Only files that the data set's own folders of those two splits hold are taken, by name and kind; a data.yaml is
written for them. The archive is made once for each version of the data and then kept.
"""

import hashlib
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml
from django.conf import settings
from django.http import Http404

from submissions.models import Task

PUBLIC_SPLITS: Final = ("train", "val")
KINDS: Final = {"images": {".jpg", ".jpeg", ".png", ".webp"}, "labels": {".txt"}}


def archive_of(task: Task) -> Path:
    """The zip of a task's public data, made when it is not there yet. Raises Http404 when there is no data."""
    description = Path(settings.DATASETS_DIR) / task.data
    if not description.is_file():
        raise Http404("no data yet")
    content = description.read_bytes()
    folder = Path(settings.DATA_DIR) / "public"
    target = folder / f"{task.slug}-{hashlib.sha256(content).hexdigest()[:12]}.zip"
    if not target.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        _write(task.slug, description.parent, yaml.safe_load(content), target)
    return target


def _write(name: str, root: Path, description: dict[str, Any], target: Path) -> None:
    partial = target.with_suffix(f".{os.getpid()}.partial")
    try:
        # Stored, not deflated: pictures do not get smaller, and a class downloads at once.
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(f"{name}/data.yaml", _public_description(description))
            for file in _public_files(root):
                archive.write(file, f"{name}/{file.relative_to(root)}")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _public_description(description: dict[str, Any]) -> str:
    public = {split: f"images/{split}" for split in PUBLIC_SPLITS} | {"names": description["names"]}
    return yaml.safe_dump(public, allow_unicode=True, sort_keys=False)


def _public_files(root: Path) -> Iterator[Path]:
    for kind, extensions in KINDS.items():
        for split in PUBLIC_SPLITS:
            folder = root / kind / split
            files = sorted(folder.iterdir()) if folder.is_dir() else []
            # A link could lead into the hidden split.
            yield from (f for f in files if f.suffix.lower() in extensions and f.is_file() and not f.is_symlink())
