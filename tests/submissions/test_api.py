"""The calls about tasks and submissions: the owner, the team-mate, another pair, the instructor, the stranger."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from accounts.models import User
from courses.models import Course, Pair
from grading.models import GradingJob
from submissions.models import Submission, Task
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import SECRET, checkpoint_bytes, end, evaluate, files_in, hand_in, make_task, outcome

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
SUBMIT = "/api/tasks/charlie/submissions/"


@pytest.fixture(autouse=True)
def fresh_throttles(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


@pytest.fixture
def course() -> Course:
    return make_course()


@pytest.fixture
def pair(course: Course) -> Pair:
    return make_pair(course)


@pytest.fixture
def task(course: Course) -> Task:
    return make_task(course)


def client_of(who: Pair | str) -> APIClient:
    user = User.objects.get(username=who) if isinstance(who, str) else member_of(who)
    token, _ = Token.objects.get_or_create(user=user)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
    return client


@pytest.fixture
def stranger() -> APIClient:
    """Somebody real, of another course."""
    make_course("other", instructor="other-prof")
    return client_of("other-prof")


def file(data: bytes | None = None, name: str = "best.pt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, checkpoint_bytes() if data is None else data)


def says_why(answer: Any) -> bool:
    return set(answer.json()["reason"]) == set(answer.json()["advice"]) == {"fr", "en"}


def test_a_pair_reads_its_tasks(task: Task, pair: Pair) -> None:
    (found,) = client_of(pair).get("/api/tasks/").json()
    assert (found["slug"], found["image_size"], found["is_open"]) == ("charlie", 416, True)
    assert found["classes"] == ["charlie", "glasses", "mug", "key"]
    assert set(found["title"]) >= {"fr", "en"}
    assert client_of("prof").get("/api/tasks/").json() == [found]


def test_a_pair_hands_in_a_file_and_gets_a_receipt(task: Task, pair: Pair, folders: Path) -> None:
    answer = client_of(pair).post(SUBMIT, {"file": file()})
    assert answer.status_code == 202
    submission = Submission.objects.get()
    stored = submission.checkpoint.sha256
    receipt = {"id": submission.pk, "status": "queued", "position": 1, "recognised": False, "sha256": stored}
    assert answer.json() == receipt
    assert (submission.pair, submission.author) == (pair, member_of(pair))
    assert submission.checkpoint.original_name == "best.pt"
    assert files_in(folders / "uploads") == [submission.checkpoint.path]


def test_the_same_file_twice_is_recognised(task: Task, pair: Pair) -> None:
    first = client_of(pair).post(SUBMIT, {"file": file()}).json()
    again = client_of(pair).post(SUBMIT, {"file": file(name="copy.pt")})
    assert again.status_code == 202
    assert again.json() == {**first, "recognised": True}
    assert GradingJob.objects.count() == 1


def test_a_pair_learns_nothing_of_another_pair_that_had_sent_the_same_file(task: Task, pair: Pair) -> None:
    client_of(pair).post(SUBMIT, {"file": file()})
    answer = client_of(make_pair(pair.course, "2")).post(SUBMIT, {"file": file()})
    assert answer.status_code == 202
    assert answer.json()["recognised"] is False


def test_a_session_with_its_csrf_token_hands_in_too(task: Task, pair: Pair) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member_of(pair), backend="django.contrib.auth.backends.ModelBackend")
    refused = client.post(SUBMIT, {"file": file()})
    assert refused.status_code == 403
    assert not Submission.objects.exists()
    client.cookies["csrftoken"] = token = "a" * 32
    assert client.post(SUBMIT, {"file": file()}, headers={"X-CSRFToken": token}).status_code == 202


def test_a_file_that_is_no_checkpoint_is_refused_at_once_in_both_languages(
    task: Task, pair: Pair, folders: Path
) -> None:
    answer = client_of(pair).post(SUBMIT, {"file": file(b"<!doctype html><html>Sign in</html>" * 100)})
    assert answer.status_code == 422
    assert says_why(answer)
    assert "web page" in answer.json()["reason"]["en"]
    assert "page web" in answer.json()["reason"]["fr"]
    assert files_in(folders) == []
    assert not GradingJob.objects.exists()


def test_a_file_that_is_too_large_leaves_nothing(task: Task, pair: Pair, folders: Path, settings: Settings) -> None:
    settings.CHECKPOINT_LIMIT_BYTES = 200_000
    answer = client_of(pair).post(SUBMIT, {"file": file(checkpoint_bytes("x" * 200_000))})
    assert answer.status_code == 413
    assert says_why(answer)
    assert files_in(folders) == []
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({}, "multipart"),
        ({"file": "not a file"}, "multipart"),
        ({"other": file()}, "multipart"),
        ({"file": file(b"")}, "multipart"),
        ({}, "json"),
        ([], "json"),
        ({"upload": "../../etc/passwd"}, "json"),
        ({"upload": {"a": 1}}, "json"),
        ({"upload": "00000000-0000-0000-0000-000000000000"}, "json"),
    ],
)
def test_a_request_without_a_usable_file_says_what_was_expected(
    task: Task, pair: Pair, folders: Path, body: Any, kind: str
) -> None:
    answer = client_of(pair).post(SUBMIT, body, format=kind)
    assert 400 <= answer.status_code < 500
    assert says_why(answer)
    assert files_in(folders) == []
    assert not Submission.objects.exists()


def test_a_form_that_is_not_one_is_refused(task: Task, pair: Pair) -> None:
    for body, kind in (
        (b"--x\r\ngarbage", "multipart/form-data; boundary=x"),
        (b"x", "multipart/form-data"),
        (b"{", "application/json"),
    ):
        answer = client_of(pair).post(SUBMIT, data=body, content_type=kind)
        assert answer.status_code == 400
        assert says_why(answer)
    assert client_of(pair).post(SUBMIT, data=b"x", content_type="image/png").status_code == 415


def test_a_closed_task_says_so(task: Task, pair: Pair, folders: Path) -> None:
    Task.objects.update(is_open=False)
    answer = client_of(pair).post(SUBMIT, {"file": file()})
    assert answer.status_code == 409
    assert says_why(answer)
    assert files_in(folders) == []


def test_an_instructor_looks_and_does_not_hand_in(task: Task, pair: Pair) -> None:
    mine = hand_in(task, pair)
    assert client_of("prof").get(f"/api/submissions/{mine.pk}/").json()["id"] == mine.pk
    assert [row["id"] for row in client_of("prof").get(SUBMIT).json()] == [mine.pk]
    answer = client_of("prof").post(SUBMIT, {"file": file()})
    assert answer.status_code == 403
    assert says_why(answer)


@pytest.mark.parametrize("path", [SUBMIT, "/api/tasks/charlie/leaderboard/", "/api/submissions/{}/"])
def test_a_stranger_gets_404_and_an_anonymous_visitor_401(
    task: Task, pair: Pair, stranger: APIClient, path: str
) -> None:
    path = path.format(hand_in(task, pair).pk)
    assert stranger.get(path).status_code == 404
    assert says_why(stranger.get(path))
    assert APIClient().get(path).status_code == 401
    assert client_of(pair).get(path).status_code == 200


def test_a_stranger_cannot_hand_in_and_leaves_no_file(task: Task, stranger: APIClient, folders: Path) -> None:
    assert stranger.post(SUBMIT, {"file": file()}).status_code == 404
    assert APIClient().post(SUBMIT, {"file": file()}).status_code == 401
    assert files_in(folders) == []
    assert stranger.get("/api/tasks/").json() == []


def test_a_team_mate_sees_the_submission_and_another_pair_does_not(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    mate = pair.members.order_by("-username").first()
    other = make_pair(pair.course, "2")
    assert mate is not None
    path = f"/api/submissions/{submission.pk}/"
    assert client_of(mate.username).get(path).json()["status"] == "queued"
    assert client_of(other).get(path).status_code == 404
    assert client_of(other).get(SUBMIT).json() == []


def test_an_evaluated_submission_says_what_came_out(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    evaluate(submission, 0.42)
    said = client_of(pair).get(f"/api/submissions/{submission.pk}/").json()
    assert (said["status"], said["score"], said["progress"], said["position"]) == ("done", 0.42, None, None)
    assert said["metrics"]["per_class"]["charlie"]["ap50"] == 0.42
    assert said["checkpoint"] == {
        "name": "best.pt",
        "size": submission.checkpoint.size_bytes,
        "sha256": submission.checkpoint.sha256,
    }


def test_no_answer_of_any_call_shows_the_hidden_data_a_path_or_another_pairs_log(
    task: Task, pair: Pair, folders: Path
) -> None:
    submission = hand_in(task, pair)
    end(submission, "done", outcome(0.4), log=("the log of pair 1", f"read {SECRET}"))
    other = make_pair(pair.course, "2")
    calls = ["/api/tasks/", SUBMIT, f"/api/submissions/{submission.pk}/", "/api/tasks/charlie/leaderboard/"]
    for who in (pair, other, "prof"):
        said = json.dumps([client_of(who).get(path).json() for path in calls])
        for forbidden in (SECRET, str(folders), submission.checkpoint.path, "lease", "the log of"):
            assert forbidden not in said
    said = json.dumps([client_of(other).get(path).json() for path in calls])
    assert submission.checkpoint.sha256 not in said
    assert member_of(pair).username not in said


def test_the_list_of_submissions_costs_as_many_queries_for_twenty_as_for_one(
    task: Task, pair: Pair, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        hand_in(task, pair, str(number))
    client = client_of(pair)
    with django_assert_max_num_queries(5):
        assert len(client.get(SUBMIT).json()) == 20
    with django_assert_max_num_queries(4):
        client.get("/api/tasks/")
    with django_assert_max_num_queries(7):
        client.get(f"/api/submissions/{Submission.objects.latest('pk').pk}/")


def test_handing_in_too_often_is_slowed_down_and_looking_is_not(
    task: Task, pair: Pair, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rest_framework.throttling import ScopedRateThrottle

    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "throttle"}}
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"submissions": "2/hour"})
    client = client_of(pair)
    assert [client.post(SUBMIT, {"file": file()}).status_code for _ in range(3)] == [202, 202, 429]
    assert [client.get(SUBMIT).status_code for _ in range(3)] == [200, 200, 200]
    assert says_why(client.post(SUBMIT, {"file": file()}))


def test_the_calls_are_described_without_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    from drf_spectacular.generators import SchemaGenerator

    schema = SchemaGenerator().get_schema(request=None, public=True)
    said = capsys.readouterr().err
    assert not [line for line in said.splitlines() if "submissions" in line or "leaderboard" in line]
    assert {"/api/tasks/", SUBMIT.replace("charlie", "{task}"), "/api/tasks/{task}/leaderboard/"} <= set(
        schema["paths"]
    )
