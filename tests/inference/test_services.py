"""Detections as people ask for them: who may, what with, how many, and what stays of them."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.http import Http404
from pytest_django import Settings

from accounts.errors import Refusal
from accounts.models import User
from courses.models import AuditEntry, Pair
from datasets.services import delete_clip
from grading import services as grading
from grading.models import GradingJob
from inference.models import Run
from inference.services import Choices, remove_run, runs_left, start_run, stop_run
from submissions.models import Submission
from submissions.tasks import task_spec
from tests import clips
from tests.builders import make_course, make_pair, member_of
from tests.detections import CHOICES, TIMELINE, a_checkpoint, a_clip, end, outcome, start
from tests.hand_in import hand_in, make_task
from uploads.models import StoredFile

pytestmark = pytest.mark.django_db


def refusal_of(**arguments: Any) -> str:
    with pytest.raises(Refusal) as refused:
        start_run(**{"choices": CHOICES, **arguments})
    return refused.value.code


def bytes_kept() -> int:
    folder = Path(site.UPLOADS_DIR) / "detection"
    return sum(1 for path in folder.rglob("*") if path.is_file()) if folder.exists() else 0


def test_a_member_s_detection_waits_in_the_queue_with_all_that_a_worker_needs(pair: Pair, student: User) -> None:
    run = start(pair, choices=Choices(416, 0.3, 0.5))
    job = GradingJob.objects.get(kind=GradingJob.Kind.DETECTION)
    assert (run.status, run.author, job.subject) == ("queued", student, run.subject)
    payload = job.payload
    assert payload["weights"] == run.submission.checkpoint.path
    assert payload["file"] == run.clip.copy_id
    assert (payload["image_size"], payload["confidence"], payload["iou"]) == (416, 0.3, 0.5)
    assert payload["classes"]
    assert payload["limits"]["max_seconds"] > site.DETECTION_SECONDS


def test_what_the_worker_made_becomes_the_run_s(pair: Pair) -> None:
    run = end(start(pair))
    assert run.status == "done"
    assert run.timeline == TIMELINE
    assert run.video is not None
    assert run.video.is_claimed
    assert run.poster is not None
    assert run.poster.is_claimed
    assert run.job is not None
    assert run.job.outcome["timeline"] is None  # once is enough


def test_an_instructor_may_start_one_for_a_pair_of_the_course(pair: Pair, prof: User) -> None:
    assert start(pair, author=prof).pair == pair


def test_nobody_else_starts_one(pair: Pair, other: Pair) -> None:
    clip, submission = a_clip(pair), a_checkpoint(pair)
    elsewhere = make_course("elsewhere", instructor="other-prof")
    for person in (member_of(other), elsewhere.instructors.get(), member_of(make_pair(elsewhere, "9"))):
        with pytest.raises(Http404):
            start_run(clip=clip, submission_pk=submission.pk, author=person, choices=CHOICES)
    assert not Run.objects.exists()
    assert not GradingJob.objects.filter(kind=GradingJob.Kind.DETECTION).exists()


def test_another_pair_s_checkpoint_does_not_run_on_one_s_clip(pair: Pair, other: Pair, student: User) -> None:
    theirs = a_checkpoint(other)
    assert refusal_of(clip=a_clip(pair), submission_pk=theirs.pk, author=student) == "no_such_checkpoint"
    assert not Run.objects.exists()


def test_a_checkpoint_that_was_not_evaluated_does_not_run(pair: Pair, student: User) -> None:
    waiting = hand_in(make_task(pair.course), pair)
    assert refusal_of(clip=a_clip(pair), submission_pk=waiting.pk, author=student) == "no_such_checkpoint"
    assert refusal_of(clip=a_clip(pair), submission_pk=None, author=student) == "no_such_checkpoint"


def test_a_clip_that_is_not_ready_is_declined(pair: Pair, student: User) -> None:
    clip = clips.send(pair)
    assert refusal_of(clip=clip, submission_pk=1, author=student) == "clip_not_ready"


@pytest.mark.parametrize(
    ("size", "confidence", "iou"),
    [(0, 0.2, 0.4), (100, 0.2, 0.4), (1_312, 0.2, 0.4), (320, 0, 0.4), (320, 1.1, 0.4), (320, 0.2, -0.1),
     (320, 0.2, 2), (320, float("nan"), 0.4), (320, 0.2, float("nan"))],
)  # fmt: skip
def test_settings_that_make_no_sense_are_declined(size: int, confidence: float, iou: float) -> None:
    with pytest.raises(Refusal, match="bad_settings"):
        Choices(size, confidence, iou)


def test_a_pair_has_one_detection_at_a_time_and_others_are_not_held_up(pair: Pair, other: Pair, student: User) -> None:
    run = start(pair)
    clip, submission = a_clip(pair, "IMG_0002.MOV"), a_checkpoint(pair)
    assert refusal_of(clip=clip, submission_pk=submission.pk, author=student) == "one_at_a_time"
    start(other)
    stop_run(run=run, person=student)
    start_run(clip=clip, submission_pk=submission.pk, author=student, choices=CHOICES)


def test_the_same_again_is_the_one_that_is_there(pair: Pair, student: User, mate: User) -> None:
    run = start(pair)
    waiting = start_run(clip=run.clip, submission_pk=run.submission_id, author=mate, choices=CHOICES)
    assert (waiting.pk, waiting.recognised) == (run.pk, True)
    end(run)
    again = start_run(clip=run.clip, submission_pk=run.submission_id, author=mate, choices=CHOICES)
    assert (again.pk, again.recognised) == (run.pk, True)
    another = start_run(clip=run.clip, submission_pk=run.submission_id, author=mate, choices=Choices(320, 0.5))
    assert another.pk != run.pk
    assert GradingJob.objects.filter(kind=GradingJob.Kind.DETECTION).count() == 2


def test_a_day_has_so_many_detections_and_those_that_failed_or_were_stopped_do_not_count(
    pair: Pair, student: User, settings: Settings
) -> None:
    settings.DETECTIONS_PER_DAY = 2
    run = start(pair)
    stop_run(run=run, person=student)
    assert runs_left(pair) == 2
    end(start_run(clip=run.clip, submission_pk=run.submission_id, author=student, choices=Choices(320, 0.3)))
    end(start_run(clip=run.clip, submission_pk=run.submission_id, author=student, choices=Choices(320, 0.4)))
    assert runs_left(pair) == 0
    again = {"clip": run.clip, "submission_pk": run.submission_id, "author": student}
    assert refusal_of(**again, choices=Choices(320, 0.6)) == "enough_for_today"
    known = start_run(**again, choices=Choices(320, 0.4))  # what is there costs nothing
    assert known.recognised


def test_one_that_is_removed_has_been_of_its_day_all_the_same(pair: Pair, student: User, settings: Settings) -> None:
    settings.DETECTIONS_PER_DAY = 1
    run = end(start(pair))
    remove_run(run=run, person=student)
    assert not Run.objects.exists()
    assert runs_left(pair) == 0
    again = {"clip": run.clip, "submission_pk": run.submission_id, "author": student}
    assert refusal_of(**again) == "enough_for_today"
    assert runs_left(make_pair(pair.course, "3")) == 1


def test_a_file_that_was_evaluated_for_two_tasks_runs_for_each(
    pair: Pair, student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = end(start(pair))
    spec = task_spec(run.submission.task)
    monkeypatch.setattr("inference.services.task_spec", lambda task: spec)
    second = Submission.objects.get(pk=run.submission_id)
    second.pk, second.task = None, make_task(pair.course, slug="another")
    second.save()
    again = start_run(clip=run.clip, submission_pk=second.pk, author=student, choices=CHOICES)
    assert (again.recognised, again.submission) == (False, second)


def test_a_clip_that_is_too_long_is_declined_before_anything_runs(
    pair: Pair, student: User, settings: Settings
) -> None:
    settings.DETECTION_SECONDS = 5
    clip = a_clip(pair)  # 9.8 s
    assert refusal_of(clip=clip, submission_pk=a_checkpoint(pair).pk, author=student) == "clip_too_long"


def test_a_full_quota_declines(pair: Pair, student: User, settings: Settings) -> None:
    clip, submission = a_clip(pair), a_checkpoint(pair)
    settings.PAIR_QUOTA_BYTES = 1
    assert refusal_of(clip=clip, submission_pk=submission.pk, author=student) == "quota_is_full"


def test_only_what_goes_on_is_stopped_and_only_by_its_people(pair: Pair, other: Pair, student: User) -> None:
    run = start(pair)
    with pytest.raises(Http404):
        stop_run(run=run, person=member_of(other))
    stop_run(run=run, person=student)
    run.refresh_from_db()
    assert run.status == "cancelled"
    with pytest.raises(Refusal, match="nothing_to_stop"):
        stop_run(run=run, person=student)


def test_removing_one_removes_its_bytes_and_frees_its_place(
    pair: Pair, student: User, django_capture_on_commit_callbacks: Any
) -> None:
    run = end(start(pair))
    assert bytes_kept() == 2
    with django_capture_on_commit_callbacks(execute=True):
        remove_run(run=run, person=student)
    assert not Run.objects.exists()
    assert not StoredFile.objects.filter(purpose="detection").exists()
    assert bytes_kept() == 0
    entry = AuditEntry.objects.get(action="detection-removed")
    assert (entry.actor, entry.pair, entry.before["clip"]) == (student, pair, run.clip.name)


def test_a_stranger_removes_nothing(pair: Pair, other: Pair) -> None:
    run = end(start(pair))
    with pytest.raises(Http404):
        remove_run(run=run, person=member_of(other))
    assert Run.objects.exists()


def test_a_clip_that_is_deleted_takes_its_detections_along_and_ends_what_goes_on(
    pair: Pair, student: User, django_capture_on_commit_callbacks: Any
) -> None:
    run = end(start(pair))
    going_on = start_run(clip=run.clip, submission_pk=run.submission_id, author=student, choices=Choices(320, 0.5))
    with django_capture_on_commit_callbacks(execute=True):
        delete_clip(clip=run.clip, person=student)
    assert not Run.objects.exists()
    assert bytes_kept() == 0
    assert GradingJob.objects.get(pk=going_on.job_id).status == "cancelled"


def test_what_was_made_for_a_run_that_is_gone_is_not_kept(
    pair: Pair, student: User, django_capture_on_commit_callbacks: Any
) -> None:
    run = start(pair)
    lease = grading.claim(worker="test", kinds=[GradingJob.Kind.DETECTION])
    assert lease is not None
    said = outcome(pair)
    Run.objects.filter(pk=run.pk).update(job=None)
    with django_capture_on_commit_callbacks(execute=True):
        grading.finish(lease, grading.Ending("done", said))
    assert not StoredFile.objects.filter(purpose="detection").exists()
    assert bytes_kept() == 0
