"""A pair's clips: sent, numbered, replaced, deleted; and what the worker makes of them, whole or not at all."""

from pathlib import Path

import pytest
from django.http import Http404
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.errors import Refusal
from accounts.models import User
from courses.models import AuditEntry, Pair
from datasets.models import Clip
from datasets.rules import set_rules
from datasets.services import add_clip, delete_clip, extract_again, extract_outdated, renumber
from grading import services as grading
from grading.leases import Watch
from grading.models import GradingJob
from tests import clips
from tests.builders import make_course, make_pair, member_of
from tests.clips import arrive, end, prepare, refuse, send
from tests.hand_in import files_in
from uploads.models import StoredFile

pytestmark = pytest.mark.django_db


def numbers(pair: Pair) -> dict[str, int | None]:
    return dict(pair.clips.values_list("name", "sequence"))


def kept(folder: Path) -> list[str]:
    return [name for name in files_in(folder / "uploads") if name.startswith("clip/")]


# --- sending ----------------------------------------------------------------------------------------------------------


def test_clips_take_the_free_sequences_in_their_order_and_are_queued(pair: Pair, student: User) -> None:
    for number in (1, 2):
        clip = send(pair, str(number))
        assert (clip.sequence, clip.state, clip.uploaded_by) == (number, "queued", student)
    delete_clip(clip=pair.clips.get(sequence=1), person=student)
    assert send(pair, "3").sequence == 1
    job = GradingJob.objects.latest("pk")
    assert job.kind == GradingJob.Kind.VIDEO
    assert job.payload == {
        "version": 1,
        "file": pair.clips.get(sequence=1).source_id,
        "steps": ["prepare", "frames"],
        "limits": {"max_seconds": 120},
        "frames": {"rate": "30", "folder": "clip"},
    }


def test_a_double_click_adds_one_clip_and_one_job(pair: Pair) -> None:
    first = send(pair)
    again = send(pair)
    assert again.recognised
    assert not first.recognised
    assert again.pk == first.pk
    assert (Clip.objects.count(), GradingJob.objects.count(), StoredFile.objects.count()) == (1, 1, 1)


def test_the_same_film_of_another_pair_is_its_own_clip(pair: Pair, other: Pair) -> None:
    assert send(pair).pk != send(other).pk
    assert GradingJob.objects.count() == 2


def test_a_sixth_clip_is_declined_and_stays_uploaded(pair: Pair) -> None:
    for number in range(5):
        send(pair, str(number))
    arrived = arrive("sixth")
    with pytest.raises(Refusal, match="all_sequences_are_there"):
        add_clip(pair=pair, author=member_of(pair), arrived=arrived)
    assert arrived.path.exists()
    assert pair.clips.count() == 5


@pytest.mark.parametrize("sequence", [0, 6, 99])
def test_a_sequence_that_does_not_exist_is_declined(pair: Pair, sequence: int) -> None:
    with pytest.raises(Refusal, match="no_such_sequence"):
        send(pair, sequence=sequence)
    assert not Clip.objects.exists()


def test_a_clip_that_does_not_fit_into_the_quota_is_declined(pair: Pair, settings: Settings) -> None:
    settings.PAIR_QUOTA_BYTES = 10
    with pytest.raises(Refusal, match="quota_is_full"):
        send(pair)
    assert not Clip.objects.exists()
    assert not GradingJob.objects.exists()


# --- what the worker made ---------------------------------------------------------------------------------------------


