"""Clips from a terminal: sent, followed, deleted; by token, as JSON or as a form."""

import hashlib
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.authtoken.models import Token

from accounts.models import User
from courses.models import Pair
from datasets.models import Clip
from tests.builders import make_course, member_of
from tests.clips import film_bytes, prepare, refuse, send
from uploads import pieces, resumable

pytestmark = pytest.mark.django_db
CALL = "/api/clips/"


def script_of(person: User) -> Client:
    token, _ = Token.objects.get_or_create(user=person)
    return Client(headers={"Authorization": f"Token {token.key}"})


def film(text: str = "film") -> SimpleUploadedFile:
    return SimpleUploadedFile("IMG 1.MOV", film_bytes(text))


def test_a_film_is_sent_and_followed(pair: Pair, student: User) -> None:
    script = script_of(student)
    digest = hashlib.sha256(film_bytes()).hexdigest()
    answer = script.post(CALL, {"file": film(), "sha256": digest})
    assert answer.status_code == 202
    told = answer.json()
    assert (told["sequence"], told["status"], told["position"], told["recognised"]) == (1, "queued", 1, False)
    assert told["sha256"] == digest
    again = script.post(CALL, {"file": film()}).json()
    assert (again["id"], again["recognised"]) == (told["id"], True)
    prepare(Clip.objects.select_related("pair", "job").get())
    told = script.get(f"{CALL}{told['id']}/").json()
    assert told["status"] == "ready"
    assert told["facts"]["duration_seconds"] == 9.8
    assert told["frames"] == {"count": 3, "left_out": 1, "rate": "30"}
    assert told["remarks"][0]["code"] == "long_enough"
    assert set(told["remarks"][0]["text"]) == {"fr", "en"}


def test_a_finished_resumable_upload_is_taken_by_its_id(pair: Pair, student: User) -> None:
    content = film_bytes("in pieces")
    upload = resumable.create(owner=student, name="a.mp4", size_bytes=len(content), purpose="clip")
    pieces.append(upload, offset=0, piece=io.BytesIO(content))
    answer = script_of(student).post(CALL, {"upload": upload.pk.hex, "sequence": 4}, content_type="application/json")
    assert answer.status_code == 202
    assert (answer.json()["sequence"], answer.json()["name"]) == (4, "a.mp4")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 400),
        ({"file": SimpleUploadedFile("a.mp4", b"PK\3\4")}, 422),
        ({"file": SimpleUploadedFile("a.mp4", b"")}, 422),
        ({"upload": "nonsense"}, 404),
        ({"file": SimpleUploadedFile("a.mp4", film_bytes()), "sha256": "0" * 64}, 409),
        ({"file": SimpleUploadedFile("a.mp4", film_bytes()), "sequence": "six"}, 422),
        ({"file": SimpleUploadedFile("a.mp4", film_bytes()), "sequence": "6"}, 422),
    ],
)
def test_what_cannot_be_taken_is_declined_in_both_languages(
    pair: Pair, student: User, fields: dict[str, Any], status: int
) -> None:
    answer = script_of(student).post(CALL, fields)
    assert answer.status_code == status
    said = answer.json()
    assert {*said["reason"], *said["advice"]} == {"fr", "en"}
    assert not Clip.objects.exists()


def test_a_refusal_says_why(pair: Pair, student: User) -> None:
    clip = refuse(send(pair))
    told = script_of(student).get(f"{CALL}{clip.pk}/").json()
    assert (told["status"], told["sequence"], told["facts"]) == ("refused", None, None)
    assert told["reason"]["en"] == "There is sound in this file and no picture."


def test_a_member_deletes_and_nobody_else_reaches_anything(pair: Pair, other: Pair, mate: User, prof: User) -> None:
    clip = prepare(send(pair))
    elsewhere = make_course("elsewhere", instructor="other-prof").instructors.get()
    for person in (member_of(other), elsewhere):
        script = script_of(person)
        assert script.get(f"{CALL}{clip.pk}/").status_code == 404
        assert script.delete(f"{CALL}{clip.pk}/").status_code == 404
        assert script.get(CALL).json() == []
    assert Client().get(CALL).status_code == 401
    assert Client().post(CALL, {"file": film("x")}).status_code == 401
    assert [one["id"] for one in script_of(prof).get(CALL).json()] == [clip.pk]
    assert script_of(prof).post(CALL, {"file": film("y")}).status_code == 403
    assert script_of(mate).delete(f"{CALL}{clip.pk}/").status_code == 204
    assert not Clip.objects.exists()


def test_a_list_costs_the_same_few_queries(
    pair: Pair, other: Pair, prof: User, django_assert_max_num_queries: Any
) -> None:
    script = script_of(prof)
    for count in (1, 4):
        for number in range(pair.clips.count(), count):
            send(pair, str(number))
            send(other, f"other {number}")
        with django_assert_max_num_queries(9):
            assert len(script.get(CALL).json()) == 2 * count
