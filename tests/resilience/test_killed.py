"""Processes are killed at moments drawn by lot, under load: nothing is lost, doubled, or left behind."""

import hashlib
import json
import random
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch

from fixtures.benign.yolov5_file import save_yolov5
from ml.zoo import yolov5
from tests.grader.small_task import lively_network
from tests.resilience.site import CLASSES, Site, write_dataset

SEED = 20261126
#: Who is killed, in an order drawn by lot.
VICTIMS = ("web", "worker", "child") * 2
FILES = (("1", "pair1a"), ("1", "pair1b"), ("2", "pair2a"))
ENDED = ("done", "refused", "failed", "cancelled")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """As many checkpoints as people, each a little different from the others."""
    folder = tmp_path_factory.mktemp("weights")
    network = lively_network(len(CLASSES))
    made = []
    for number, (pair, who) in enumerate(FILES):
        with torch.no_grad():
            next(network.parameters()).add_(0.001)
        path = folder / f"{number}-{pair}-{who}.pt"
        save_yolov5(network, path, config=yolov5.configuration("yolov5n", len(CLASSES)), names=CLASSES)
        made.append(path)
    return made


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    # Every killing costs the running job an attempt: here there are more killings than a job has attempts.
    site = Site(tmp_path, DLCV_MAX_ATTEMPTS="30")
    write_dataset(site.data / "datasets" / "charlie", pictures=3)
    site.start()
    yield site
    site.stop()


class Reaper(threading.Thread):
    """Kills one process after another, while it remembers every process that there ever was."""

    def __init__(self, site: Site) -> None:
        super().__init__(daemon=True)
        self.site, self.chance = site, random.Random(SEED)
        self.order = self.chance.sample(VICTIMS, len(VICTIMS))
        self.killed: list[str] = []
        self.seen: dict[int, psutil.Process] = {}

    def run(self) -> None:
        for victim in self.order:
            pause = time.monotonic() + self.chance.uniform(0.2, 1.5)
            while time.monotonic() < pause or not self._kill(victim):
                self.look()
                if self._all_is_done():
                    return
                time.sleep(0.02)

    def look(self) -> None:
        with suppress(psutil.Error):
            self.seen |= {process.pid: process for process in self.site.processes()}

    def _kill(self, victim: str) -> bool:
        words = {"web": "uvicorn", "worker": "work", "child": "grader."}[victim]
        for process in self.site.processes():
            with suppress(psutil.Error):
                if any(part == words or part.startswith(words) for part in process.cmdline()[1:]):
                    process.kill()
                    self.killed.append(victim)
                    return True
        return False

    def _all_is_done(self) -> bool:
        return len(states(self.site)) == len(FILES) and all(state in ENDED for state in states(self.site))


def states(site: Site) -> list[str]:
    sql = """select job.status from submissions_submission submission
             join grading_gradingjob job on job.id = submission.job_id order by submission.id"""
    return [str(state) for (state,) in site.query(sql)]


def receipt(program: subprocess.Popen[str]) -> dict[str, Any]:
    said, trouble = program.communicate(timeout=120)
    assert program.returncode == 0, said + trouble
    assert "Traceback" not in said + trouble
    found: dict[str, Any] = json.loads(said)
    return found


@pytest.mark.slow
def test_whoever_is_killed_every_submission_ends_once_and_nothing_is_left(site: Site, weights: list[Path]) -> None:
    reaper = Reaper(site)
    reaper.start()
    programs = [site.submit(file, who) for file, (_, who) in zip(weights, FILES, strict=True)]
    receipts = [receipt(program) for program in programs]
    site.wait_until(lambda: len(states(site)) == len(FILES) and all(state in ENDED for state in states(site)))
    reaper.join(60)
    reaper.look()
    assert set(reaper.killed) == set(VICTIMS)

    digests = [hashlib.sha256(file.read_bytes()).hexdigest() for file in weights]
    assert [one["sha256"] for one in receipts] == digests
    _everything_is_recorded_once(site, digests)
    _the_board_is_what_the_scores_make_of_it(site)
    _nothing_is_left(site, reaper)


def _everything_is_recorded_once(site: Site, digests: list[str]) -> None:
    rows = site.query(
        """select checkpoint.sha256, checkpoint.path, checkpoint.size_bytes, submission.score, job.status,
                  (select count(*) from grading_gradingjob one where one.subject = 'submission:' || submission.id),
                  (select count(*) from submissions_attempt one where one.submission_id = submission.id)
           from submissions_submission submission
           join submissions_checkpoint checkpoint on checkpoint.id = submission.checkpoint_id
           join grading_gradingjob job on job.id = submission.job_id"""
    )
    assert sorted(row[0] for row in rows) == sorted(digests)
    for sha256, path, size_bytes, score, status, jobs, attempts in rows:
        content = (site.data / "uploads" / path).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (sha256, size_bytes)
        assert (status, jobs, attempts) == ("done", 1, 1)
        assert 0 <= score <= 1
    assert site.query("select count(*) from grading_gradingjob where status in ('queued', 'running')") == [(0,)]


def _the_board_is_what_the_scores_make_of_it(site: Site) -> None:
    ((revision, rows),) = site.query("select revision, rows from leaderboard_board")
    scores = site.query(
        """select pair.name, max(submission.score), count(*) from submissions_submission submission
           join courses_pair pair on pair.id = submission.pair_id group by pair.name"""
    )
    shown = {row["pair"]: (row["score"], row["submissions"]) for row in json.loads(rows)}
    assert shown == {name: (score, count) for name, score, count in scores}
    assert 1 <= revision <= len(FILES)  # each ending moves it at most once


def _nothing_is_left(site: Site, reaper: Reaper) -> None:
    for folder in ("incoming", "resumable", "spool"):
        place = site.data / "uploads" / folder
        assert not place.exists() or list(place.iterdir()) == [], folder
    site.stop()
    _, alive = psutil.wait_procs(list(reaper.seen.values()), timeout=10)
    assert alive == []
    left = [path.name for path in site.temporary.iterdir() if path.name.startswith("dlcv-child-")]
    assert left == []
    assert not [path for path in Path("/dev/shm").iterdir() if path.name.startswith("dlcv")]
