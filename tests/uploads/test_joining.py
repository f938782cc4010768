"""Parts that were sent side by side are put together: once, in their order, one's own alone, or not at all."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from rest_framework.test import APIClient

from courses.models import Pair
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import files_in, make_task
from tests.uploads.test_tus import DATA, TUS, client_of, send
from uploads import joining, making_room, services
from uploads.models import ResumableUpload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
CUT = 1_000


@pytest.fixture(autouse=True)
def fresh_throttles(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


@pytest.fixture
def pair() -> Pair:
    pair = make_pair(make_course())
    make_task(pair.course)
    return pair


@pytest.fixture
def client(pair: Pair) -> APIClient:
    return client_of(pair)


def begin(client: APIClient, size: int, **more: str) -> str:
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    begun = client.post("/uploads/", headers={**TUS, "Upload-Length": str(size), "Upload-Concat": "partial", **headers})
    assert begun.status_code == 201
    return str(begun.headers["Location"])


def two_parts(client: APIClient) -> list[str]:
    places = [begin(client, CUT), begin(client, len(DATA) - CUT)]
    for where, piece in zip(places, (DATA[:CUT], DATA[CUT:]), strict=True):
        assert send(client, where, piece, 0).status_code == 204
    return places


def join(client: APIClient, places: list[str], **more: str) -> Any:
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    return client.post("/uploads/", headers={**TUS, "Upload-Concat": f"final;{' '.join(places)}", **headers})


def test_they_become_one_finished_upload_and_are_gone(
    client: APIClient, pair: Pair, folders: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    places = two_parts(client)
    first_began = ResumableUpload.objects.order_by("created_at").values_list("created_at", flat=True)[0]
    assert client.head(places[0], headers=TUS).headers["Upload-Concat"] == "partial"
    with django_capture_on_commit_callbacks(execute=True):
        joined = join(client, places, Upload_Metadata="filename YmVzdC5wdA==")
    assert joined.status_code == 201
    where = joined.headers["Location"]
    head = client.head(where, headers=TUS)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == (str(len(DATA)), str(len(DATA)))
    assert head.headers["Upload-Concat"] == f"final;{' '.join(places)}"
    arrived = services.take(user=member_of(pair), upload_id=joined.json()["id"], purpose="checkpoint")
    assert (arrived.path.read_bytes(), arrived.sha256) == (DATA, hashlib.sha256(DATA).hexdigest())
    assert (arrived.name, arrived.begun_at) == ("best.pt", first_began)
    assert [client.head(place, headers=TUS).status_code for place in places] == [404, 404]
    assert len(files_in(folders)) == 1
    assert send(client, where, b"more", len(DATA)).status_code == 403


def test_whoever_did_not_hear_the_answer_asks_again_and_gets_the_same(client: APIClient) -> None:
    places = two_parts(client)
    first, second = join(client, places), join(client, places)
    assert (second.status_code, second.headers["Location"]) == (201, first.headers["Location"])
    assert ResumableUpload.objects.count() == 1


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert set(answer.json()["reason"]) == set(answer.json()["advice"]) == {"en", "fr"}


def test_what_cannot_be_put_together_is_refused_and_the_parts_stay(
    client: APIClient, pair: Pair, settings: Settings, folders: Path
) -> None:
    places = two_parts(client)
    whole = client.post("/uploads/", headers={**TUS, "Upload-Length": "10"}).headers["Location"]
    unfinished = begin(client, 10)
    refused(join(client, []), 400, "unreadable_parts")
    refused(join(client, [places[0], places[0]]), 400, "unreadable_parts")
    refused(join(client, [f"/uploads/{n}" for n in range(17)]), 400, "unreadable_parts")
    refused(join(client, [places[0], whole]), 400, "unreadable_parts")
    refused(join(client, [*places, unfinished]), 409, "upload_incomplete")
    refused(join(client, [*places, "/uploads/../etc/passwd"]), 404, "upload_unknown")
    refused(join(client, [*places, "http://elsewhere.example/x"]), 404, "upload_unknown")
    refused(join(client, places[::-1]), 422, "not_a_checkpoint")  # in this order it begins as nothing does
    settings.CHECKPOINT_LIMIT_BYTES = len(DATA) - 1
    refused(join(client, places), 413, "too_large")
    other = client.post("/uploads/", headers={**TUS, "Upload-Length": "10", "Upload-Concat": "final"})
    refused(other, 400, "unreadable_parts")
    settings.CHECKPOINT_LIMIT_BYTES = len(DATA)
    assert len(files_in(folders)) == 4
    assert join(client, places).status_code == 201


def test_nobody_puts_another_persons_parts_together(client: APIClient, pair: Pair) -> None:
    places = two_parts(client)
    for other in (client_of(make_pair(pair.course, "2")), client_of(pair, mate=True)):
        refused(join(other, places), 404, "upload_unknown")
    assert ResumableUpload.objects.count() == 2


def test_whoever_puts_many_together_keeps_the_newest(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making_room, "OPEN_UPLOADS", 2)
    made = [join(client, two_parts(client)).json()["id"] for _ in range(3)]
    kept = {upload.pk.hex for upload in ResumableUpload.objects.exclude(concat="partial")}
    assert kept == set(made[1:])


def test_a_part_is_no_file_by_itself(client: APIClient, pair: Pair) -> None:
    places = two_parts(client)
    form = {"upload": places[0].rsplit("/", 1)[-1]}
    refused(client.post("/api/tasks/charlie/submissions/", form, format="json"), 409, "only_a_part")


def test_of_two_who_put_the_same_parts_together_at_once_one_does(
    client: APIClient,
    pair: Pair,
    folders: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    places, copy = two_parts(client), joining._copy
    other = {"owner": member_of(pair), "purpose": "checkpoint", "name": "", "announced_sha256": ""}

    def copy_while_another_does(*how: Any) -> str:
        digest = copy(*how)
        monkeypatch.setattr(joining, "_copy", copy)
        joining.join(parts=[where.rsplit("/", 1)[-1] for where in places], concat="final;the same", **other)
        return digest

    monkeypatch.setattr(joining, "_copy", copy_while_another_does)
    with django_capture_on_commit_callbacks(execute=True):
        assert join(client, places).status_code == 423
    assert ResumableUpload.objects.get(concat__startswith="final;").concat == "final;the same"
    assert len(files_in(folders)) == 1


def test_parts_have_a_number_of_their_own(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making_room, "OPEN_PARTS", 3)
    places = [begin(client, 10) for _ in range(4)]
    assert [client.head(where, headers=TUS).status_code for where in places] == [404, 200, 200, 200]
    whole = client.post("/uploads/", headers={**TUS, "Upload-Length": "10"})
    assert whole.status_code == 201
    assert ResumableUpload.objects.count() == 4
