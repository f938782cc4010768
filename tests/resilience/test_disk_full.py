"""The disk fills up in the middle of a write: it is said (507), nothing half-written stays, the next try works."""

import asyncio
import hashlib
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from config.body_guard import BodyGuard, limits
from courses.models import Pair
from submissions.models import Checkpoint, Submission
from tests.builders import member_of
from tests.hand_in import checkpoint_bytes, files_in
from tests.handing_in import BOTH, deal, handed_in_quests
from tests.pages.browsing import browser_of
from tests.resilience.conftest import no_space
from tests.uploads.test_tus import TUS, begin, send
from uploads import resumable
from uploads.models import ResumableUpload

__all__ = ["handed_in_quests"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]

FullDisk = Callable[[int], AbstractContextManager[None]]
DATA = checkpoint_bytes("weights " * 50_000)  # 400 KB
SUBMIT = "/api/tasks/charlie/submissions/"
PIECE = 64 * 1024


def say_full(answer: Any) -> bool:
    said = answer.json()
    return answer.status_code == 507 and set(said["reason"]) == set(said["advice"]) == {"en", "fr"}


def test_an_upload_in_a_form_is_declined_and_leaves_nothing(
    client: APIClient, folders: Path, full_disk: FullDisk
) -> None:
    def post() -> Any:
        return client.post(SUBMIT, {"file": SimpleUploadedFile("best.pt", DATA)})

    with full_disk(100_000):
        assert say_full(post())
    assert files_in(folders) == []
    assert not Submission.objects.exists()
    assert post().status_code == 202
    assert Submission.objects.get().checkpoint.sha256 == hashlib.sha256(DATA).hexdigest()


def test_the_page_says_it_too(client: APIClient, pair: Pair, folders: Path, full_disk: FullDisk) -> None:
    page = browser_of(member_of(pair), "fr")
    with full_disk(100_000):
        answer = page.post("/tasks/charlie/hand-in/", {"file": SimpleUploadedFile("best.pt", DATA)})
    assert answer.status_code == 507
    assert "plus de place" in answer.content.decode()
    assert files_in(folders) == []


def test_a_piece_that_finds_no_room_leaves_the_upload_as_it_was(client: APIClient, full_disk: FullDisk) -> None:
    where = begin(client, size=len(DATA)).headers["Location"]
    assert send(client, where, DATA[:PIECE], 0).status_code == 204
    with full_disk(PIECE + 1_000):
        assert say_full(send(client, where, DATA[PIECE:], PIECE))
    assert client.head(where, headers=TUS).headers["Upload-Offset"] == str(PIECE)
    assert send(client, where, DATA[PIECE:], PIECE).status_code == 204
    upload = resumable.finished(ResumableUpload.objects.get())
    assert upload.sha256 == hashlib.sha256(DATA).hexdigest()


def test_an_upload_that_cannot_even_begin_leaves_no_row(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "touch", no_space)
    assert say_full(begin(client))
    assert not ResumableUpload.objects.exists()


def test_a_whole_upload_that_finds_no_place_can_be_handed_in_later(
    client: APIClient, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = begin(client, size=len(DATA))
    send(client, begun.headers["Location"], DATA, 0)
    form = {"upload": begun.json()["id"]}
    with monkeypatch.context() as full:
        full.setattr("uploads.storage.os.link", no_space)
        assert say_full(client.post(SUBMIT, form, format="json"))
    assert not Checkpoint.objects.exists()
    assert client.post(SUBMIT, form, format="json").status_code == 202
    assert files_in(folders / "uploads") == [Checkpoint.objects.get().path]


@pytest.mark.usefixtures("handed_in_quests")
def test_a_hand_in_is_declined_and_costs_no_attempt(pair: Pair, tmp_path: Path, full_disk: FullDisk) -> None:
    variant = deal(pair, BOTH)
    page = browser_of(member_of(pair))
    settings_file = SimpleUploadedFile("hyp.yaml", b"mixup: 0.25\n" * 200)
    picture = SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 50_000)
    with full_disk(10_000):
        answer = page.post(
            f"/cards/{variant.card}/quests/{variant.quest}/hand-in/", {"settings": settings_file, "picture": picture}
        )
    assert answer.status_code == 507
    assert "no room left" in answer.content.decode()
    assert files_in(tmp_path / "hand-ins") == []
    assert not variant.hand_ins.exists()


def test_the_public_archive_is_whole_or_not_there(
    pair: Pair, folders: Path, settings: Any, full_disk: FullDisk
) -> None:
    settings.DATA_DIR = folders
    root = folders / "datasets" / "hidden-split-9f3"
    for split in ("train", "val", "test"):
        (root / "images" / split).mkdir(parents=True)
        (root / "images" / split / "a.jpg").write_bytes(b"\xff\xd8" + b"x" * 60_000)
    (root / "data.yaml").write_text("names: [charlie]\n")
    page = browser_of(member_of(pair))
    with full_disk(80_000):
        answer = page.get("/tasks/charlie/data/")
    assert answer.status_code == 507
    assert "no room left" in answer.content.decode()
    assert files_in(folders / "public") == []
    assert page.get("/tasks/charlie/data/").status_code == 200
    (archive,) = files_in(folders / "public")
    with zipfile.ZipFile(folders / "public" / archive) as written:
        assert written.testzip() is None


def test_an_unforeseen_write_that_finds_no_room_is_said_in_the_same_words(
    client: APIClient, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("submissions.api.statuses_of", no_space)
    monkeypatch.setattr("submissions.views.describe_task", no_space)
    assert say_full(client.get(SUBMIT))
    page = browser_of(member_of(pair))
    page.raise_request_exception = False
    answer = page.get("/tasks/charlie/")
    assert answer.status_code == 507
    assert "no room left" in answer.content.decode()


def test_a_body_that_cannot_be_kept_while_it_arrives_is_answered_in_words() -> None:
    async def out_of_room(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        no_space()

    messages = [{"type": "http.request", "body": b"x" * 1_000, "more_body": more} for more in (True, True, False)]
    answered: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send_(message: Any) -> None:
        answered.append(message)

    scope = {"type": "http", "path": "/uploads/0/", "method": "PATCH", "headers": []}
    asyncio.run(BodyGuard(out_of_room, limits(10_000, 10_000))(scope, receive, send_))
    start, body = answered
    assert start["status"] == 507
    assert "plus de place" in body["body"].decode()
    assert messages == []  # read to the end: the client gets to read the answer
