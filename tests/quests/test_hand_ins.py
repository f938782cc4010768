"""Handing in: what is written, what costs something, and what must not have happened."""

import io
import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.http import Http404

from accounts.errors import Refusal
from accounts.models import User
from challenges.key import AnswerKey
from courses.models import AuditEntry, Pair
from grading import services as queue
from grading.endings import failed
from grading.models import GradingJob
from quests import hand_in_files, locks, reviews
from quests.hand_in_queries import waiting_of
from quests.models import Attempt, HandIn, HandInFile, HandInReview
from quests.queries import quest_page
from quests.signals import card_changed
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import files_in
from tests.handing_in import (
    BOTH,
    CARD,
    FILES,
    JPEG,
    PNG,
    WORDS,
    arrived,
    check,
    deal,
    give,
    handed_in_quests,
    quest_called,
    report,
    zipped,
)

__all__ = ["handed_in_quests"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("handed_in_quests")]


@pytest.fixture
def pair() -> Pair:
    return make_pair(make_course())


@pytest.fixture
def prof(pair: Pair) -> User:
    return pair.course.instructors.get()


@pytest.fixture
def heard() -> Any:
    """What whoever watches a card would hear."""
    told: list[tuple[str, str, dict[str, Any]]] = []

    def listen(pair: Pair, quest: str, what: str, data: dict[str, Any], **_: Any) -> None:
        told.append((quest, what, data))

    card_changed.connect(listen)
    yield told
    card_changed.disconnect(listen)


def mate_of(pair: Pair) -> User:
    return pair.members.get(username="pair1b")


def kept(folder: Path) -> list[str]:
    return files_in(folder / "hand-ins") if (folder / "hand-ins").exists() else []


# --- taking -----------------------------------------------------------------------------------------------------------


def test_files_wait_for_the_worker_and_words_for_a_person(pair: Pair) -> None:
    files, words = give(pair, FILES), give(pair, WORDS, "Because a sequence is cut.")
    assert (files.status, words.status) == ("checking", "waiting")
    (job,) = GradingJob.objects.filter(kind=GradingJob.Kind.HAND_IN)
    assert files.job == job
    assert set(job.payload["files"]) == {"labels"}
    assert not Attempt.objects.exists()


def test_the_worker_is_given_what_a_machine_checks_and_not_the_picture(pair: Pair) -> None:
    row = give(pair, BOTH)
    assert row.job is not None
    assert set(row.job.payload["files"]) == {"settings"}
    assert {file.part for file in row.files.all()} == {"settings", "picture"}


def test_a_file_is_kept_whole_under_a_name_that_says_nothing(pair: Pair, handed_in_quests: Path) -> None:
    file = give(pair, FILES).files.get()
    assert hand_in_files.path_of(file).read_bytes() == zipped()
    assert (file.name, file.size_bytes) == ("labels.zip", len(zipped()))
    assert file.digest.startswith("sha256:")
    assert file.digest.removeprefix("sha256:") not in file.path
    assert "labels" not in file.path
    assert kept(handed_in_quests) == [file.path]


def test_one_hand_in_at_a_time_is_looked_at(pair: Pair, handed_in_quests: Path) -> None:
    first = give(pair, FILES)
    with pytest.raises(Refusal) as refusal:
        give(pair, FILES, author=mate_of(pair), labels=zipped("other"))
    assert (refusal.value.code, refusal.value.status) == ("one_at_a_time", 409)
    assert list(HandIn.objects.all()) == [first]


