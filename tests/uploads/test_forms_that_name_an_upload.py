"""A form may name what came in pieces before it, in place of a file: one's own, whole, sent for this, and undamaged."""

import hashlib
import io
from typing import Any

import pytest

from accounts.models import User
from courses.models import Pair
from submissions.models import Submission, Task
from tests.builders import make_course, make_pair, make_person, member_of
from tests.hand_in import checkpoint_bytes, make_task
from tests.pages.browsing import browser_of
from uploads import part_files, pieces, resumable
from uploads.models import ResumableUpload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
DATA = checkpoint_bytes()
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def pair() -> Pair:
    pair = make_pair(make_course())
    make_task(pair.course)
    return pair


def sent(person: User, *, part: int = len(DATA)) -> ResumableUpload:
    upload = resumable.create(owner=person, name="best.pt", size_bytes=len(DATA))
    pieces.append(upload, offset=0, piece=io.BytesIO(DATA[:part]))
    return upload


def name_it(person: User, upload: ResumableUpload, language: str = "en", **more: str) -> Any:
    browser = browser_of(person, language)
    form = {"upload": upload.pk.hex, **more}
    return browser.post("/tasks/charlie/hand-in/", form, headers={"accept": "application/json"})


def test_what_was_sent_before_is_handed_in_and_gone_from_where_it_arrived(pair: Pair) -> None:
    person = member_of(pair)
    answer = name_it(person, sent(person), sha256=SHA256)
    submission = Submission.objects.get()
    assert answer.json() == {"address": f"/submissions/{submission.pk}/"}
    assert (submission.checkpoint.sha256, submission.checkpoint.original_name) == (SHA256, "best.pt")
    assert not ResumableUpload.objects.exists()


def test_it_is_handed_in_without_a_script_s_wish_for_json_too(pair: Pair) -> None:
    person = member_of(pair)
    answer = browser_of(person).post("/tasks/charlie/hand-in/", {"upload": sent(person).pk.hex})
    assert answer.status_code == 302
    assert Submission.objects.count() == 1


def test_what_a_team_mate_or_a_stranger_sent_is_nobody_else_s(pair: Pair) -> None:
    mate = pair.members.order_by("username").last()
    assert mate is not None
    for owner in (mate, member_of(make_pair(make_course("other", instructor="other-prof"), "9")), make_person("alone")):
        upload = ResumableUpload.objects.create(owner=owner, name="best.pt", size_bytes=len(DATA))
        part_files.part_of(upload).write_bytes(DATA)
        answer = name_it(member_of(pair), upload)
        assert (answer.status_code, answer.json()["code"]) == (404, "upload_unknown")
        assert part_files.offset_of(upload) == len(DATA)
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("part", "sha256", "code"),
    [
        (100, SHA256, "upload_incomplete"),
        (len(DATA), "0" * 64, "upload_damaged"),
        (len(DATA), "?", "unreadable_checksum"),
    ],
)
def test_half_a_file_or_a_damaged_one_is_not_handed_in(pair: Pair, part: int, sha256: str, code: str) -> None:
    person = member_of(pair)
    answer = name_it(person, sent(person, part=part), sha256=sha256)
    assert answer.json()["code"] == code
    assert not Submission.objects.exists()


def test_what_was_sent_for_another_purpose_is_not_taken(pair: Pair) -> None:
    person = member_of(pair)
    upload = sent(person)
    ResumableUpload.objects.update(purpose="clip")
    answer = name_it(person, upload)
    assert answer.status_code >= 400
    assert not Submission.objects.exists()
    assert ResumableUpload.objects.exists()


def test_what_is_declined_for_another_reason_need_not_be_sent_again(pair: Pair) -> None:
    person = member_of(pair)
    upload = sent(person)
    Task.objects.update(is_open=False)
    assert name_it(person, upload, "fr").json()["code"] == "task_is_closed"
    Task.objects.update(is_open=True)
    assert name_it(person, upload).status_code == 200


def test_nothing_named_and_nothing_brought_is_said_to_be_nothing(pair: Pair) -> None:
    answer = browser_of(member_of(pair)).post("/tasks/charlie/hand-in/", {}, headers={"accept": "application/json"})
    assert answer.json()["code"] == "no_file"


def test_an_instructor_s_weights_may_come_in_pieces_too(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    prof = pair.course.instructors.get()
    seen: list[bytes] = []

    def register(**more: Any) -> Any:
        seen.append(more["file"].read_bytes())
        return type("Registered", (), {"name": more["name"], "architecture": "yolov5n"})

    monkeypatch.setattr("submissions.weights_views.register_file", register)
    upload = sent(prof)
    answer = browser_of(prof).post("/teach/weights/", {"upload": upload.pk.hex})
    assert answer.status_code == 302
    assert seen == [DATA]
    assert not ResumableUpload.objects.exists()
