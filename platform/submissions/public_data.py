"""What students may download of a task's data set: its train and val splits, and nothing of the hidden one.

Only files that the data set's own folders of those two splits hold are taken, by name and kind; a data.yaml is
written for them. The archive is made once for each version of the data and then kept.
"""

import hashlib
import secrets
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml
from django.conf import settings
from django.http import Http404

from courses.arrivals import refusing_when_full, require_room, stale_files
from submissions.models import Task

PUBLIC_SPLITS: Final = ("train", "val")
KINDS: Final = {"images": {".jpg", ".jpeg", ".png", ".webp"}, "labels": {".txt"}}


def archive_of(task: Task) -> Path:
    """The zip of a task's public data, made when it is not there yet.

    Raises Http404 when there is no data, Refusal when the disk has no room for the zip.
    """
    description = Path(settings.DATASETS_DIR) / task.data
    if not description.is_file():
        raise Http404("no data yet")
    root = description.parent
    files = sorted(_public_files(root))
    if not files:
        raise Http404("no public data")
    folder = Path(settings.DATA_DIR) / "public" / task.slug
    target = folder / f"{_version(root, [description, *files])}.zip"
    if not target.is_file():
        with refusing_when_full():
            folder.mkdir(parents=True, exist_ok=True)
            require_room(folder, sum(file.stat().st_size for file in files))
            _write(task.slug, root, files, yaml.safe_load(description.read_bytes()), target)
        _forget_older(target)
    return target


def _public_files(root: Path) -> Iterator[Path]:
    for kind, extensions in KINDS.items():
        for split in PUBLIC_SPLITS:
            folder = root / kind / split
            # A link, of a file or of a whole folder, could lead into the hidden split.
            if folder.is_dir() and not folder.is_symlink() and not folder.parent.is_symlink():
                found = (file for file in folder.iterdir() if file.suffix.lower() in extensions)
                yield from (file for file in found if file.is_file() and not file.is_symlink())


def _version(root: Path, files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        state = file.stat()
        digest.update(f"{file.relative_to(root)}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def _write(name: str, root: Path, files: list[Path], description: dict[str, Any], target: Path) -> None:
    partial = target.with_suffix(f".{secrets.token_hex(4)}.partial")
    try:
        # Stored, not deflated: pictures do not get smaller, and a class downloads at once.
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(f"{name}/data.yaml", _public_description(description))
            for file in files:
                archive.write(file, f"{name}/{file.relative_to(root)}")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _public_description(description: dict[str, Any]) -> str:
    public = {split: f"images/{split}" for split in PUBLIC_SPLITS} | {"names": description["names"]}
    return yaml.safe_dump(public, allow_unicode=True, sort_keys=False)


def _forget_older(target: Path) -> None:
    for archive in (*target.parent.glob("*.zip"), *stale_files(target.parent)):  # stale: broken off in the middle
        if archive != target:
            archive.unlink(missing_ok=True)
