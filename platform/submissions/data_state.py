"""Has the hidden split changed? Told from names, sizes and times of its files: cheap enough for a page.

What a result was really made from is its record's dataset digest, which the worker makes by reading every byte.
"""

import hashlib
from pathlib import Path

from django.conf import settings

from submissions.models import Task
from submissions.tasks import task_spec

#: Files beside the split's own that decide what is evaluated.
BESIDE = ("data.yaml", "clusters.csv")


def data_state(task: Task) -> str:
    """A digest that changes when a file of the task's hidden split does; empty when there is no data."""
    description = Path(settings.DATASETS_DIR) / task.data
    if not description.is_file():
        return ""
    root = description.parent
    split = task_spec(task).split
    files = [root / name for name in BESIDE] + [description]
    for kind in ("images", "labels"):
        folder = root / kind / split
        files += sorted(folder.rglob("*")) if folder.is_dir() else []
    digest = hashlib.sha256()
    for file in files:
        if file.is_file():
            state = file.stat()
            digest.update(f"{file.relative_to(root)}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]
