"""The pages and calls of detections: the pair's, its instructor's, and what nobody else reaches."""

import json
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from pytest_django import DjangoAssertNumQueries
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from accounts.models import User
from courses.models import Pair
from grading import services as grading
from grading.models import GradingJob
from inference.models import Run
from inference.services import Choices, start_run
from tests.builders import make_course, make_pair, member_of
from tests.detections import FILM, TIMELINE, a_checkpoint, a_clip, end, start
from tests.pages.browsing import browser_of

pytestmark = pytest.mark.django_db
ATTACK = "<script>alert(1)</script>"
OF_ONE = ("", "video/", "poster/", "timeline/")
DONE_TO_ONE = ("stop/", "delete/")


def address(run: Run, piece: str = "") -> str:
    return f"/clips/{run.clip_id}/detections/{run.pk}/{piece}"


def body_of(response: Any) -> bytes:
    async def streamed() -> bytes:
        return b"".join([block async for block in response.streaming_content])

    return bytes(async_to_sync(streamed)() if response.streaming else response.content)


def page_of(person: User, path: str, language: str = "en") -> str:
    answer = browser_of(person, language).get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


# --- who sees what ----------------------------------------------------------------------------------------------------


def test_both_members_and_the_instructor_see_everything(pair: Pair, student: User, mate: User, prof: User) -> None:
    run = end(start(pair))
    for person in (student, mate, prof):
        for piece in OF_ONE:
            assert browser_of(person).get(address(run, piece)).status_code == 200, (person, piece)
        assert "best.pt" in page_of(person, f"/clips/{run.clip_id}/detections/")


def test_nobody_else_sees_or_does_anything(pair: Pair, other: Pair) -> None:
    run = end(start(pair))
    elsewhere = make_course("elsewhere", instructor="other-prof")
    for person in (member_of(other), elsewhere.instructors.get(), member_of(make_pair(elsewhere, "9"))):
        for piece in OF_ONE:
            assert browser_of(person).get(address(run, piece)).status_code == 404, (person, piece)
        for piece in DONE_TO_ONE:
            assert browser_of(person).post(address(run, piece), {"sure": "1"}).status_code == 404
        listed = f"/clips/{run.clip_id}/detections/"
        assert browser_of(person).get(listed).status_code == 404
        assert browser_of(person).post(listed, {"submission": run.submission_id}).status_code == 404
    for piece in OF_ONE:
        assert browser_of(None).get(address(run, piece)).headers["Location"].startswith("/sign-in/")
    assert Run.objects.count() == 1


def test_a_run_is_found_below_its_own_clip_alone(pair: Pair, student: User) -> None:
    run, clip = end(start(pair)), a_clip(pair, "IMG_0002.MOV")
    assert browser_of(student).get(f"/clips/{clip.pk}/detections/{run.pk}/").status_code == 404


# --- starting ---------------------------------------------------------------------------------------------------------


def test_a_student_starts_one_from_the_form_and_comes_to_its_page(pair: Pair, student: User) -> None:
    clip, submission = a_clip(pair), a_checkpoint(pair)
    page = page_of(student, f"/clips/{clip.pk}/detections/")
    assert "best.pt" in page
    assert 'value="0.25"' in page
    form = {"submission": submission.pk, "image_size": "416", "confidence": "0,3", "iou": "0.5"}
    answer = browser_of(student).post(f"/clips/{clip.pk}/detections/", form)
    run = Run.objects.get()
    assert answer.headers["Location"] == address(run)
    assert (run.image_size, run.confidence, run.iou, run.author) == (416, 0.3, 0.5, student)
    assert "You are next" in page_of(student, address(run))


@pytest.mark.parametrize(
    "wrong", [{"confidence": "much"}, {"image_size": "33"}, {"iou": ""}, {"submission": ATTACK}, {"image_size": ""}]
)
def test_a_form_that_cannot_be_used_says_why_and_keeps_what_was_typed(
    pair: Pair, student: User, wrong: dict[str, str]
) -> None:
    clip, submission = a_clip(pair), a_checkpoint(pair)
    form = {"submission": submission.pk, "image_size": "416", "confidence": "0.33", "iou": "0.5", **wrong}
    answer = browser_of(student).post(f"/clips/{clip.pk}/detections/", form)
    said = answer.content.decode()
    assert answer.status_code == 422
    assert 'role="alert"' in said
    assert ATTACK not in said
    if "confidence" not in wrong:
        assert 'value="0.33"' in said
    assert not Run.objects.exists()