def test_a_prepared_clip_has_its_files_and_the_file_as_it_came_is_gone(
    pair: Pair, folders: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        clip = send(pair, "where I live")
    (source,) = kept(folders)
    assert b"where I live" in (folders / "uploads" / source).read_bytes()
    with django_capture_on_commit_callbacks(execute=True):
        clip = prepare(clip)
    assert clip.state == "ready"
    assert clip.source is None
    assert (clip.frame_count, clip.duplicate_count, clip.frame_rate) == (3, 1, "30")
    assert clip.facts == clips.FACTS
    assert set(clip.stored()) == {"copy", "poster", "frames", "sheet"}
    assert all(file.is_claimed for file in clip.stored().values())
    assert len(kept(folders)) == 4
    assert source not in kept(folders)


def test_a_refused_clip_keeps_its_reason_frees_its_sequence_and_loses_its_bytes(
    pair: Pair, folders: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        clip = refuse(send(pair, "sound"))
    assert (clip.state, clip.sequence, clip.source) == ("refused", None, None)
    assert kept(folders) == []
    assert clip.job is not None
    assert clip.job.outcome is not None
    assert clip.job.outcome["reason"] == clips.REFUSED["reason"]
    assert send(pair, "film").sequence == 1


def test_a_refused_file_that_is_sent_again_is_tried_again(pair: Pair) -> None:
    refused = refuse(send(pair))
    again = send(pair)
    assert not again.recognised
    assert again.state == "queued"
    assert not Clip.objects.filter(pk=refused.pk).exists()


def test_a_failure_of_ours_keeps_the_place_and_the_file_and_can_be_tried_again(pair: Pair, student: User) -> None:
    clip = end(send(pair), "failed", {"version": 1, "status": "failed", **clips.REFUSED})
    assert (clip.state, clip.sequence) == ("failed", 1)
    assert clip.source is not None
    job = extract_again(clip=clip, person=student)
    assert job.payload["steps"] == ["prepare", "frames"]
    assert prepare(Clip.objects.select_related("pair", "job").get(pk=clip.pk)).state == "ready"


def test_a_killed_workers_clip_comes_back_to_the_queue(pair: Pair) -> None:
    clip = send(pair)
    clock = iter(range(0, 1_000, 100))
    watch = Watch(lambda: next(clock))
    assert grading.claim(worker="dies", kinds=[GradingJob.Kind.VIDEO])
    assert Clip.objects.get(pk=clip.pk).state == "running"
    assert sum(grading.sweep(watch) for _ in range(4)) == 1
    assert Clip.objects.get(pk=clip.pk).state == "queued"
    assert prepare(Clip.objects.select_related("pair", "job").get(pk=clip.pk)).state == "ready"


def test_what_a_worker_made_of_a_clip_that_is_gone_is_removed(pair: Pair, student: User) -> None:
    clip = send(pair)
    lease = grading.claim(worker="slow", kinds=[GradingJob.Kind.VIDEO])
    assert lease is not None
    clips.outcome(lease.job, pair)
    delete_clip(clip=clip, person=student)
    assert GradingJob.objects.get().status == "cancelled"
    assert not Clip.objects.exists()
    assert not StoredFile.objects.filter(is_claimed=True).exists()  # what is unclaimed is swept


# --- again ------------------------------------------------------------------------------------------------------------


def test_frames_are_taken_again_from_the_copy_at_the_rate_of_now(pair: Pair, student: User, prof: User) -> None:
    clip = prepare(send(pair))
    before = clip.stored()
    set_rules(course=pair.course, instructor=prof, values={"frame_rate": 10})
    assert not clip.is_extracted_at(10)
    job = extract_again(clip=clip, person=student)
    assert job.payload["steps"] == ["frames"]
    assert job.payload["file"] == before["copy"].pk
    assert job.payload["frames"]["rate"] == "10"
    waiting = Clip.objects.select_related("pair", "job").get(pk=clip.pk)
    assert waiting.state == "queued"
    after = prepare(waiting, frames=2)
    assert (after.frame_count, after.frame_rate, after.state) == (2, "10", "ready")
    assert after.is_extracted_at(10)
    assert after.copy == before["copy"]
    assert not StoredFile.objects.filter(pk__in=[before["frames"].pk, before["sheet"].pk]).exists()


def test_an_extraction_that_is_refused_leaves_the_clip_as_it_was(pair: Pair, student: User) -> None:
    clip = prepare(send(pair))
    extract_again(clip=clip, person=student)
    after = refuse(Clip.objects.select_related("pair", "job").get(pk=clip.pk))
    assert (after.state, after.sequence, after.frame_count) == ("ready", 1, 3)
    assert set(after.stored()) == set(clip.stored())


def test_a_clip_at_work_is_not_queued_twice(pair: Pair, student: User) -> None:
    clip = send(pair)
    with pytest.raises(Refusal, match="still_working"):
        extract_again(clip=clip, person=student)
    assert GradingJob.objects.count() == 1


def test_an_instructor_has_all_outdated_frames_taken_again_and_no_others(pair: Pair, other: Pair, prof: User) -> None:
    prepare(send(pair, "1"))
    prepare(send(other, "2"))
    send(other, "3")
    assert extract_outdated(course=pair.course, instructor=prof) == 0
    set_rules(course=pair.course, instructor=prof, values={"frame_rate": 15})
    assert extract_outdated(course=pair.course, instructor=prof) == 2
    assert extract_outdated(course=pair.course, instructor=prof) == 0
    assert GradingJob.objects.filter(status="queued").count() == 3


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_two_clips_change_places_and_a_free_place_is_taken(pair: Pair, student: User) -> None:
    first, _ = send(pair, "1", name="a"), send(pair, "2", name="b")
    renumber(clip=first, person=student, sequence=2)
    assert numbers(pair) == {"a": 2, "b": 1}
    renumber(clip=first, person=student, sequence=5)
    assert numbers(pair) == {"a": 5, "b": 1}
    renumber(clip=first, person=student, sequence=5)
    assert numbers(pair) == {"a": 5, "b": 1}


@pytest.mark.parametrize("sequence", [0, 6])
def test_a_clip_is_not_moved_out_of_the_course(pair: Pair, student: User, sequence: int) -> None:
    with pytest.raises(Refusal, match="no_such_sequence"):
        renumber(clip=send(pair), person=student, sequence=sequence)
    assert pair.clips.get().sequence == 1


def test_a_refused_clip_has_no_number_to_change(pair: Pair, student: User) -> None:
    with pytest.raises(Refusal, match="not_numbered"):
        renumber(clip=refuse(send(pair)), person=student, sequence=2)


# --- in another's place -----------------------------------------------------------------------------------------------


def test_a_clip_stays_until_the_one_that_replaces_it_is_ready(pair: Pair, student: User) -> None:
    old = prepare(send(pair, "old", name="old.mov"))
    files = [file.pk for file in old.stored().values()]
    new = send(pair, "new", name="new.mov", sequence=1)
    assert (new.sequence, new.replaces) == (None, old)
    assert numbers(pair) == {"old.mov": 1, "new.mov": None}
    prepare(new, duration_seconds=12.0)
    assert numbers(pair) == {"new.mov": 1}
    assert len(files) == 4
    assert not StoredFile.objects.filter(pk__in=files).exists()
    entry = AuditEntry.objects.get(action="clip-replaced")
    assert (entry.before or {})["name"] == "old.mov"
    assert (entry.after or {})["seconds"] == 12.0
    assert entry.actor == student


def test_a_replacement_that_is_refused_leaves_the_clip_where_it_was(pair: Pair) -> None:
    prepare(send(pair, "old", name="old.mov"))
    refused = refuse(send(pair, "new", name="new.mov", sequence=1))
    assert numbers(pair) == {"old.mov": 1, "new.mov": None}
    assert refused.replaces is None
    assert pair.clips.get(sequence=1).state == "ready"


def test_a_second_replacement_takes_the_place_of_the_first(pair: Pair) -> None:
    prepare(send(pair, "old", name="old.mov"))
    send(pair, "new", name="new.mov", sequence=1)
    newer = send(pair, "newer", name="newer.mov", sequence=1)
    assert numbers(pair) == {"old.mov": 1, "newer.mov": None}
    prepare(newer)
    assert numbers(pair) == {"newer.mov": 1}


def test_a_replacement_inherits_the_sequence_of_a_clip_that_is_deleted_meanwhile(pair: Pair, student: User) -> None:
    old = prepare(send(pair, "old", name="old.mov", sequence=3))
    new = send(pair, "new", name="new.mov", sequence=3)
    delete_clip(clip=old, person=student)
    assert numbers(pair) == {"new.mov": 3}
    assert prepare(new).sequence == 3


def test_a_replacement_that_failed_is_a_replacement_again_when_it_is_sent_again(pair: Pair) -> None:
    old = prepare(send(pair, "old", name="old.mov"))
    end(send(pair, "new", name="new.mov", sequence=1), "failed", {"version": 1, **clips.REFUSED})
    assert numbers(pair) == {"old.mov": 1, "new.mov": None}
    again = send(pair, "new", name="new.mov")
    assert (again.sequence, again.replaces) == (None, old)


def test_a_clip_of_which_nothing_was_made_yet_is_replaced_at_once(pair: Pair) -> None:
    send(pair, "old", name="old.mov")
    assert send(pair, "new", name="new.mov", sequence=1).sequence == 1
    assert numbers(pair) == {"new.mov": 1}
    assert GradingJob.objects.filter(status="cancelled").count() == 1


# --- deleting ---------------------------------------------------------------------------------------------------------


def test_deleting_leaves_no_byte_and_a_line_in_the_trace(
    pair: Pair, mate: User, folders: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        clip = prepare(send(pair, name="private.mov"))
    with django_capture_on_commit_callbacks(execute=True):
        delete_clip(clip=clip, person=mate)
    assert not Clip.objects.exists()
    assert not StoredFile.objects.exists()
    assert kept(folders) == []
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.pair) == ("clip-deleted", mate, pair)
    assert (entry.before or {})["name"] == "private.mov"


def test_an_instructor_deletes_on_request_and_says_why(pair: Pair, prof: User) -> None:
    delete_clip(clip=prepare(send(pair)), person=prof, reason="a passer-by asked")
    assert AuditEntry.objects.get().reason == "a passer-by asked"
    assert not Clip.objects.exists()


def test_nobody_else_moves_deletes_or_extracts(pair: Pair, other: Pair) -> None:
    clip = prepare(send(pair))
    stranger = make_course("elsewhere", instructor="other-prof").instructors.get()
    for person in (member_of(other), stranger, member_of(make_pair(make_course("third", instructor="p3"), "9"))):
        with pytest.raises(Http404):
            delete_clip(clip=clip, person=person)
        with pytest.raises(Http404):
            renumber(clip=clip, person=person, sequence=2)
        with pytest.raises(Http404):
            extract_again(clip=clip, person=person)
    assert Clip.objects.get().sequence == 1
    assert not AuditEntry.objects.exists()
    assert GradingJob.objects.count() == 1
