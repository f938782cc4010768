"""What processes that died in the middle left behind goes at the next start; nothing else does."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from courses.arrivals import FORGET_AFTER_SECONDS
from courses.models import Pair
from grader import sandbox
from submissions import sweeping
from submissions.models import Checkpoint, Task
from submissions.storage import store
from tests.hand_in import files_in, hand_in, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]


def test_a_file_that_no_row_names_for_a_day_is_swept_and_every_other_one_stays(pair: Pair, folders: Path) -> None:
    hand_in(Task.objects.get(), pair)
    orphan = upload("somebody died before the row was written")
    store(orphan)
    orphan.discard()
    assert sweeping.sweep() == 0
    long_ago = time.time() - FORGET_AFTER_SECONDS - 10
    for path in files_in(folders / "uploads"):
        os.utime(folders / "uploads" / path, (long_ago, long_ago))
    assert sweeping.sweep() == 1
    assert files_in(folders / "uploads") == [Checkpoint.objects.get().path]


def test_the_folder_of_a_child_whose_worker_was_killed_goes_and_a_living_workers_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
    for parent in (dead.pid, os.getpid()):
        (tmp_path / sandbox.FOLDER.format(parent=parent)).mkdir()
    (tmp_path / "dlcv-child-somebody-elses").mkdir()
    assert sandbox.sweep_abandoned() == 1
    left = sorted(folder.name for folder in tmp_path.iterdir())
    assert left == sorted([sandbox.FOLDER.format(parent=os.getpid()), "dlcv-child-somebody-elses"])