def test_checkpoints_of_others_and_unevaluated_ones_are_not_offered(pair: Pair, other: Pair, student: User) -> None:
    clip = a_clip(pair)
    a_checkpoint(other, name="theirs.pt")
    page = page_of(student, f"/clips/{clip.pk}/detections/")
    assert "theirs.pt" not in page
    assert "No checkpoint of the pair was evaluated yet." in page


def test_names_are_shown_as_text(pair: Pair, student: User) -> None:
    clip = a_clip(pair, f"{ATTACK}.MOV")
    submission = a_checkpoint(pair, name=f"{ATTACK}.pt")
    run = end(start_run(clip=clip, submission_pk=submission.pk, author=student, choices=Choices(320)))
    timeline = {**TIMELINE, "classes": [{**TIMELINE["classes"][0], "name": ATTACK}]}
    Run.objects.filter(pk=run.pk).update(timeline=timeline)
    for path in (f"/clips/{clip.pk}/detections/", address(run)):
        assert ATTACK not in page_of(student, path)


# --- while it goes on, and afterwards ------


def test_the_page_tells_its_place_then_its_frames_then_shows_both_films(pair: Pair, other: Pair, student: User) -> None:
    start(other)
    run = start(pair)
    assert "Place 2 in the queue." in page_of(student, address(run))
    grading.claim(worker="test", kinds=[GradingJob.Kind.DETECTION])
    lease = grading.claim(worker="test", kinds=[GradingJob.Kind.DETECTION])
    assert lease is not None
    grading.progress(lease, stage="detecting", done=30, total=120)
    part = browser_of(student, htmx=True).get(address(run)).content.decode()
    assert "Frame 30 of 120" in part
    assert "<html" not in part
    assert "to go." in part
    grading.release(lease)
    grading.cancel(GradingJob.objects.exclude(pk=run.job_id).get(kind=GradingJob.Kind.DETECTION), by="x")
    end(run)
    answer = browser_of(student, htmx=True).get(address(run))
    assert answer.headers["HX-Refresh"] == "true"
    page = page_of(student, address(run))
    assert f'src="{address(run, "video/")}"' in page
    assert f'src="/clips/{run.clip_id}/video/"' in page
    assert "#e69f00" in page
    assert "60.0%" in page  # six of ten frames


@pytest.mark.parametrize(
    ("status", "expected"),
    [("cancelled", "This detection was stopped."), ("failed", "through our fault"), ("refused", "It is too long")],
)
def test_every_other_ending_is_said_in_words(pair: Pair, student: User, status: str, expected: str) -> None:
    words = {"en": "It is too long", "fr": "Trop long"}
    said = {"version": 1, "status": status, "reason": words, "advice": words} if status == "refused" else {}
    run = start(pair)
    if status == "cancelled":
        browser_of(student).post(address(run, "stop/"))
    else:
        end(run, status, {"version": 1, "status": status, **said})
    assert expected in page_of(student, address(run))
    assert browser_of(student).get(address(run, "video/")).status_code == 404


def test_a_film_where_nothing_is_found_says_what_to_try(pair: Pair, student: User) -> None:
    run = end(start(pair))
    Run.objects.filter(pk=run.pk).update(timeline={**TIMELINE, "classes": []})
    assert "The network found nothing in this clip." in page_of(student, address(run))


def test_the_film_is_played_in_parts_and_saved_whole(pair: Pair, student: User) -> None:
    run = end(start(pair))
    browser = browser_of(student)
    part = browser.get(address(run, "video/"), headers={"Range": "bytes=4-7"})
    assert (part.status_code, body_of(part)) == (206, FILM[4:8])
    assert part.headers["Content-Type"] == "video/mp4"
    assert part.headers["Content-Disposition"].startswith("inline")
    whole = browser.get(address(run, "video/") + "?save")
    assert whole.headers["Content-Disposition"].startswith("attachment")
    assert body_of(whole) == FILM
    timeline = browser.get(address(run, "timeline/"))
    assert json.loads(timeline.content) == TIMELINE
    assert timeline.headers["Content-Disposition"].startswith("attachment")


