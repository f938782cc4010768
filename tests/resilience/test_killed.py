"""Processes are killed at moments drawn by lot, under load: nothing is lost, doubled, or left behind."""

import hashlib
import json
import random
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
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
#: They hand in one file after another, all at once, until the last of the victims is dead.
PEOPLE = ("pair1a", "pair1b", "pair2a")
ENDED = ("done", "refused", "failed", "cancelled")


def checkpoints(folder: Path) -> Iterator[Path]:
    """As many files as one likes, each a little different from the others."""
    network = lively_network(len(CLASSES))
    for number in count():
        with torch.no_grad():
            next(network.parameters()).add_(0.001)
        path = folder / f"{number}.pt"
        save_yolov5(network, path, config=yolov5.configuration("yolov5n", len(CLASSES)), names=CLASSES)
        yield path


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


def hand_in_until(reaper: Reaper, files: Iterator[Path]) -> dict[str, dict[str, Any]]:
    """SHA-256 of every file that was handed in → its receipt."""
    site, receipts = reaper.site, dict[str, dict[str, Any]]()

    def hand_in(who: str) -> tuple[Path, subprocess.Popen[str]]:
        file = next(files)
        return file, site.submit(file, who)

    running = {who: hand_in(who) for who in PEOPLE}
    while running:
        for who, (file, program) in list(running.items()):
            if program.poll() is not None:
                receipts[hashlib.sha256(file.read_bytes()).hexdigest()] = receipt(program)
                del running[who]
                if reaper.is_alive():
                    running[who] = hand_in(who)
        time.sleep(0.05)
    return receipts


@pytest.mark.slow
def test_whoever_is_killed_every_submission_ends_once_and_nothing_is_left(site: Site, tmp_path: Path) -> None:
    reaper = Reaper(site)
    reaper.start()
    receipts = hand_in_until(reaper, checkpoints(tmp_path))
    assert sorted(reaper.killed) == sorted(VICTIMS)
    site.wait_until(lambda: len(states(site)) == len(receipts) and set(states(site)) <= set(ENDED))
    reaper.look()

    assert {digest: one["sha256"] for digest, one in receipts.items()} == {digest: digest for digest in receipts}
    _everything_is_recorded_once(site, list(receipts))
    _the_board_is_what_the_scores_make_of_it(site, most=len(receipts))
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


def _the_board_is_what_the_scores_make_of_it(site: Site, *, most: int) -> None:
    ((revision, rows),) = site.query("select revision, rows from leaderboard_board")
    scores = site.query(
        """select pair.name, max(submission.score), count(*) from submissions_submission submission
           join courses_pair pair on pair.id = submission.pair_id group by pair.name"""
    )
    shown = {row["pair"]: (row["score"], row["submissions"]) for row in json.loads(rows)}
    assert shown == {name: (score, count) for name, score, count in scores}
    assert 1 <= revision <= most  # each ending moves it at most once


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
