"""Uploads in pieces (tus 1.0): resumed byte for byte, seen by their owner alone."""

import base64
import fcntl
import hashlib
import io
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from accounts.errors import Refusal
from accounts.models import User
from courses.arrivals import FORGET_AFTER_SECONDS
from courses.models import Pair
from submissions.models import Submission
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import checkpoint_bytes, files_in, folders, make_task
from uploads import making_room, part_files, pieces, resumable, services
from uploads.arrived import Arrived
from uploads.models import ResumableUpload

__all__ = ["folders"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
TUS = {"Tus-Resumable": "1.0.0"}
DATA = checkpoint_bytes("a long text, in pieces " * 100)


@pytest.fixture(autouse=True)
def fresh_throttles(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


@pytest.fixture
def pair() -> Pair:
    pair = make_pair(make_course())
    make_task(pair.course)
    return pair


def client_of(pair: Pair, *, mate: bool = False) -> APIClient:
    user = pair.members.order_by("-username" if mate else "username").first()
    token, _ = Token.objects.get_or_create(user=user)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
    return client


@pytest.fixture
def client(pair: Pair) -> APIClient:
    return client_of(pair)


def begin(client: APIClient, size: int | str = len(DATA), name: str = "best.pt") -> Any:
    metadata = f"filename {base64.b64encode(name.encode()).decode()},other"
    return client.post("/uploads/", headers={**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata})


def send(client: APIClient, where: str, piece: bytes, offset: int | str, *, checksum: str | None = None) -> Any:
    headers = {**TUS, "Upload-Offset": str(offset)} | ({} if checksum is None else {"Upload-Checksum": checksum})
    return client.patch(where, data=piece, content_type="application/offset+octet-stream", headers=headers)


def test_an_upload_arrives_in_pieces_and_is_handed_in(client: APIClient, pair: Pair, folders: Path) -> None:
    begun = begin(client)
    assert begun.status_code == 201
    where = begun.headers["Location"]
    assert where.startswith("http://testserver/uploads/")
    assert begun.headers["Upload-Expires"]
    for start in range(0, len(DATA), 1_000):
        piece = send(client, where, DATA[start : start + 1_000], start)
        assert piece.status_code == 204
        assert int(piece.headers["Upload-Offset"]) == min(start + 1_000, len(DATA))
    head = client.head(where, headers=TUS)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == (str(len(DATA)), str(len(DATA)))
    assert head.headers["Cache-Control"] == "no-store"
    answer = client.post("/api/tasks/charlie/submissions/", {"upload": begun.json()["id"]}, format="json")
    assert answer.status_code == 202
    submission = Submission.objects.get()
    assert submission.checkpoint.original_name == "best.pt"
    assert (folders / "uploads" / submission.checkpoint.path).read_bytes() == DATA
    assert files_in(folders / "uploads") == [submission.checkpoint.path]
    assert not ResumableUpload.objects.exists()


def test_a_piece_that_does_not_follow_the_last_one_is_refused_and_told_where_to_go_on(client: APIClient) -> None:
    where = begin(client).headers["Location"]
    send(client, where, DATA[:1_000], 0)
    for offset in (0, 999, 1_001, 10**9):
        wrong = send(client, where, DATA[:100], offset)
        assert wrong.status_code == 409
        assert wrong.headers["Upload-Offset"] == "1000"
    assert client.head(where, headers=TUS).headers["Upload-Offset"] == "1000"


def test_an_upload_is_handed_in_only_when_all_of_it_is_there(client: APIClient) -> None:
    begun = begin(client)
    send(client, begun.headers["Location"], DATA[:1_000], 0)
    answer = client.post("/api/tasks/charlie/submissions/", {"upload": begun.json()["id"]}, format="json")
    assert answer.status_code == 409
    assert "1000" in answer.json()["reason"]["fr"]
    assert ResumableUpload.objects.exists()  # it can still be finished
    assert not Submission.objects.exists()


def test_a_piece_that_goes_past_the_announced_size_leaves_no_byte(client: APIClient) -> None:
    where = begin(client, size=1_500).headers["Location"]
    send(client, where, DATA[:1_000], 0)
    refused = send(client, where, DATA[1_000:2_000], 1_000)
    assert (refused.status_code, refused.json()["code"]) == (413, "more_than_announced")
    assert "1500" in refused.json()["reason"]["fr"]
    assert client.head(where, headers=TUS).headers["Upload-Offset"] == "1000"


@pytest.mark.parametrize("head", [b"<html>" * 200, b"hello"])
def test_a_file_that_is_no_checkpoint_is_removed_at_its_first_piece(
    client: APIClient, folders: Path, head: bytes
) -> None:
    where = begin(client, size=len(head)).headers["Location"]
    answer = send(client, where, head, 0)
    assert answer.status_code == 422
    assert answer.json()["reason"]["fr"]
    assert client.head(where, headers=TUS).status_code == 404
    assert files_in(folders) == []


def test_a_size_over_the_limit_is_refused_before_a_byte_is_sent(
    client: APIClient, settings: Settings, folders: Path
) -> None:
    settings.CHECKPOINT_LIMIT_BYTES = 1_000
    assert begin(client, size=1_001).status_code == 413
    assert begin(client, size=0).status_code == 422
    for nonsense in ("", "-1", "1e3", "٣", "9" * 30):
        assert begin(client, size=nonsense).status_code == 400
    assert files_in(folders) == []
    assert not ResumableUpload.objects.exists()


@pytest.mark.parametrize(
    "ask",
    [
        lambda client, where: client.head(where, headers=TUS),
        lambda client, where: send(client, where, DATA[:10], 0),
        lambda client, where: client.delete(where, headers=TUS),
        lambda client, where: client.post(
            "/api/tasks/charlie/submissions/", {"upload": where.rsplit("/", 1)[-1]}, format="json"
        ),
    ],
    ids=["head", "patch", "delete", "hand in"],
)
def test_an_upload_does_not_exist_for_anybody_but_its_owner(
    client: APIClient, pair: Pair, ask: Callable[[APIClient, str], Any]
) -> None:
    where = begin(client).headers["Location"]
    assert ask(client_of(make_pair(pair.course, "2")), where).status_code == 404
    assert ask(client_of(pair, mate=True), where).status_code == 404
    assert ask(APIClient(), where).status_code == 401
    assert client.head(where, headers=TUS).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize("identity", ["nothing", "..%5c..%5cetc", "0" * 32, "a" * 400])
def test_an_upload_that_never_was_is_404(client: APIClient, identity: str) -> None:
    assert client.head(f"/uploads/{identity}", headers=TUS).status_code == 404


def test_an_upload_is_removed_with_its_bytes(client: APIClient, folders: Path) -> None:
    where = begin(client).headers["Location"]
    send(client, where, DATA[:1_000], 0)
    assert client.delete(where, headers=TUS).status_code == 204
    assert client.head(where, headers=TUS).status_code == 404
    assert files_in(folders) == []


def test_the_protocol_is_said_and_another_one_is_refused(client: APIClient, settings: Settings) -> None:
    said = client.options("/uploads/")
    assert said.status_code == 204
    assert said.headers["Tus-Version"] == "1.0.0"
    assert said.headers["Tus-Extension"] == (
        "creation,creation-with-upload,termination,expiration,checksum,concatenation"
    )
    assert said.headers["Tus-Max-Size"] == str(settings.UPLOAD_LIMIT_BYTES)
    other = client.post("/uploads/", headers={"Tus-Resumable": "0.2.2", "Upload-Length": "10"})
    assert other.status_code == 412
    where = begin(client).headers["Location"]
    wrong = client.patch(where, data=b"PK", content_type="application/json", headers={**TUS, "Upload-Offset": "0"})
    assert wrong.status_code == 415


def checksum_of(piece: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, piece).digest()).decode()}"