def test_stopping_and_removing_from_the_page(pair: Pair, student: User, mate: User) -> None:
    run = start(pair)
    browser_of(mate).post(address(run, "stop/"))
    run.refresh_from_db()
    assert run.status == "cancelled"
    answer = browser_of(student).post(address(run, "delete/"), {"sure": "1"})
    assert answer.headers["Location"] == f"/clips/{run.clip_id}/detections/"
    assert not Run.objects.exists()
    assert browser_of(student).get(address(run, "stop/")).status_code == 405


def test_a_list_of_many_costs_as_many_queries_as_one_of_a_few(
    pair: Pair, student: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    run = end(start(pair))
    browser = browser_of(student)
    for confidence in (0.3, 0.4, 0.5, 0.6):
        again = start_run(
            clip=run.clip, submission_pk=run.submission_id, author=student, choices=Choices(320, confidence)
        )
        end(again)
    with django_assert_max_num_queries(22):
        assert browser.get(f"/clips/{run.clip_id}/detections/").content.count(b"detect-card__picture") == 5
    with django_assert_max_num_queries(20):
        browser.get(address(run))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pages_speak_both_languages(pair: Pair, student: User, language: str) -> None:
    run = end(start(pair))
    words = {"en": "When it sees what", "fr": "Ce qu’il voit, et quand"}
    assert words[language] in page_of(student, address(run), language)


# --- the calls --------------------------------------------------------------------------------------------------------


def client_of(person: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.get_or_create(user=person)[0].key}")
    return client


def test_a_program_starts_one_follows_it_and_removes_it(pair: Pair, student: User) -> None:
    clip, submission = a_clip(pair), a_checkpoint(pair)
    client = client_of(student)
    begun = client.post(f"/api/clips/{clip.pk}/detections/", {"submission": submission.pk}, format="json")
    assert begun.status_code == 202
    told = begun.json()
    assert (told["status"], told["position"], told["recognised"]) == ("queued", 1, False)
    assert told["settings"] == {"image_size": 416, "confidence": 0.25, "iou": 0.45}
    end(Run.objects.get())
    done = client.get(f"/api/detections/{told['id']}/").json()
    assert (done["status"], done["timeline"]) == ("done", TIMELINE)
    (listed,) = client.get(f"/api/clips/{clip.pk}/detections/").json()
    assert listed["id"] == told["id"]
    assert "timeline" not in listed
    assert client.post(f"/api/detections/{told['id']}/cancel/").status_code == 409
    assert client.delete(f"/api/detections/{told['id']}/").status_code == 204
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "bad_settings"),
        ({"submission": "x"}, "bad_settings"),
        ({"submission": 999_999}, "no_such_checkpoint"),
        ({"submission": True}, "bad_settings"),
        ({"submission": 1e400}, "bad_settings"),
        ({"submission": 10**400}, "bad_settings"),
        ([], "bad_settings"),
    ],
)
def test_a_call_that_cannot_be_used_is_told_why(pair: Pair, student: User, fields: Any, code: str) -> None:
    clip = a_clip(pair)
    a_checkpoint(pair)
    answer = client_of(student).post(
        f"/api/clips/{clip.pk}/detections/", data=json.dumps(fields), content_type="application/json"
    )
    assert answer.status_code in (400, 422)
    if answer.status_code == 422:
        assert answer.json()["code"] == code
    assert not Run.objects.exists()


def test_strangers_get_404_from_every_call(pair: Pair, other: Pair) -> None:
    run = end(start(pair))
    client = client_of(member_of(other))
    for method, path in (
        ("get", f"/api/clips/{run.clip_id}/detections/"),
        ("post", f"/api/clips/{run.clip_id}/detections/"),
        ("get", f"/api/detections/{run.pk}/"),
        ("delete", f"/api/detections/{run.pk}/"),
        ("post", f"/api/detections/{run.pk}/cancel/"),
    ):
        assert getattr(client, method)(path).status_code == 404, (method, path)
    assert Run.objects.exists()
