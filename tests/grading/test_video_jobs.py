"""A film's job in the worker: what is made is kept for whoever asked, and nothing is left of what failed."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import grader
from courses.models import Pair
from fixtures.films import make_film
from fixtures.films.hostile import CASES
from grader import Cancelled
from grading import services as queue
from grading.handlers.video import work_on_video
from grading.leases import Lease
from grading.models import GradingJob
from grading.signals import job_ending
from grading.worker import Worker
from tests.builders import make_course, make_pair
from uploads import services as uploads
from uploads.folders import folder
from uploads.models import StoredFile
from uploads.storage import path_in_folder

pytestmark = pytest.mark.django_db
KIND = GradingJob.Kind.VIDEO


@pytest.fixture
def pair() -> Pair:
    return make_pair(make_course())


@pytest.fixture
def film(pair: Pair, tmp_path: Path) -> StoredFile:
    return stored(make_film(tmp_path / "film.mov", seconds=0.5, size=(64, 96), rotation=90, location="+48-002/"), pair)


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    monkeypatch.setattr("grading.worker.REST_SECONDS", 0)
    return Worker()


def stored(path: Path, pair: Pair) -> StoredFile:
    return uploads.keep_path(
        path, pair=pair, owner=None, purpose="clip", name="film.mov", content_type="video/quicktime"
    )


def asked(film: StoredFile, *steps: str, **limits: float) -> GradingJob:
    payload = {
        "version": 1,
        "file": film.pk,
        "steps": list(steps),
        "limits": limits,
        "frames": {"rate": "10", "folder": "clip"},
    }
    return queue.enqueue(kind=KIND, subject="film:1", payload=payload)


def claimed() -> Lease:
    lease = queue.claim(worker="one", kinds=[KIND])
    assert lease is not None
    return lease


def made_files() -> list[str]:
    return sorted(StoredFile.objects.filter(is_claimed=False).values_list("name", flat=True))


def left_behind() -> list[Path]:
    return list(folder("incoming").iterdir())


def test_a_clip_is_prepared_and_cut_and_waits_to_be_claimed(pair: Pair, film: StoredFile, worker: Worker) -> None:
    job = asked(film, "prepare", "frames")
    seen: list[Any] = []

    def receive(job: GradingJob, **_: Any) -> None:
        seen.append({name: StoredFile.objects.get(pk=pk) for name, pk in (job.outcome or {})["files"].items()})

    job_ending.connect(receive)
    try:
        worker._work_once((KIND,))
    finally:
        job_ending.disconnect(receive)
    job.refresh_from_db()
    outcome = job.outcome or {}
    assert job.status == "done"
    assert {"width": 64, "height": 96, "rotation": 90, "container": "mp4"}.items() <= outcome["facts"].items()
    assert outcome["frames"] == {"count": 5, "duplicates": 0, "seconds": 0.5}
    (files,) = seen
    assert {name: (file.name, file.pair, file.is_claimed) for name, file in files.items()} == {
        "copy": ("copy.mp4", pair, False),
        "poster": ("poster.jpg", pair, False),
        "frames": ("frames.zip", pair, False),
        "sheet": ("sheet.jpg", pair, False),
    }
    path = path_in_folder(files["frames"].key)
    assert path is not None
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist()[0] == "clip/images/frame_000000.jpg"
    assert not left_behind()


def test_frames_alone_are_taken_from_a_copy_again(film: StoredFile) -> None:
    asked(film, "frames")
    ending = work_on_video(claimed(), lambda: False)
    assert set(ending.outcome["files"]) == {"frames", "sheet"}
    assert ending.outcome["facts"]["video_codec"] == "h264"


def test_progress_is_written_as_people_read_it(film: StoredFile, monkeypatch: pytest.MonkeyPatch) -> None:
    stages: list[str] = []
    monkeypatch.setattr(
        "grading.handlers.video.ProgressWriter", lambda lease: lambda progress: stages.append(progress.stage)
    )
    asked(film, "prepare", "frames")
    work_on_video(claimed(), lambda: False)
    assert list(dict.fromkeys(stages)) == ["probing", "copying", "extracting"]


def test_a_playlist_is_refused_with_advice_and_leaves_nothing(pair: Pair, tmp_path: Path, worker: Worker) -> None:
    case = next(case for case in CASES if case.name == "a playlist of the system's files")
    (tmp_path / "film.mp4").write_bytes(case.build())
    job = asked(stored(tmp_path / "film.mp4", pair), "prepare", "frames")
    worker._work_once((KIND,))
    job.refresh_from_db()
    outcome = job.outcome or {}
    assert (job.status, outcome["code"]) == ("refused", "playlist")
    assert set(outcome["reason"]) == set(outcome["advice"]) == {"en", "fr"}
    assert not made_files()
    assert not left_behind()


def test_a_film_that_was_removed_meanwhile_is_said_in_words_and_no_fault_of_ours(
    film: StoredFile, worker: Worker
) -> None:
    job = asked(film, "prepare", "frames")
    uploads.remove(film)
    worker._work_once((KIND,))
    job.refresh_from_db()
    assert (job.status, job.attempt, (job.outcome or {})["code"]) == ("refused", 1, "film_gone")
    assert not left_behind()


def test_a_clip_longer_than_its_course_allows_is_refused(film: StoredFile, worker: Worker) -> None:
    job = asked(film, "prepare", max_seconds=0.3)
    worker._work_once((KIND,))
    job.refresh_from_db()
    assert (job.status, (job.outcome or {})["code"]) == ("refused", "too_long")


@pytest.mark.parametrize("step", ["prepare_video", "extract_frames"])
def test_a_job_that_is_stopped_on_the_way_leaves_no_file_and_no_row(
    film: StoredFile, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    real: Callable[..., Any] = getattr(grader, step)

    def stopped(*arguments: Any, **named: Any) -> Any:
        real(*arguments, **named)
        raise Cancelled

    monkeypatch.setattr(grader, step, stopped)
    asked(film, "prepare", "frames")
    with pytest.raises(Cancelled):
        work_on_video(claimed(), lambda: False)
    assert not made_files()
    assert not left_behind()


def test_what_a_worker_made_after_it_lost_its_lease_is_never_claimed(film: StoredFile) -> None:
    job = asked(film, "prepare")
    lease = claimed()
    ending = work_on_video(lease, lambda: False)
    GradingJob.objects.filter(pk=job.pk).update(lease_token="another's")
    assert not queue.finish(lease, ending)
    job.refresh_from_db()
    assert job.outcome is None
    assert made_files() == ["copy.mp4", "poster.jpg"]  # for the sweep, a day later


def test_a_job_that_was_cancelled_makes_nothing(film: StoredFile) -> None:
    asked(film, "prepare")
    with pytest.raises(Cancelled):
        work_on_video(claimed(), lambda: True)
    assert not left_behind()
