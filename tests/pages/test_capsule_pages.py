"""The pages of capsules: the pair's, the instructors', and what nobody else reads."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import consents
from accounts.models import User
from capsules.commenting import comment
from capsules.models import Appearance, Capsule, CapsuleRules, CapsuleVersion, Captions, Comment, Extension, Phrase
from courses.models import Pair
from tests.builders import make_course, make_pair, member_of
from tests.capsule_films import film_bytes, hand_in, prepare, published, refuse, set_due
from tests.pages.browsing import browser_of

pytestmark = pytest.mark.django_db
SAID = "unpublished-words-0451"


@pytest.fixture(autouse=True)
def uploads_folder(tmp_path: Path, settings: Settings) -> None:
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def strangers(pair: Pair) -> Pair:
    return make_pair(pair.course, "2")


@pytest.fixture
def version(pair: Pair) -> CapsuleVersion:
    """Handed in and ready to be watched."""
    set_due(pair.course)
    return prepare(hand_in(pair))


@pytest.fixture
def prof(pair: Pair) -> User:
    return pair.course.instructors.get()


def a_film(text: str = "a film") -> SimpleUploadedFile:
    return SimpleUploadedFile("clip.mp4", film_bytes(text), content_type="video/mp4")


# --- handing in -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_rule_the_deadline_its_zone_and_the_time_left_stand_there_beforehand(
    pair: Pair, student: User, language: str
) -> None:
    due_at = timezone.now().replace(microsecond=0) + timedelta(days=6, hours=3, minutes=30)
    set_due(pair.course, due_at, counts_from="begun", grace_minutes=90)
    said = browser_of(student, language).get("/capsule/").content.decode()
    local = due_at.astimezone(pair.course.zone)
    assert f"{local:%H:%M:%S}" in said
    assert "Europe/Paris" in said
    assert f'data-countdown="{round(due_at.timestamp() * 1000)}"' in said
    assert "90" in said
    assert ("le moment où l’envoi a commencé" in said) if language == "fr" else ("when the upload was begun" in said)


def agree(pair: Pair) -> None:
    """Each member said yes to everything about their image."""
    for person in pair.members.all():
        consents.answer(person=person, answers=dict.fromkeys(consents.KINDS, True))


def test_a_plain_form_hands_in_and_the_receipt_is_on_the_page(pair: Pair, student: User) -> None:
    set_due(pair.course)
    agree(pair)
    browser = browser_of(student)
    answer = browser.post("/capsule/hand-in/", {"file": a_film()})
    assert answer["Location"] == "/capsule/#receipt"
    version = CapsuleVersion.objects.get()
    said = browser.get("/capsule/").content.decode()
    for part in (version.sha256, "Receipt of version 1", "clip.mp4", "in time", "next to be prepared"):
        assert part in said
    answer = browser.post("/capsule/hand-in/", {"file": a_film()})  # the second click
    assert CapsuleVersion.objects.count() == 1


def test_the_pages_script_is_told_where_to_go(pair: Pair, student: User) -> None:
    set_due(pair.course)
    agree(pair)
    browser = browser_of(student)
    answer = browser.post("/capsule/hand-in/", {"file": a_film()}, headers={"Accept": "application/json"})
    assert answer.json() == {"address": "/capsule/#receipt"}
    answer = browser.post(
        "/capsule/hand-in/",
        {"file": SimpleUploadedFile("x.mp4", b"<svg></svg>")},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 415
    assert answer.json()["code"] == "no_film"
    assert CapsuleVersion.objects.count() == 1


def test_a_form_with_another_token_hands_nothing_in(pair: Pair, student: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(student, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post("/capsule/hand-in/", {"file": a_film()}).status_code == 403
    assert not CapsuleVersion.objects.exists()


def test_a_link_is_shown_as_one_that_this_site_has_not_looked_at(pair: Pair, student: User) -> None:
    set_due(pair.course)
    browser = browser_of(student)
    browser.post("/capsule/hand-in/", {"link": "https://films.example.org/v?a=1&b=<x>"})
    assert not CapsuleVersion.objects.exists()
    browser.post("/capsule/hand-in/", {"link": "https://films.example.org/v?a=1&b=2"})
    said = browser.get("/capsule/").content.decode()
    assert 'href="https://films.example.org/v?a=1&amp;b=2" rel="noopener noreferrer external"' in said


def test_after_the_deadline_the_page_says_what_counts(pair: Pair, student: User) -> None:
    set_due(pair.course, timezone.now() - timedelta(hours=1))
    browser = browser_of(student)
    assert "marked as late" in browser.get("/capsule/").content.decode()
    browser.post("/capsule/hand-in/", {"file": a_film()})
    said = browser.get("/capsule/").content.decode()
    assert "late by 1 h" in said
    answer = browser.post("/capsule/hand-in/", {"file": a_film("another")})
    assert answer.status_code == 409
    assert "can no longer be replaced" in answer.content.decode()
    assert CapsuleVersion.objects.get().is_late


def test_what_is_no_film_is_said_with_what_to_do(pair: Pair, student: User) -> None:
    set_due(pair.course)
    refuse(hand_in(pair))
    said = browser_of(student).get("/capsule/").content.decode()
    assert "This is no film." in said
    assert 'name="file"' in said


def test_a_page_that_waits_is_told_when_to_load_itself_again(pair: Pair, student: User) -> None:
    set_due(pair.course)
    browser = browser_of(student, htmx=True)
    version = hand_in(pair)
    assert "next to be prepared" in browser.get("/capsule/status/").content.decode()
    prepare(version)
    assert browser.get("/capsule/status/")["HX-Refresh"] == "true"


def test_a_pair_names_its_chapters_its_members_moments_and_its_subtitles(
    pair: Pair, student: User, version: CapsuleVersion
) -> None:
    browser = browser_of(student)
    browser.post("/capsule/chapters/", {"chapters": "0:00 Introduction\n1:40 Nos <b>données</b>\n"})
    assert [chapter.title for chapter in version.chapters.all()] == ["Introduction", "Nos <b>données</b>"]
    mate = pair.members.order_by("-username")[0]
    browser.post("/capsule/appearances/", {f"member-{student.pk}": "0:05", f"member-{mate.pk}": ""})
    assert list(Appearance.objects.values_list("person", "at_seconds")) == [(student.pk, 5.0)]
    answer = browser.post("/capsule/appearances/", {f"member-{student.pk}": "0:07", f"member-{mate.pk}": "9<9"})
    assert answer.status_code == 422
    said = answer.content.decode()
    assert 'value="0:07"' in said  # what was typed stays
    assert 'value="9&lt;9"' in said
    assert list(Appearance.objects.values_list("person", "at_seconds")) == [(student.pk, 5.0)]
    vtt = SimpleUploadedFile("x.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n<script>alert(1)</script>")
    browser.post("/capsule/captions/", {"language": "fr", "file": vtt})
    said = browser.get("/capsule/").content.decode()
    assert "Nos &lt;b&gt;données&lt;/b&gt;" in said
    assert "1 to say" in said
    track = browser.get(f"/capsule/versions/{version.pk}/captions/fr/")
    assert track["Content-Type"] == "text/vtt; charset=utf-8"
    assert "<script" not in track.content.decode()
    answer = browser.post("/capsule/chapters/", {"chapters": "1:00 B\n0:30 A"})
    assert answer.status_code == 422
    assert "Line 2" in answer.content.decode()
    assert version.chapters.count() == 2
    browser.post("/capsule/captions/fr/remove/")
    assert not Captions.objects.exists()


# --- watching ---------------------------------------------------------------------------------------------------------


def test_a_film_is_served_in_parts_to_its_pair_and_its_instructors_alone(
    pair: Pair, student: User, strangers: Pair, prof: User, version: CapsuleVersion
) -> None:
    other_prof = make_course("other", instructor="other").instructors.get()
    for part in ("film", "poster", "original"):
        address = f"/capsule/versions/{version.pk}/{part}/"
        for person in (student, pair.members.order_by("-username")[0], prof):
            assert browser_of(person).get(address).status_code == 200
        for person in (member_of(strangers), other_prof):
            assert browser_of(person).get(address).status_code == 404
        assert browser_of(None).get(address).status_code == 302
    piece = browser_of(student).get(f"/capsule/versions/{version.pk}/film/", headers={"Range": "bytes=0-3"})
    assert piece.status_code == 206
    assert piece["Content-Type"] == "video/mp4"
    assert "attachment" in browser_of(prof).get(f"/capsule/versions/{version.pk}/original/")["Content-Disposition"]


def test_the_original_is_not_given_before_it_was_found_to_be_a_film(pair: Pair, prof: User) -> None:
    set_due(pair.course)
    version = hand_in(pair)
    assert browser_of(prof).get(f"/capsule/versions/{version.pk}/original/").status_code == 404


def test_an_instructor_says_something_at_a_moment_with_a_drawing(prof: User, version: CapsuleVersion) -> None:
    drawing = '[{"tool": "arrow", "points": [[0.1, 0.2], [0.5, 0.6]]}]'
    form = {"text": "Look <here>", "moment": "83.25", "at": "1:23", "drawing": drawing}
    browser = browser_of(prof, htmx=True)
    answer = browser.post(f"/capsule/versions/{version.pk}/comments/", form)
    assert answer["HX-Trigger"] == "comment-said"
    said = answer.content.decode()
    assert "Look &lt;here&gt;" in said
    assert 'data-at="83.25"' in said
    assert "M128.0 144.0L640.0 432.0" in said
    browser.post(f"/capsule/versions/{version.pk}/comments/", form)  # the second click
    row = Comment.objects.get()
    assert (row.at_seconds, row.by_instructor, row.drawing[0]["tool"]) == (83.25, True, "arrow")


def test_without_the_script_the_typed_moment_counts_and_one_comes_back_to_the_page(
    pair: Pair, prof: User, version: CapsuleVersion
) -> None:
    answer = browser_of(prof).post(
        f"/capsule/versions/{version.pk}/comments/",
        {"text": "Here", "at": "2:05", "next": f"/teach/capsules/{version.capsule_id}/"},
    )
    row = Comment.objects.get()
    assert row.at_seconds == 125
    assert answer["Location"] == f"/teach/capsules/{version.capsule_id}/#comment-{row.pk}"
    answer = browser_of(prof).post(
        f"/capsule/versions/{version.pk}/comments/", {"text": "Whole", "next": "//evil.example.org/"}
    )
    assert answer["Location"].startswith("/teach/capsules/")


@pytest.mark.parametrize(
    "form",
    [
        {"text": "", "moment": "3"},
        {"text": "x" * 4001, "moment": "3"},
        {"text": "x", "moment": "-1"},
        {"text": "x", "moment": "nan"},
        {"text": "x", "moment": "9999"},
        {"text": "x", "at": "soon"},
        {"text": "x", "drawing": "[{}]"},
        {"text": "x", "drawing": "{"},
        {"text": "\0"},  # which PostgreSQL would not keep
    ],
)
def test_a_comment_that_says_nothing_or_is_nowhere_is_declined(
    prof: User, version: CapsuleVersion, form: dict[str, str]
) -> None:
    answer = browser_of(prof, htmx=True).post(f"/capsule/versions/{version.pk}/comments/", form)
    assert 'class="ink tint-coral"' in answer.content.decode()
    assert "HX-Trigger" not in answer
    assert not Comment.objects.exists()


def test_what_is_not_published_leaks_nowhere(
    pair: Pair, student: User, strangers: Pair, prof: User, version: CapsuleVersion
) -> None:
    row = comment(version=version, author=prof, text=SAID, at_seconds=83.125)
    set_due(pair.course, peers_may_watch=True)
    addresses = [
        "/capsule/", "/capsule/status/", f"/capsule/versions/{version.pk}/comments/", "/api/capsule/",
        "/api/capsule/comments/", "/capsules/", f"/capsules/{version.pk}/", "/teach/capsules/rules/",
        f"/capsule/versions/{version.pk}/captions/fr/", f"/teach/capsules/{version.capsule_id}/",
        "/teach/capsules/", "/privacy/",
    ]  # fmt: skip
    for person in (student, member_of(strangers)):
        for address in addresses:
            said = browser_of(person).get(address).content.decode()
            assert SAID not in said, address
            assert "83.125" not in said, address
        for form in ({"text": "an answer", "thread": row.pk}, {"text": "of my own", "moment": "3"}):
            browser_of(person).post(f"/capsule/versions/{version.pk}/comments/", form)
        assert browser_of(person).post(f"/capsule/comments/{row.pk}/edit/", {"text": "x"}).status_code == 404
        assert browser_of(person).post(f"/capsule/comments/{row.pk}/remove/").status_code == 404
    assert Comment.objects.get().text == SAID
    assert SAID in browser_of(prof).get(f"/teach/capsules/{version.capsule_id}/").content.decode()


def test_once_published_the_pair_reads_and_answers_and_changes_nobody_elses_words(
    pair: Pair, student: User, strangers: Pair, prof: User, version: CapsuleVersion
) -> None:
    row = comment(version=version, author=prof, text=SAID, at_seconds=83)
    with published(pair):
        browser = browser_of(student)
        assert SAID in browser.get("/capsule/").content.decode()
        assert browser.get("/api/capsule/comments/").json()[0]["text"] == SAID
        browser.post(f"/capsule/versions/{version.pk}/comments/", {"text": "Thank you", "thread": row.pk})
        browser.post(f"/capsule/versions/{version.pk}/comments/", {"text": "On my own", "moment": "3"})
        reply = Comment.objects.get(thread=row)
        assert (reply.author, reply.by_instructor, reply.at_seconds) == (student, False, 83)
        assert Comment.objects.count() == 2
        browser.post(f"/capsule/comments/{row.pk}/edit/", {"text": "mine now"})
        browser.post(f"/capsule/comments/{row.pk}/remove/")
        row.refresh_from_db()
        assert row.text == SAID
        stranger = browser_of(member_of(strangers))
        assert stranger.get(f"/capsule/versions/{version.pk}/comments/").status_code == 404
        assert stranger.post(f"/capsule/comments/{reply.pk}/remove/").status_code == 404
        browser_of(prof).post(f"/capsule/comments/{row.pk}/remove/")  # answered: its place stays, without its words
        said = browser.get("/capsule/").content.decode()
        assert SAID not in said
        assert "Thank you" in said


def test_an_instructor_edits_and_removes_only_their_own_words(pair: Pair, prof: User, version: CapsuleVersion) -> None:
    colleague = User.objects.create(username="colleague", role=User.Role.INSTRUCTOR)
    pair.course.instructors.add(colleague)
    row = comment(version=version, author=prof, text="First", at_seconds=3)
    browser_of(colleague).post(f"/capsule/comments/{row.pk}/edit/", {"text": "Other"})
    browser_of(colleague).post(f"/capsule/comments/{row.pk}/remove/")
    row.refresh_from_db()
    assert row.text == "First"
    browser_of(prof).post(f"/capsule/comments/{row.pk}/edit/", {"text": "Better"})
    row.refresh_from_db()
    assert (row.text, row.edited_at is not None) == ("Better", True)
    browser_of(prof).post(f"/capsule/comments/{row.pk}/remove/")
    assert not Comment.objects.exists()


def test_saved_phrases_are_their_owners(pair: Pair, prof: User, version: CapsuleVersion) -> None:
    colleague = User.objects.create(username="colleague", role=User.Role.INSTRUCTOR)
    pair.course.instructors.add(colleague)
    browser_of(prof).post("/teach/capsules/phrases/", {"text": "Say  which\0 split."})
    browser_of(prof).post("/teach/capsules/phrases/", {"text": "Say which split."})
    kept = Phrase.objects.get()
    assert kept.text in browser_of(prof).get(f"/teach/capsules/{version.capsule_id}/").content.decode()
    assert kept.text not in browser_of(colleague).get(f"/teach/capsules/{version.capsule_id}/").content.decode()
    assert browser_of(colleague).post(f"/teach/capsules/phrases/{kept.pk}/remove/").status_code == 404
    assert browser_of(member_of(pair)).post("/teach/capsules/phrases/", {"text": "x"}).status_code == 404
    browser_of(prof).post(f"/teach/capsules/phrases/{kept.pk}/remove/")
    assert not Phrase.objects.exists()


# --- the instructors' pages -------------------------------------------------------------------------------------------


def test_the_list_says_where_each_pair_stands_in_a_fixed_number_of_queries(
    pair: Pair,
    prof: User,
    version: CapsuleVersion,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    browser = browser_of(prof)

    def ask(query: str = "") -> str:
        with django_assert_max_num_queries(21):
            return browser.get(f"/teach/capsules/{query}").content.decode()

    assert "1 of 1 handed in" in ask()
    for number in range(2, 9):
        make_pair(pair.course, str(number))
    late = Pair.objects.get(name="2")
    CapsuleRules.objects.update(due_at=timezone.now() - timedelta(days=1))
    hand_in(late, "late")
    said = ask()
    assert "2 of 8 handed in" in said
    assert "1 late" in said
    assert "9:50" in said
    assert "just right" in said
    assert f"/capsule/versions/{version.pk}/poster/" in said
    assert f'id="pair-{late.pk}"' in ask("?state=late")
    assert f'id="pair-{pair.pk}"' not in ask("?state=late")
    assert f'id="pair-{pair.pk}"' not in ask("?group=B9")


def test_an_instructor_of_another_course_sees_and_changes_nothing(pair: Pair, version: CapsuleVersion) -> None:
    other = browser_of(make_course("other", instructor="other").instructors.get())
    assert other.get(f"/teach/capsules/{version.capsule_id}/").status_code == 404
    assert other.get(f"/teach/capsules/extensions/{pair.pk}/").status_code == 404
    assert f"pair-{pair.pk}" not in other.get("/teach/capsules/").content.decode()
    other.post(f"/teach/capsules/extensions/{pair.pk}/", {"due_at": "2030-01-01T00:00", "reason": "x"})
    assert not Extension.objects.exists()


RULES = {
    "opens_at": "", "due_at": "2026-12-04T20:00:00", "counts_from": "begun", "grace_minutes": "60",
    "accepts_late": "on", "limit_mebibytes": "512", "shortest_seconds": "5:00", "ideal_low_seconds": "9:00",
    "ideal_high_seconds": "11:00", "longest_seconds": "20:00", "instructions_fr": "Dix minutes.",
    "instructions_en": "",
}  # fmt: skip


def test_rules_are_read_in_the_zone_of_the_course(pair: Pair, prof: User) -> None:
    pair.course.time_zone = "America/Montreal"
    pair.course.save()
    browser = browser_of(prof)
    assert browser.post("/teach/capsules/rules/", RULES)["Location"] == "/teach/capsules/rules/"
    rules = CapsuleRules.objects.get()
    assert rules.due_at is not None
    assert rules.due_at.isoformat() == "2026-12-05T01:00:00+00:00"
    assert (rules.limit_bytes, rules.counts_from, rules.accepts_links) == (512 * 2**20, "begun", False)
    assert rules.instructions == {"fr": "Dix minutes.", "en": "Dix minutes."}
    said = browser.get("/teach/capsules/rules/").content.decode()
    assert 'value="2026-12-04T20:00:00"' in said
    assert 'value="9:00"' in said
    assert "20:00:00" in browser_of(member_of(pair)).get("/capsule/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"ideal_low_seconds": "12:00"},
        {"shortest_seconds": "soon"},
        {"due_at": "yesterday"},
        {"opens_at": "2026-12-05T20:00:00"},
        {"limit_mebibytes": "0"},
        {"counts_from": "sometimes"},
        {"due_at": "2027-03-28T02:30:00"},  # the night on which this hour does not exist
    ],
)
def test_rules_that_make_no_sense_are_not_kept(pair: Pair, prof: User, wrong: dict[str, str]) -> None:
    answer = browser_of(prof).post("/teach/capsules/rules/", RULES | wrong)
    assert answer.status_code == 422
    assert "field__error" in answer.content.decode()
    assert not CapsuleRules.objects.exists()


def test_more_time_is_given_and_withdrawn_on_a_page(pair: Pair, prof: User, student: User) -> None:
    set_due(pair.course)
    until = (timezone.now() + timedelta(days=9)).astimezone(pair.course.zone)
    form = {"due_at": f"{until:%Y-%m-%dT%H:%M:%S}", "reason": "A broken <disk>"}
    assert browser_of(prof).post(f"/teach/capsules/extensions/{pair.pk}/", form)["Location"] == "/teach/capsules/"
    assert "A broken &lt;disk&gt;" in browser_of(student).get("/capsule/").content.decode()
    assert browser_of(prof).post(f"/teach/capsules/extensions/{pair.pk}/", form | {"reason": ""}).status_code == 422
    browser_of(prof).post(f"/teach/capsules/extensions/{pair.pk}/", {"withdraw": "1"})
    assert not Extension.objects.exists()


# --- other pairs ------------------------------------------------------------------------------------------------------


def test_other_pairs_watch_only_where_that_is_open(
    pair: Pair, strangers: Pair, prof: User, version: CapsuleVersion
) -> None:
    viewer = browser_of(member_of(strangers))
    agree(pair)
    closed = ["/capsules/", f"/capsules/{version.pk}/", f"/capsule/versions/{version.pk}/film/"]
    assert {viewer.get(address).status_code for address in closed} == {404}
    set_due(pair.course, peers_may_watch=True)
    assert {viewer.get(address).status_code for address in closed} == {200}
    assert viewer.get(f"/capsule/versions/{version.pk}/original/").status_code == 404
    assert viewer.get(f"/capsule/versions/{version.pk}/comments/").status_code == 404
    outsider = browser_of(member_of(make_pair(make_course("other", instructor="other"), "9")))
    assert {outsider.get(address).status_code for address in closed} == {404}
    own = browser_of(member_of(pair))
    assert own.get(f"/capsules/{version.pk}/").status_code == 404  # nobody thanks themselves


def test_kind_words_are_counted_from_three_voices_on_and_never_signed(
    pair: Pair, strangers: Pair, student: User, version: CapsuleVersion
) -> None:
    set_due(pair.course, peers_may_watch=True)
    agree(pair)
    third = make_pair(pair.course, "3")
    voices = [*strangers.members.all(), member_of(third)]
    own = browser_of(student)
    for person in voices:
        assert "clear explanations" not in own.get("/capsule/").content.decode()
        browser_of(person).post(f"/capsules/{version.pk}/appreciate/", {"words": ["clear"]})
        browser_of(person).post(f"/capsules/{version.pk}/appreciate/", {"words": ["clear", "learned"]})
    said = own.get("/capsule/").content.decode()
    assert 'clear explanations <strong class="number">3</strong>' in said
    assert not any(person.username in said for person in voices)
    answer = browser_of(voices[0]).post(f"/capsules/{version.pk}/appreciate/", {"words": ["<script>"]})
    assert answer.status_code == 302
    assert version.appreciations.filter(viewer=voices[0]).count() == 2


# --- scripts ----------------------------------------------------------------------------------------------------------


def test_a_script_hands_in_and_asks_where_it_stands(pair: Pair, student: User, strangers: Pair) -> None:
    set_due(pair.course)
    browser = browser_of(student)
    receipt = browser.post("/api/capsule/", {"file": a_film()})
    assert receipt.status_code == 202
    assert (receipt.json()["number"], receipt.json()["state"]) == (1, "preparing")
    said = browser.get("/api/capsule/").json()
    assert said["current"]["sha256"] == CapsuleVersion.objects.get().sha256
    assert said["deadline"]["counts_from"] == "finished"
    refused = browser.post("/api/capsule/", {"link": "http://x.example.org/"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (422, "no_link")
    theirs = browser_of(member_of(strangers)).get("/api/capsule/").json()
    assert (theirs["current"], theirs["versions"]) == (None, [])
    assert browser_of(pair.course.instructors.get()).get("/api/capsule/").status_code == 404
    assert Capsule.objects.count() == 1


def test_a_film_above_the_limit_of_the_course_is_declined(pair: Pair, student: User) -> None:
    set_due(pair.course, limit_bytes=64)
    assert browser_of(student).post("/api/capsule/", {"file": a_film()}).status_code == 413
    assert browser_of(student).post("/capsule/hand-in/", {"file": a_film()}).status_code == 413
    assert not CapsuleVersion.objects.exists()