@pytest.mark.parametrize("algorithm", pieces.CHECKSUMS)
def test_a_piece_that_was_damaged_on_its_way_leaves_no_byte(client: APIClient, algorithm: str) -> None:
    where = begin(client).headers["Location"]
    assert send(client, where, DATA[:1_000], 0, checksum=checksum_of(DATA[:1_000], algorithm)).status_code == 204
    said = checksum_of(DATA[1_000:2_000], algorithm)
    damaged = send(client, where, DATA[1_000:1_999] + b"!", 1_000, checksum=said)
    assert (damaged.status_code, damaged.headers["Upload-Offset"]) == (460, "1000")
    assert part_files.part_of(ResumableUpload.objects.get()).read_bytes() == DATA[:1_000]
    assert send(client, where, DATA[1_000:2_000], 1_000, checksum=said).status_code == 204


def test_a_damaged_first_piece_is_sent_again_and_not_taken_for_no_checkpoint(client: APIClient) -> None:
    where = begin(client).headers["Location"]
    assert send(client, where, b"?" * 1_000, 0, checksum=checksum_of(DATA[:1_000])).status_code == 460
    assert client.head(where, headers=TUS).headers["Upload-Offset"] == "0"


class _BreaksOff:
    """A piece whose sender goes away after these bytes."""

    def __init__(self, arrives: bytes) -> None:
        self._left = [arrives]

    def read(self, size: int, /) -> bytes:
        if not self._left:
            raise OSError("the line is dead")
        return self._left.pop()


