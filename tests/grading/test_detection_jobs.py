"""Detection on a clip in the worker: a film kept for whoever asked, and every ending in its place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

import grader
from courses.arrivals import disk_is_full
from courses.models import Pair
from grader import DetectionSettings, GraderError, SubmissionError, VideoDetections, VideoLimits
from grading import services as queue
from grading.endings import Ending
from grading.handlers.detection import detect
from grading.models import GradingJob
from grading.worker import Worker
from inference.models import Run
from inference.services import runs_left
from tests.builders import make_course, make_pair
from tests.detections import FACTS, TIMELINE, start
from tests.hand_in import folders
from uploads.models import StoredFile

__all__ = ["folders"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]


@pytest.fixture
def run(folders: Path) -> Run:
    pair: Pair = make_pair(make_course())
    return start(pair)


def work(run: Run, monkeypatch: pytest.MonkeyPatch, act: Callable[..., VideoDetections]) -> Ending:
    monkeypatch.setattr(grader, "detect_video", act)
    lease = queue.claim(worker="one", kinds=[GradingJob.Kind.DETECTION])
    assert lease is not None
    assert lease.job.pk == run.job_id
    return detect(lease, lambda: False)


def left_behind() -> list[Path]:
    return [path for path in (Path(settings.UPLOADS_DIR) / "incoming").rglob("*") if path.is_file()]


def makes_a_film(weights: Path, source: Path, output: Path, **_: Any) -> VideoDetections:
    output.write_bytes(b"a film with boxes")
    checkpoint = FACTS["checkpoint"]
    return VideoDetections(checkpoint, 64, 48, 10, 1.0, TIMELINE, b"\xff\xd8\xff poster", {"detect": 0.5, "cpu": 0.6})


def test_the_grader_gets_both_files_and_what_was_chosen(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def act(weights: Path, source: Path, output: Path, **options: Any) -> VideoDetections:
        asked.update(options, weights=weights.read_bytes()[:2], source=source.read_bytes())
        return makes_a_film(weights, source, output)

    work(run, monkeypatch, act)
    assert (asked["weights"], asked["source"]) == (b"PK", b"a clean copy")
    chosen, limits = asked["settings"], asked["limits"]
    assert isinstance(chosen, DetectionSettings)
    assert (chosen.image_size, chosen.confidence, chosen.iou) == (320, 0.25, 0.45)
    assert isinstance(limits, VideoLimits)
    assert (limits.threads, limits.cpu_seconds) == (settings.DETECTION_THREADS, settings.DETECTION_CPU_SECONDS)


def test_a_film_is_kept_for_its_pair_until_it_is_claimed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    ending = work(run, monkeypatch, makes_a_film)
    kept = StoredFile.objects.filter(purpose="detection").order_by("name")
    assert [(file.name, file.content_type, file.pair, file.is_claimed) for file in kept] == [
        ("detections.jpg", "image/jpeg", run.pair, False),
        ("detections.mp4", "video/mp4", run.pair, False),
    ]
    assert ending.status == "done"
    assert ending.outcome["timeline"] == TIMELINE
    assert set(ending.outcome["files"].values()) == {file.pk for file in kept}
    assert left_behind() == []


WORDS = {"en": "x", "fr": "x"}


@pytest.mark.parametrize("error", [SubmissionError("x", WORDS, WORDS), GraderError("ours")])
def test_whatever_ends_it_leaves_nothing(run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def act(weights: Path, source: Path, output: Path, **_: Any) -> VideoDetections:
        output.write_bytes(b"half a film")
        raise error

    with pytest.raises(type(error)):
        work(run, monkeypatch, act)
    assert left_behind() == []
    assert not StoredFile.objects.filter(purpose="detection").exists()


def test_a_full_disk_is_our_fault_and_costs_nobody_a_detection(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise disk_is_full()

    monkeypatch.setattr("uploads.storage.put", full)
    monkeypatch.setattr("grading.worker.REST_SECONDS", 0)
    monkeypatch.setattr(grader, "detect_video", makes_a_film)
    worker = Worker()
    for _ in range(settings.MAX_ATTEMPTS):
        worker._work_once((GradingJob.Kind.DETECTION,))
    job = GradingJob.objects.get(pk=run.job_id)
    assert (job.status, (job.outcome or {})["reason"]) == ("failed", disk_is_full().reason)
    assert runs_left(run.pair) == settings.DETECTIONS_PER_DAY
    assert left_behind() == []


def test_a_clip_or_a_checkpoint_that_is_gone_is_said_in_words(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (Path(settings.UPLOADS_DIR) / run.submission.checkpoint.path).unlink()
    with pytest.raises(SubmissionError, match="clip_gone"):
        work(run, monkeypatch, makes_a_film)
    queue.GradingJob.objects.filter(pk=run.job_id).update(status="queued")
    StoredFile.objects.filter(pk=run.clip.copy_id).delete()
    with pytest.raises(SubmissionError, match="clip_gone"):
        work(run, monkeypatch, makes_a_film)
