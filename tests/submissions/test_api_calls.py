"""The calls beside handing in: a task's rules and quota, stopping, choosing, the log, and the filtered board."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from accounts.models import User
from courses.configurations import draw_configurations
from courses.models import Pair, TrainingConfiguration
from submissions.models import Submission, Task
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import checkpoint_bytes, evaluate_whole, hand_in, make_task, refuse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
BOARD = "/api/tasks/charlie/leaderboard/"


@pytest.fixture(autouse=True)
def fresh_throttles(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


@pytest.fixture
def task() -> Task:
    return make_task(make_course(), final_rule="chosen", quota_per_day=2)


@pytest.fixture
def pair(task: Task) -> Pair:
    return make_pair(task.course)


def client_of(who: User | str) -> APIClient:
    user = User.objects.get(username=who) if isinstance(who, str) else who
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.get_or_create(user=user)[0].key}")
    return client


def owner(pair: Pair) -> APIClient:
    return client_of(member_of(pair))


def send(client: APIClient, text: str = "a", **fields: str) -> Any:
    file = SimpleUploadedFile("best.pt", checkpoint_bytes(text))
    return client.post("/api/tasks/charlie/submissions/", {"file": file, **fields})


def test_a_task_says_its_rules_and_where_ones_pair_stands(task: Task, pair: Pair) -> None:
    hand_in(task, pair)
    said = owner(pair).get("/api/tasks/charlie/").json()
    assert (said["convention"], said["public_percent"], said["final_rule"]) == ("yolov5", 100, "chosen")
    assert (said["quota"]["used"], said["quota"]["limit"], said["quota"]["left"]) == (1, 2, 1)
    assert client_of("prof").get("/api/tasks/charlie/").json()["quota"] is None
    assert "parts_seed" not in said


def test_when_the_day_is_used_up_the_answer_says_when_it_reopens(task: Task, pair: Pair) -> None:
    client = owner(pair)
    assert [send(client, text).status_code for text in "ab"] == [202, 202]
    refused = send(client, "c")
    assert (refused.status_code, refused.json()["code"]) == (429, "quota_is_used")
    assert "Europe/Paris" in refused.json()["advice"]["fr"]
    assert send(client, "a").json()["recognised"] is True
    assert Submission.objects.count() == 2


def test_a_submission_says_its_quota_record_and_waiting_time(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    evaluate_whole(submission, 0.5)
    said = owner(pair).get(f"/api/submissions/{submission.pk}/").json()
    assert said["quota"]["used"] == 1
    assert said["record"]["convention"] == "yolov5"
    assert "fingerprint" not in said["record"]
    assert said["seconds_left"] is None


def test_a_pair_stops_and_chooses_by_a_call(task: Task, pair: Pair) -> None:
    client = owner(pair)
    evaluated = hand_in(task, pair, "a")
    evaluate_whole(evaluated, 0.5)
    waiting = hand_in(task, pair, "b")
    assert client.post(f"/api/submissions/{waiting.pk}/cancel/").json()["status"] == "cancelled"
    again = client.post(f"/api/submissions/{waiting.pk}/cancel/")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_cancel")
    assert client.post(f"/api/submissions/{evaluated.pk}/choose/").json()["is_chosen"] is True
    assert client.delete(f"/api/submissions/{evaluated.pk}/choose/").json()["is_chosen"] is False
    assert client.post(f"/api/submissions/{waiting.pk}/choose/").status_code == 409


@pytest.mark.parametrize("call", ["cancel/", "choose/", "log/", ""])
def test_a_strangers_call_finds_nothing(task: Task, pair: Pair, call: str) -> None:
    submission = hand_in(task, pair)
    make_course("other", instructor="other-prof")
    stranger = member_of(make_pair(task.course, "2"))
    for client in (client_of(stranger), client_of("other-prof")):
        path = f"/api/submissions/{submission.pk}/{call}"
        answer = client.get(path) if call in ("log/", "") else client.post(path)
        assert answer.status_code == 404
    assert APIClient().post(f"/api/submissions/{submission.pk}/cancel/").status_code == 401
    submission.refresh_from_db()
    assert submission.job is not None
    assert (submission.job.status, submission.is_chosen) == ("queued", False)


def test_the_instructor_stops_an_evaluation_and_chooses_for_nobody(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    prof = client_of("prof")
    assert prof.post(f"/api/submissions/{submission.pk}/choose/").status_code == 404
    assert prof.post(f"/api/submissions/{submission.pk}/cancel/").json()["status"] == "cancelled"


def test_the_log_is_whole_for_the_instructor_alone(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    refuse(submission)
    submission.job.__class__.objects.update(log="only for instructors\n")
    path = f"/api/submissions/{submission.pk}/log/"
    assert client_of("prof").get(path).json() == {"whole": True, "lines": ["only for instructors"]}
    mine = owner(pair).get(path).json()
    assert mine["whole"] is False
    assert "only for" not in str(mine)


def test_a_configuration_is_named_and_another_one_makes_a_refused_file_worth_another_try(
    task: Task, pair: Pair
) -> None:
    client = owner(pair)
    assert send(client, configuration="../yolov5s").status_code == 422
    assert not Submission.objects.exists()
    assert send(client, configuration="yolov5s").status_code == 202
    submission = Submission.objects.get()
    assert submission.job is not None
    assert submission.job.payload["configuration"] == "yolov5s"
    refuse(submission)
    assert send(client, configuration="yolov5s").json()["status"] == "refused"
    assert send(client, configuration="yolov8n").json()["status"] == "queued"
    submission.refresh_from_db()
    assert submission.configuration == "yolov8n"


def test_the_board_is_filtered_by_what_the_address_says(task: Task, pair: Pair) -> None:
    other = make_pair(task.course, "2")
    draw_configurations(course=task.course, instructor=task.course.instructors.get())
    TrainingConfiguration.objects.filter(pair=pair).update(size="n", image_size=416, frozen_backbone=True)
    TrainingConfiguration.objects.filter(pair=other).update(size="s", image_size=640, frozen_backbone=False)
    evaluate_whole(hand_in(task, pair, "a"), 0.5)
    evaluate_whole(hand_in(task, other, "b"), 0.6)
    client = owner(pair)

    def pairs(query: str) -> list[str]:
        return [row["pair"] for row in client.get(BOARD + query).json()]

    assert pairs("") == pairs("?group=A1") == pairs("?group=&size=") == ["2", "1"]
    assert pairs("?size=n") == pairs("?image_size=416") == pairs("?frozen=true") == pairs("?matches_lot=true") == ["1"]
    assert pairs("?frozen=false") == ["2"]
    assert pairs("?at_most_parameters=5") == []
    assert [row["score"] for row in client.get(BOARD + "?class=charlie").json()] == [0.6, 0.5]
    assert pairs("?class=unicorn") == []


@pytest.mark.parametrize("query", ["size=huge", "image_size=big", "frozen=perhaps", "at_most_parameters=-1"])
def test_a_filter_that_cannot_be_read_is_named(task: Task, pair: Pair, query: str) -> None:
    answer = owner(pair).get(f"{BOARD}?{query}")
    assert answer.status_code == 400
    assert query.split("=")[0] in answer.json()["reason"]["fr"]