@pytest.mark.parametrize("is_summed", [True, False])
def test_a_piece_that_breaks_off_does_not_spoil_the_hash_of_the_whole(pair: Pair, is_summed: bool) -> None:
    def checksum(piece: bytes) -> pieces.Checksum | None:
        return pieces.Checksum("sha256", hashlib.sha256(piece).digest()) if is_summed else None

    upload = resumable.create(owner=member_of(pair), name="best.pt", size_bytes=len(DATA))
    pieces.append(upload, offset=0, piece=io.BytesIO(DATA[:1_000]), checksum=checksum(DATA[:1_000]))
    with pytest.raises(pieces.BrokenOff):
        pieces.append(upload, offset=1_000, piece=_BreaksOff(DATA[1_000:1_500]), checksum=checksum(DATA[1_000:]))
    offset = part_files.offset_of(upload)
    assert offset == (1_000 if is_summed else 1_500)
    pieces.append(upload, offset=offset, piece=io.BytesIO(DATA[offset:]), checksum=checksum(DATA[offset:]))
    assert resumable.finished(upload).sha256 == hashlib.sha256(DATA).hexdigest()


@pytest.mark.parametrize("nonsense", ["md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha256", "sha256 §", "sha256 ab", ""])
def test_a_checksum_that_says_nothing_is_refused(client: APIClient, nonsense: str) -> None:
    where = begin(client).headers["Location"]
    assert send(client, where, DATA[:1_000], 0, checksum=nonsense).status_code in (400, 460)
    assert client.head(where, headers=TUS).headers["Upload-Offset"] == "0"


def test_a_file_is_handed_in_only_as_the_one_that_was_announced(client: APIClient, folders: Path) -> None:
    begun = begin(client)
    send(client, begun.headers["Location"], DATA, 0)
    form = {"upload": begun.json()["id"]}
    for announced, status in (("5e" * 32, 409), ("x", 400), (7, 400)):
        answer = client.post("/api/tasks/charlie/submissions/", {**form, "sha256": announced}, format="json")
        assert answer.status_code == status
        assert answer.json()["advice"]["fr"]
    assert not Submission.objects.exists()
    digest = hashlib.sha256(DATA).hexdigest()
    answer = client.post("/api/tasks/charlie/submissions/", {**form, "sha256": digest.upper()}, format="json")
    assert (answer.status_code, answer.json()["sha256"]) == (202, digest)


def test_a_form_too_may_say_which_file_it_brings(client: APIClient, folders: Path) -> None:
    def hand_in(sha256: str) -> Any:
        file = SimpleUploadedFile("best.pt", DATA)
        return client.post("/api/tasks/charlie/submissions/", {"file": file, "sha256": sha256}, format="multipart")

    assert hand_in("5e" * 32).status_code == 409
    assert not Submission.objects.exists()
    assert files_in(folders / "uploads") == []
    assert hand_in(hashlib.sha256(DATA).hexdigest()).status_code == 202


def test_two_requests_do_not_write_to_one_upload_at_the_same_time(client: APIClient) -> None:
    where = begin(client).headers["Location"]
    with part_files.part_of(ResumableUpload.objects.get()).open("r+b") as part:
        fcntl.flock(part, fcntl.LOCK_EX)
        assert send(client, where, DATA[:100], 0).status_code == 423
    assert send(client, where, DATA[:100], 0).status_code == 204


def test_a_last_piece_that_may_still_be_taken_back_is_not_handed_in(pair: Pair, folders: Path) -> None:
    """Kept bytes are the same bytes as the part's: what is cut off here would be cut off there."""
    owner = member_of(pair)
    upload = resumable.create(owner=owner, name="best.pt", size_bytes=len(DATA))
    codes = []

    class Withheld(io.BytesIO):
        """All of it is there, and its end is not said before somebody has tried to hand it in."""

        def read(self, size: int | None = -1, /) -> bytes:
            block = super().read(size)
            if not block:
                with pytest.raises(Refusal) as refused:
                    services.take(user=owner, upload_id=upload.pk, purpose="checkpoint")
                codes.append(refused.value.code)
            return block

    with pytest.raises(pieces.Damaged):
        pieces.append(upload, offset=0, piece=Withheld(DATA), checksum=pieces.Checksum("sha256", b"another"))
    assert codes == ["still_arriving"]
    pieces.append(upload, offset=0, piece=io.BytesIO(DATA))
    assert services.take(user=owner, upload_id=upload.pk, purpose="checkpoint").size_bytes == len(DATA)