def test_the_very_same_again_is_the_earlier_one(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    first = give(pair, FILES)
    again = give(pair, FILES, author=mate_of(pair))
    assert (again.pk, again.recognised, first.recognised) == (first.pk, True, False)
    check(monkeypatch, report("wrong", "sign"))
    assert give(pair, FILES).pk == first.pk
    assert (HandIn.objects.count(), Attempt.objects.count(), GradingJob.objects.count()) == (1, 1, 1)


def test_what_failed_through_our_fault_can_be_sent_again_and_costs_nothing(pair: Pair) -> None:
    first = give(pair, FILES)
    lease = queue.claim(worker="test", kinds=[GradingJob.Kind.HAND_IN])
    assert lease is not None
    queue.finish(lease, failed("5e5e", attempts=3))
    first.refresh_from_db()
    assert (first.status, first.error_id) == ("failed", "5e5e")
    again = give(pair, FILES)
    assert (again.pk != first.pk, again.recognised, again.status) == (True, False, "checking")
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(
    ("name", "text", "without", "code"),
    [(WORDS, "  ", (), "part_missing"), (FILES, "words", ("labels",), "part_missing"),
     (BOTH, "", ("picture",), "part_missing"), (WORDS, "é" * 9000, (), "text_too_long")],
)  # fmt: skip
def test_what_is_not_complete_is_declined_and_nothing_is_written(
    pair: Pair, name: str, text: str, without: tuple[str, ...], code: str
) -> None:
    from quests.hand_ins import hand_in

    deal(pair, name)
    card, quest = quest_called(name)
    files = [file for file in arrived(name) if file.part not in without]
    with pytest.raises(Refusal) as refusal:
        hand_in(pair=pair, author=member_of(pair), card=card, quest=quest, files=files, text=text)
    assert refusal.value.code == code
    assert not HandIn.objects.exists()
    assert not HandInFile.objects.exists()


def test_a_quest_whose_key_is_being_made_takes_nothing(pair: Pair) -> None:
    from quests.hand_ins import hand_in

    card, quest = quest_called(WORDS)
    with pytest.raises(Refusal) as refusal:
        hand_in(pair=pair, author=member_of(pair), card=card, quest=quest, text="early")
    assert refusal.value.code == "key_not_ready"
    assert not HandIn.objects.exists()


def test_after_the_last_attempt_nothing_is_taken(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        give(pair, FILES, labels=zipped(str(number)))
        check(monkeypatch, report("wrong", "sign"))
    with pytest.raises(Refusal) as refusal:
        give(pair, FILES, labels=zipped("right at last"))
    assert refusal.value.code == "no_attempt_left"
    assert HandIn.objects.count() == 3
    assert quest_page(pair, CARD, FILES).state.state == "exhausted"
    card, quest = quest_called(FILES)
    locks.unlock(instructor=pair.course.instructors.get(), pair=pair, card=card, quest=quest, extra_attempts=1)
    assert give(pair, FILES, labels=zipped("right at last")).status == "checking"


def test_the_thirty_first_within_an_hour_is_declined(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        give(pair, FILES, labels=zipped(str(number)))
        check(monkeypatch, report("malformed"))
    with pytest.raises(Refusal) as refusal:
        give(pair, FILES, labels=zipped("one more"))
    assert (refusal.value.code, refusal.value.status) == ("too_many", 429)
    HandIn.objects.update(created_at="2026-01-01T00:00Z")
    assert give(pair, FILES, labels=zipped("one more")).status == "checking"


def test_when_the_rows_cannot_be_written_no_bytes_stay(
    pair: Pair, handed_in_quests: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal(pair, FILES)

    def fall(*_: Any, **__: Any) -> None:
        raise RuntimeError("the queue is gone")

    monkeypatch.setattr("quests.hand_ins.enqueue", fall)
    with pytest.raises(RuntimeError):
        give(pair, FILES)
    assert not HandIn.objects.exists()
    assert kept(handed_in_quests) == []


# --- what the worker finds --------------------------------------------------------------------------------------------


def test_a_right_one_is_accepted_with_its_points(pair: Pair, monkeypatch: pytest.MonkeyPatch, heard: Any) -> None:
    row = give(pair, FILES)
    assert check(monkeypatch, report())
    row.refresh_from_db()
    attempt = Attempt.objects.get()
    assert (row.status, row.attempt) == ("accepted", attempt)
    assert (attempt.verdict, attempt.points, attempt.author) == ("correct", 20, member_of(pair))
    assert (attempt.text, attempt.understood) == ("labels.zip", "412 × .txt")
    assert quest_page(pair, CARD, FILES).state.state == "solved"
    assert heard == [(FILES, "handed_in", {}), (FILES, "solved", {"points": 20, "attempts": 1, "first": True})]
    with pytest.raises(Refusal) as refusal:
        give(pair, FILES, labels=zipped("more"))
    assert refusal.value.code == "solved_already"


def test_a_wrong_one_is_returned_and_costs_as_a_wrong_answer_does(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, heard: Any
) -> None:
    row = give(pair, FILES)
    check(monkeypatch, report("wrong", "sign"))
    row.refresh_from_db()
    assert (row.status, row.attempt and row.attempt.mistake) == ("returned", "sign")
    assert heard[-1] == (FILES, "wrong", {"attempts": 1})
    give(pair, FILES, labels=zipped("better"))
    check(monkeypatch, report())
    assert [attempt.points for attempt in Attempt.objects.order_by("number")] == [0, 16]


def test_a_malformed_one_costs_nothing_and_says_what_was_expected(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, heard: Any
) -> None:
    row = give(pair, FILES)
    check(monkeypatch, report("malformed"))
    row.refresh_from_db()
    assert row.status == "unreadable"
    assert row.report["advice"]["fr"] == "Regardez la cinquième colonne."
    assert not Attempt.objects.exists()
    assert [what for _, what, _ in heard] == ["handed_in"]


def test_a_right_one_with_a_picture_waits_for_a_person(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    row = give(pair, BOTH)
    check(monkeypatch, report())
    row.refresh_from_db()
    assert (row.status, row.attempt) == ("waiting", None)
    assert row.report["verdict"] == "correct"
    assert not Attempt.objects.exists()


def test_settings_that_the_machine_finds_wrong_bother_nobody(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    row = give(pair, BOTH)
    check(monkeypatch, report("wrong", "sign"))
    row.refresh_from_db()
    assert row.status == "returned"


def test_the_place_in_the_queue_is_the_one_that_is_shown(pair: Pair) -> None:
    other = make_pair(pair.course, "2")
    first, second = give(pair, FILES), give(other, FILES)
    assert [waiting_of(row).place for row in (first, second)] == [1, 2]
    words = [give(each, WORDS, f"words of {each}") for each in (pair, other)]
    assert [waiting_of(row).before for row in words] == [0, 1]


def test_the_truth_is_never_in_what_the_worker_is_queued_with(pair: Pair) -> None:
    row = give(pair, FILES)
    assert row.job is not None
    key = AnswerKey.from_json(row.variant.answer_key.key)
    assert str(key.truth[0]) not in str(row.job.payload)  # type: ignore[index]


# --- a person ---------------------------------------------------------------------------------------------------------


def decide(prof: User, row: HandIn, verdict: str, remark: str = "", **more: Any) -> HandIn:
    return reviews.review(instructor=prof, hand_in=row, verdict=verdict, remark=remark, **more)


def test_an_accepted_one_solves_the_quest_for_whoever_wrote_it(pair: Pair, prof: User, heard: Any) -> None:
    row = decide(prof, give(pair, WORDS, author=mate_of(pair)), "accepted", "Clear.")
    assert (row.status, row.remark, row.reviewed_by) == ("accepted", "Clear.", prof)
    state = quest_page(pair, CARD, WORDS).state
    assert (state.state, state.solved_by, state.points) == ("solved", mate_of(pair), 20)
    assert heard[-1][:2] == (WORDS, "solved")


def test_a_returned_one_counts_as_a_wrong_answer_and_may_be_tried_again(pair: Pair, prof: User, heard: Any) -> None:
    decide(prof, give(pair, WORDS, "because"), "returned", "Say what leaks.")
    assert heard[-1] == (WORDS, "returned", {})
    again = decide(prof, give(pair, WORDS, "because neighbours leak"), "accepted")
    assert again.attempt is not None
    assert (again.attempt.number, again.attempt.points) == (2, 16)


@pytest.mark.parametrize("remark", ["", "   "])
def test_nothing_is_returned_without_a_word(pair: Pair, prof: User, remark: str) -> None:
    row = give(pair, WORDS)
    with pytest.raises(Refusal) as refusal:
        decide(prof, row, "returned", remark)
    assert refusal.value.code == "say_why"
    row.refresh_from_db()
    assert row.status == "waiting"
    assert not HandInReview.objects.exists()


def test_of_two_instructors_the_second_learns_that_it_is_decided(pair: Pair, prof: User) -> None:
    row = give(pair, WORDS)
    decide(prof, row, "accepted")
    with pytest.raises(Refusal) as refusal:
        decide(prof, row, "returned", "No.")
    assert refusal.value.code == "decided_meanwhile"
    row.refresh_from_db()
    assert row.status == "accepted"


def test_deciding_again_changes_the_points_and_leaves_a_trace(pair: Pair, prof: User) -> None:
    row = decide(prof, give(pair, WORDS), "accepted")
    row = decide(prof, row, "returned", "On second thought: what leaks?", reopen=True)
    assert quest_page(pair, CARD, WORDS).state.points == 0
    row = decide(prof, row, "accepted", "You had said it.", reopen=True)
    assert (row.status, row.attempt and row.attempt.points) == ("accepted", 20)
    assert Attempt.objects.count() == 1
    entries = AuditEntry.objects.filter(action="hand-in-decided", actor=prof, pair=pair).order_by("pk")
    assert [(entry.before, entry.after["state"], entry.reason) for entry in entries] == [
        (None, "accepted", ""),
        ({"state": "accepted"}, "returned", "On second thought: what leaks?"),
        ({"state": "returned"}, "accepted", "You had said it."),
    ]
    assert [one.verdict for one in row.reviews.all()] == ["accepted", "returned", "accepted"]


def test_accepting_an_older_one_when_the_quest_is_solved_changes_no_points(pair: Pair, prof: User) -> None:
    older = decide(prof, give(pair, WORDS, "first"), "returned", "More.")
    decide(prof, give(pair, WORDS, "second"), "accepted")
    older = decide(prof, older, "accepted", "It was fine.", reopen=True)
    assert older.status == "accepted"
    assert sorted(Attempt.objects.values_list("verdict", "points")) == [("correct", 16), ("later", 0)]


@pytest.mark.parametrize("verdict", ["correct", "wrong"])
def test_what_the_machine_decided_a_person_may_open_again(
    pair: Pair, prof: User, monkeypatch: pytest.MonkeyPatch, verdict: str
) -> None:
    row = give(pair, FILES)
    check(monkeypatch, report(verdict, "sign" if verdict == "wrong" else None))
    row.refresh_from_db()
    turned = "accepted" if verdict == "wrong" else "returned"
    decide(prof, row, turned, "I looked.", reopen=True)
    assert Attempt.objects.get().verdict == ("correct" if verdict == "wrong" else "wrong")


def test_what_the_machine_still_has_is_not_decided(pair: Pair, prof: User) -> None:
    row = give(pair, FILES)
    with pytest.raises(Refusal) as refusal:
        decide(prof, row, "accepted", reopen=True)
    assert refusal.value.code == "not_decidable"
    assert not Attempt.objects.exists()


def test_nobody_but_the_courses_instructors_decides(pair: Pair) -> None:
    row = give(pair, WORDS)
    other = make_course("other", instructor="other-prof").instructors.get()
    for person in (other, member_of(pair)):
        with pytest.raises(Http404):
            decide(person, row, "accepted")
    row.refresh_from_db()
    assert row.status == "waiting"


# --- bytes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "name", "content", "code"),
    [("labels", "labels.rar", b"PK\x03\x04", "other_suffix"), ("labels", "labels.zip", b"Rar!", "not_what_it_says"),
     ("labels", "labels.zip", b"", "empty_file"), ("labels", "labels.zip", b"PK\x03\x04" * 20_000, "too_large"),
     ("settings", "hyp.yaml", b"a\0b", "not_what_it_says"), ("picture", "a.svg", b"<svg/>", "other_suffix"),
     ("picture", "a.png", b"<svg onload=alert(1)>", "not_what_it_says"),
     ("picture", "a.webp", b"RIFF1234AVI ", "not_what_it_says"),
     ("picture", "a.html", b"<html>", "other_suffix"), ("settings", "hyp", b"mixup: 1", "other_suffix")],
)  # fmt: skip
def test_a_file_that_is_not_what_it_says_leaves_nothing_behind(
    handed_in_quests: Path, part: str, name: str, content: bytes, code: str
) -> None:
    wanted = next(one for each in (FILES, BOTH) for one in quest_called(each)[1].rules.parts if one.name == part)
    with pytest.raises(Refusal) as refusal:
        hand_in_files.bring(wanted, io.BytesIO(content), name=name)
    assert refusal.value.code == code
    assert set(refusal.value.reason) == set(refusal.value.advice) == {"en", "fr"}
    assert kept(handed_in_quests) == []


@pytest.mark.parametrize(
    ("name", "content"), [("hyp.yaml", "mixup: 0.25".encode("utf-16")), ("HYP.YML", b"\xef\xbb\xbfmixup: 1")]
)
def test_text_as_peoples_editors_save_it_passes(name: str, content: bytes) -> None:
    part = quest_called(BOTH)[1].rules.parts[0]
    assert hand_in_files.bring(part, io.BytesIO(content), name=name).size_bytes == len(content)


def test_a_picture_is_one_by_its_bytes_alone(tmp_path: Path) -> None:
    for content, kind in ((PNG, "image/png"), (JPEG, "image/jpeg"), (b"RIFF....WEBPVP8 ", "image/webp"),
                          (b"RIFF....AVI ", None), (b"<svg xmlns=", None), (b"", None)):  # fmt: skip
        (tmp_path / "file").write_bytes(content)
        assert hand_in_files.picture_type(tmp_path / "file") == kind


def test_a_full_disk_takes_nothing(monkeypatch: pytest.MonkeyPatch, handed_in_quests: Path) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 1000}))
    with pytest.raises(Refusal) as refusal:
        arrived(FILES)
    assert refusal.value.status == 507
    assert kept(handed_in_quests) == []


def test_a_pair_that_is_deleted_takes_its_files_along(
    pair: Pair, handed_in_quests: Path, django_capture_on_commit_callbacks: Any
) -> None:
    other = give(make_pair(pair.course, "2"), FILES)
    give(pair, FILES)
    with django_capture_on_commit_callbacks(execute=True):
        pair.delete()
    assert kept(handed_in_quests) == [other.files.get().path]


def test_the_sweep_removes_what_broke_off_and_what_no_row_knows(pair: Pair, handed_in_quests: Path) -> None:
    file = give(pair, FILES).files.get()
    arrived(BOTH)  # two files that nobody hands in
    lost = hand_in_files.path_of(file).with_name("lost")
    lost.write_bytes(b"x")
    assert hand_in_files.sweep() == 0  # a day has not passed
    yesterday = time.time() - 25 * 3600
    for path in (handed_in_quests / "hand-ins").rglob("*"):
        if path.is_file():
            os.utime(path, (yesterday, yesterday))
    assert hand_in_files.sweep() == 3
    assert kept(handed_in_quests) == [file.path]
