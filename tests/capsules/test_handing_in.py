"""A pair hands its capsule in, again, too late, with more time, as a link: what counts, and what is kept."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import User
from accounts.post import deliver
from capsules.carrying_over import remove_bytes
from capsules.handing_in import hand_in_file, hand_in_link, read_link
from capsules.models import Capsule, CapsuleVersion, Chapter
from capsules.ruling import extend_deadline, set_rules, withdraw_extension
from capsules.showing import state_of
from courses.models import AuditEntry, Pair
from grading.models import GradingJob
from tests.builders import member_of
from tests.capsule_films import arrive, end, hand_in, prepare, published, refuse, set_due
from uploads.models import StoredFile

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)


def code_of(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.code


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_any_member_hands_in_and_a_job_looks_at_the_film(pair: Pair, uploads_folder: Path) -> None:
    set_due(pair.course)
    mate = pair.members.order_by("-username")[0]
    version = hand_in(pair, author=mate)
    assert (version.number, version.handed_in_by, version.is_late) == (1, mate, False)
    assert Capsule.objects.get(pair=pair).current == version
    assert version.job is not None
    assert (version.job.kind, version.job.subject) == ("video", f"capsule:{version.pk}")
    assert version.source is not None
    assert version.job.payload["file"] == version.source.pk
    assert version.sha256 == version.source.sha256
    after = AuditEntry.objects.get(action="capsule-handed-in").after
    assert after
    assert after["sha256"] == version.sha256


def test_a_second_click_hands_nothing_in_twice(pair: Pair) -> None:
    set_due(pair.course)
    first = hand_in(pair)
    again = hand_in(pair, author=pair.members.order_by("-username")[0])
    assert again == first
    assert CapsuleVersion.objects.count() == GradingJob.objects.count() == StoredFile.objects.count() == 1
    assert actions() == ["capsule-handed-in"]


def test_what_is_handed_in_twice_has_one_receipt(pair: Pair, mailoutbox: list[EmailMessage]) -> None:
    set_due(pair.course)
    User.objects.filter(pk=member_of(pair).pk).update(email="ours@example.org")
    for _ in range(2):
        hand_in(pair)
    deliver()
    assert [letter.to for letter in mailoutbox] == [["ours@example.org"]]


@pytest.mark.django_db(transaction=True)
def test_the_bytes_of_the_earlier_version_go_once_the_newer_one_is_ready(pair: Pair, uploads_folder: Path) -> None:
    set_due(pair.course)
    first = prepare(hand_in(pair, "first"))
    Chapter.objects.create(version=first, at_seconds=0, title="Introduction")
    second = hand_in(pair, "second")
    first.refresh_from_db()
    assert state_of(first) == "ready"  # until the new one is known to be a film
    second = prepare(second)
    first.refresh_from_db()
    assert state_of(first) == "removed"
    assert (first.sha256 != second.sha256, first.size_bytes > 0) == (True, True)
    assert Capsule.objects.get(pair=pair).current == second
    assert [chapter.title for chapter in second.chapters.all()] == ["Introduction"]
    assert StoredFile.objects.count() == 3
    kept = [path for path in (uploads_folder / "capsule").rglob("*") if path.is_file()]
    assert len(kept) == 3
    assert actions() == ["capsule-handed-in", "capsule-replaced", "capsule-bytes-removed"]


def test_a_file_that_is_no_film_lets_the_earlier_one_count(pair: Pair) -> None:
    set_due(pair.course)
    good = prepare(hand_in(pair, "good"))
    bad = refuse(hand_in(pair, "bad"))
    capsule = Capsule.objects.get(pair=pair)
    assert capsule.current == good
    assert state_of(good) == "ready"
    assert bad.source is None
    assert actions()[-1] == "capsule-returned-to"


def test_a_first_file_that_is_no_film_stays_so_that_the_pair_reads_why(pair: Pair) -> None:
    set_due(pair.course)
    bad = refuse(hand_in(pair, "bad"))
    assert Capsule.objects.get(pair=pair).current == bad
    assert state_of(bad) == "refused"
    assert hand_in(pair, "good").number == 2


def test_our_failure_costs_the_pair_nothing(pair: Pair) -> None:
    set_due(pair.course)
    version = end(hand_in(pair), "failed", {"version": 1, "status": "failed"})
    assert state_of(version) == "failed"
    assert version.source is not None
    assert Capsule.objects.get(pair=pair).current == version


def test_one_that_was_replaced_while_it_was_prepared_leaves_nothing(pair: Pair) -> None:
    set_due(pair.course)
    slow = hand_in(pair, "slow")
    newer = hand_in(pair, "newer")
    assert state_of(prepare(slow)) == "ready"  # until the newer one is known to be a film
    assert Capsule.objects.get(pair=pair).current == newer
    newer = prepare(newer)
    slow.refresh_from_db()
    assert state_of(slow) == "removed"
    assert set(StoredFile.objects.all()) == {newer.source, newer.copy, newer.poster}


def test_a_film_that_was_replaced_by_what_is_no_film_is_still_there(pair: Pair) -> None:
    set_due(pair.course)
    oldest = prepare(hand_in(pair, "oldest"))
    film = hand_in(pair, "film")
    mistake = hand_in(pair, "mistake")
    assert state_of(prepare(film)) == "ready"
    refuse(mistake)
    assert Capsule.objects.get(pair=pair).current == film
    film.refresh_from_db()
    oldest.refresh_from_db()
    assert (state_of(film), state_of(oldest)) == ("ready", "removed")


@pytest.mark.parametrize("ends", [prepare, refuse])
def test_what_is_made_of_a_film_whose_days_are_over_meanwhile_leaves_nothing(
    pair: Pair, ends: Callable[[CapsuleVersion], CapsuleVersion]
) -> None:
    set_due(pair.course)
    prepare(hand_in(pair, "earlier"))
    version = hand_in(pair)
    for one in version.capsule.versions.all():
        remove_bytes(version=one, actor=None, because="retention")
    ends(version)
    version.refresh_from_db()
    assert (version.source, version.copy, version.poster) == (None, None, None)
    assert Capsule.objects.get(pair=pair).current == version  # what was handed in last was handed in last
    assert not StoredFile.objects.exists()


def test_a_film_that_becomes_ready_just_before_it_is_removed_goes_whole(pair: Pair) -> None:
    set_due(pair.course)
    seen_before = hand_in(pair)
    prepare(seen_before)
    assert remove_bytes(version=seen_before, actor=None, because="retention")
    assert not StoredFile.objects.exists()


def test_a_film_that_is_prepared_after_a_link_took_its_place_leaves_nothing(pair: Pair) -> None:
    set_due(pair.course)
    slow = hand_in(pair, "slow")
    link = hand_in_link(pair=pair, author=member_of(pair), link="https://films.example/ours")
    end(slow, "failed", {"version": 1, "status": "failed"})
    assert Capsule.objects.get(pair=pair).current == link
    assert not StoredFile.objects.exists()


def test_the_same_film_again_is_tried_again_where_we_failed(pair: Pair) -> None:
    set_due(pair.course)
    failed = end(hand_in(pair), "failed", {"version": 1, "status": "failed"})
    again = hand_in(pair)
    assert (again, again.counted_at) == (failed, failed.counted_at)
    assert state_of(again) == "preparing"
    assert state_of(prepare(again)) == "ready"
    assert actions() == ["capsule-handed-in"]


@pytest.mark.parametrize("is_link", [False, True])
def test_who_was_late_hands_the_same_in_anew_with_more_time(pair: Pair, is_link: bool) -> None:
    due_at = set_due(pair.course).due_at
    assert due_at is not None

    def give(moment: datetime) -> CapsuleVersion:
        link = "https://films.example/ours"
        if is_link:
            return hand_in_link(pair=pair, author=member_of(pair), link=link, asked_at=moment)
        return hand_in(pair, at=moment)

    late = give(due_at + HOUR)
    assert (late.is_late, give(due_at + HOUR)) == (True, late)
    prof = pair.course.instructors.get()
    extend_deadline(pair=pair, instructor=prof, due_at=due_at + 3 * HOUR, reason="ill")
    assert CapsuleVersion.objects.get().is_late  # what was handed in keeps the judgement of its day
    in_time = give(due_at + 2 * HOUR)
    assert (in_time.is_late, in_time.number) == (False, 2)
    assert give(due_at + 4 * HOUR) == in_time


@pytest.mark.parametrize("early", [TICK, HOUR])
def test_the_instant_before_the_deadline_is_in_time(pair: Pair, early: timedelta) -> None:
    due_at = set_due(pair.course).due_at
    assert due_at is not None
    assert not hand_in(pair, at=due_at - early).is_late


def test_the_deadline_itself_is_late_and_marked(pair: Pair) -> None:
    due_at = set_due(pair.course).due_at
    version = hand_in(pair, at=due_at)
    assert version.is_late
    assert version.counted_at == due_at == version.due_at


def test_what_was_in_time_is_not_replaced_after_the_deadline(pair: Pair) -> None:
    due_at = set_due(pair.course).due_at
    assert due_at is not None
    first = hand_in(pair, "first", at=due_at - HOUR)
    with pytest.raises(Refusal) as refused:
        hand_in(pair, "second", at=due_at + HOUR)
    assert code_of(refused) == "handed_in_already"
    assert CapsuleVersion.objects.get() == first
    assert StoredFile.objects.count() == 1


def test_a_late_one_is_refused_where_the_instructor_says_so(pair: Pair) -> None:
    due_at = set_due(pair.course, accepts_late=False).due_at
    with pytest.raises(Refusal) as refused:
        hand_in(pair, at=due_at)
    assert code_of(refused) == "too_late"
    assert not CapsuleVersion.objects.exists()
    assert not StoredFile.objects.exists()


def test_after_a_refused_file_a_late_one_is_taken(pair: Pair) -> None:
    due_at = set_due(pair.course).due_at
    assert due_at is not None
    refuse(hand_in(pair, "bad", at=due_at - HOUR))
    assert hand_in(pair, "good", at=due_at + HOUR).is_late


def test_an_upload_begun_in_time_counts_by_the_rule_of_the_course(pair: Pair) -> None:
    rules = set_due(pair.course, counts_from="begun", grace_minutes=60)
    assert rules.due_at is not None
    version = hand_in(pair, begun_at=rules.due_at - TICK, at=rules.due_at + HOUR / 2)
    assert not version.is_late
    assert version.counted_at == rules.due_at - TICK
    assert version.finished_at == rules.due_at + HOUR / 2


def test_more_time_for_one_pair_is_that_pairs_alone(pair: Pair, strangers: Pair) -> None:
    prof = pair.course.instructors.get()
    due_at = set_due(pair.course).due_at
    assert due_at is not None
    extend_deadline(pair=pair, instructor=prof, due_at=due_at + 2 * HOUR, reason="  a broken   disk ")
    assert not hand_in(pair, "ours", at=due_at + HOUR).is_late
    assert hand_in(strangers, "theirs", at=due_at + HOUR).is_late
    entry = AuditEntry.objects.get(action="deadline-extended")
    assert (entry.actor, entry.pair, entry.reason) == (prof, pair, "a broken disk")
    withdraw_extension(pair=pair, instructor=prof)
    assert not CapsuleVersion.objects.get(capsule__pair=pair).is_late  # the judgement of its day stays
    assert AuditEntry.objects.filter(action="extension-withdrawn").count() == 1


def test_an_extension_needs_a_reason_and_a_later_moment(pair: Pair) -> None:
    prof = pair.course.instructors.get()
    with pytest.raises(Refusal) as refused:
        extend_deadline(pair=pair, instructor=prof, due_at=timezone.now(), reason="why")
    assert code_of(refused) == "nothing_due"
    due_at = set_due(pair.course).due_at
    assert due_at is not None
    for moment, reason in ((due_at, "why"), (due_at + HOUR, "  "), (due_at + HOUR, "x" * 401)):
        with pytest.raises(Refusal) as refused:
            extend_deadline(pair=pair, instructor=prof, due_at=moment, reason=reason)
        assert code_of(refused) == "no_extension"
    assert not AuditEntry.objects.exists()


def test_nothing_is_taken_before_it_opens_or_once_the_marks_are_out(pair: Pair) -> None:
    rules = set_due(pair.course, opens_at=timezone.now() + HOUR)
    with pytest.raises(Refusal) as refused:
        hand_in(pair)
    assert code_of(refused) == "not_open_yet"
    assert rules.opens_at is not None
    version = hand_in(pair, at=rules.opens_at)
    with published(pair), pytest.raises(Refusal) as refused:
        hand_in(pair, "another", at=rules.opens_at + HOUR)
    assert code_of(refused) == "published_already"
    assert CapsuleVersion.objects.get() == version


def test_a_link_takes_the_place_of_a_film_and_is_never_opened(pair: Pair) -> None:
    set_due(pair.course)
    film = prepare(hand_in(pair))
    version = hand_in_link(pair=pair, author=member_of(pair), link=" https://films.example.org/v/123?x=1 ")
    assert (version.number, version.kind, version.link) == (2, "link", "https://films.example.org/v/123?x=1")
    assert version.job is None
    film.refresh_from_db()
    assert film.copy is None
    assert not StoredFile.objects.exists()
    again = hand_in_link(pair=pair, author=member_of(pair), link=version.link)
    assert again == version


@pytest.mark.parametrize(
    "link",
    [
        "",
        "http://films.example.org/v",
        "javascript:alert(1)",
        "https://",
        "https://nowhere",
        "https://prof:secret@films.example.org/",
        "https://films.example.org@evil.example.org/",
        "https://films.example.org/a b",
        "https://films.example.org/\n<script>",
        "//films.example.org/",
        "data:text/html,x",
        "https://films.example.org/" + "x" * 500,
        "https://films.example.org:99999/",
        "https://\u202egro.elpmaxe.smlif/",
        "https://films\u200b.example.org/",
    ],
)
def test_what_is_no_plain_https_address_is_no_link(pair: Pair, link: str) -> None:
    with pytest.raises(Refusal) as refused:
        hand_in_link(pair=pair, author=member_of(pair), link=link)
    assert code_of(refused) == "no_link"
    assert not CapsuleVersion.objects.exists()


@pytest.mark.parametrize("link", ["https://youtu.be/abc", "https://cloud.univ.example.fr/s/é%20", "https://[::1]/film"])
def test_ordinary_links_are_taken(link: str) -> None:
    assert read_link(link) == link


def test_links_are_declined_where_the_course_wants_films(pair: Pair) -> None:
    set_due(pair.course, accepts_links=False)
    with pytest.raises(Refusal) as refused:
        hand_in_link(pair=pair, author=member_of(pair), link="https://films.example.org/")
    assert code_of(refused) == "no_links"


def test_what_is_refused_in_the_middle_leaves_the_capsule_as_it_was(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_due(pair.course)
    first = hand_in(pair, "first")

    def fall(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("capsules.handing_in.enqueue", fall)
    with pytest.raises(RuntimeError), transaction.atomic():
        hand_in_file(pair=pair, author=member_of(pair), arrived=arrive("second"))
    assert Capsule.objects.get(pair=pair).current == first
    assert StoredFile.objects.count() == 1


def test_rules_are_the_instructors_and_every_change_is_in_the_trace(pair: Pair) -> None:
    prof = pair.course.instructors.get()
    due_at = timezone.now() + HOUR
    set_rules(course=pair.course, instructor=prof, values={"due_at": due_at, "accepts_late": True})
    set_rules(course=pair.course, instructor=prof, values={"due_at": due_at, "accepts_late": True})
    entry = AuditEntry.objects.get()
    assert (entry.before, entry.after) == ({"due_at": None}, {"due_at": due_at.isoformat()})