def test_an_upload_that_another_request_takes_away_meanwhile_is_unknown_and_no_error_of_ours(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken_away(user: User, identity: object) -> ResumableUpload:
        upload = resumable.create(owner=user, name="best.pt", size_bytes=len(DATA))
        part_files.part_of(upload).unlink()
        return upload

    monkeypatch.setattr(resumable, "access_upload", taken_away)
    where = f"/uploads/{'0' * 32}"
    assert send(client, where, DATA, 0).status_code == 404
    assert client.head(where, headers=TUS).status_code == 404
    handed_in = client.post("/api/tasks/charlie/submissions/", {"upload": "0" * 32}, format="json")
    assert handed_in.status_code == 404
    assert handed_in.json()["code"] == "upload_unknown"
    assert not Submission.objects.exists()


def test_an_upload_removed_between_its_last_byte_and_its_place_is_unknown(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = begin(client)["Location"]
    send(client, where, DATA, 0)
    finish = resumable.finished

    def finished_and_removed(upload: ResumableUpload) -> Arrived:
        stored = finish(upload)
        stored.discard()
        return stored

    monkeypatch.setattr(resumable, "finished", finished_and_removed)
    form = {"upload": where.rsplit("/", 1)[1]}
    assert client.post("/api/tasks/charlie/submissions/", form, format="json").status_code == 404
    assert not Submission.objects.exists()


def test_a_person_has_few_open_uploads_and_the_oldest_makes_room(
    client: APIClient, folders: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        places = [begin(client).headers["Location"] for _ in range(making_room.OPEN_UPLOADS + 1)]
    found = [client.head(where, headers=TUS).status_code for where in places]
    assert found == [404] + [200] * making_room.OPEN_UPLOADS
    assert len(files_in(folders)) == making_room.OPEN_UPLOADS


def test_an_upload_that_nobody_continues_is_forgotten_after_a_day(client: APIClient, pair: Pair, folders: Path) -> None:
    begin(client)
    upload = ResumableUpload.objects.get()
    long_ago = time.time() - FORGET_AFTER_SECONDS - 10
    ResumableUpload.objects.update(
        created_at=resumable.expires_at(upload) - 3 * (resumable.expires_at(upload) - upload.created_at)
    )
    making_room.forget_old()
    assert ResumableUpload.objects.exists()  # old, but somebody still adds to it
    week_ago = timezone.now() - making_room.LONGEST - timedelta(minutes=1)
    slow = resumable.create(owner=member_of(pair), name="slow.pt", size_bytes=10)
    ResumableUpload.objects.filter(pk=slow.pk).update(created_at=week_ago)
    slow.refresh_from_db()
    assert resumable.expires_at(slow) == week_ago + making_room.LONGEST  # said as it will be
    making_room.forget_old()
    assert not ResumableUpload.objects.filter(pk=slow.pk).exists()
    os.utime(part_files.part_of(upload), (long_ago, long_ago))
    orphan = part_files.part_of(upload).parent / ("0" * 32)
    orphan.touch()
    os.utime(orphan, (long_ago, long_ago))
    making_room.forget_old()
    assert not ResumableUpload.objects.exists()
    assert files_in(folders) == []
    assert member_of(pair).is_active


def test_an_upload_says_what_it_is_for_and_what_it_will_be(client: APIClient, film: None) -> None:
    def said(**fields: str) -> dict[str, str]:
        encoded = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in fields.items())
        return {**TUS, "Upload-Length": "10", "Upload-Metadata": encoded}

    begun = client.post("/uploads/", headers=said(filename="../mug\u202e.mp4", purpose="film", sha256="5E" * 32))
    assert begun.status_code == 201
    upload = ResumableUpload.objects.get()
    assert (upload.name, upload.purpose, upload.announced_sha256) == ("mug.mp4", "film", "5e" * 32)
    assert "filename bXVnLm1wNA==" in client.head(begun.headers["Location"], headers=TUS).headers["Upload-Metadata"]
    for wrong, code in (({"purpose": "nothing"}, "no_such_purpose"), ({"sha256": "5e"}, "unreadable_checksum")):
        answer = client.post("/uploads/", headers=said(**wrong))
        assert answer.json()["code"] == code
    assert ResumableUpload.objects.count() == 1


def test_the_first_bytes_may_come_with_the_beginning(client: APIClient, folders: Path) -> None:
    def begin_with(data: bytes) -> Any:
        headers = {**TUS, "Upload-Length": str(len(DATA))}
        return client.post("/uploads/", data, content_type="application/offset+octet-stream", headers=headers)

    begun = begin_with(DATA[:2_000])
    assert (begun.status_code, begun.headers["Upload-Offset"]) == (201, "2000")
    assert send(client, begun.headers["Location"], DATA[2_000:], 2_000).status_code == 204
    assert begin_with(b"<html>" * 200).status_code == 422
    assert begin_with(DATA + b"more").status_code == 413
    assert ResumableUpload.objects.get().finished_at is not None
