"""A pair may stop its evaluation, whether it waits or runs; it may choose the submission that counts."""

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse

from accounts.errors import Refusal
from accounts.models import User
from courses.models import Pair
from grading import services as grading
from grading.endings import Ending
from grading.models import GradingJob
from submissions import services
from submissions.models import Submission, Task
from submissions.queries import status_of
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import evaluate, hand_in, make_task, outcome, refuse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]


@pytest.fixture
def task() -> Task:
    return make_task(make_course(), final_rule=Task.FinalRule.CHOSEN)


@pytest.fixture
def pair(task: Task) -> Pair:
    return make_pair(task.course)


def stop(submission: Submission, person: User) -> str:
    services.cancel(submission=submission, person=person)
    submission.refresh_from_db()
    return str(status_of(submission)["status"])


def team_mate(pair: Pair) -> User:
    return pair.members.exclude(pk=member_of(pair).pk).get()


def prof() -> User:
    return User.objects.get(username="prof")


def test_an_evaluation_that_waits_is_stopped_at_once_by_either_of_the_pair(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    assert stop(submission, team_mate(pair)) == "cancelled"
    assert grading.claim(worker="w", kinds=["evaluation"]) is None
    assert set(status_of(submission)["reason"]) == {"en", "fr"}


def test_one_that_runs_can_write_nothing_more(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    lease = grading.claim(worker="w", kinds=["evaluation"])
    assert lease is not None
    assert stop(submission, member_of(pair)) == "cancelled"
    assert not grading.progress(lease, stage="predicting", done=1, total=2)
    assert lease.lost.is_set()
    assert not grading.finish(lease, Ending("done", outcome(0.9)))
    submission.refresh_from_db()
    assert (submission.score, GradingJob.objects.get().status) == (None, "cancelled")


def test_what_was_stopped_is_evaluated_when_it_is_sent_again(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    stop(submission, member_of(pair))
    again = hand_in(task, pair)
    assert (again.pk, status_of(again)["status"]) == (submission.pk, "queued")


def test_a_second_evaluation_that_is_stopped_leaves_the_first_ones_result(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    evaluate(submission, 0.4)
    services.rerun(submission=submission, instructor=prof())
    submission.refresh_from_db()
    assert stop(submission, prof()) == "done"
    assert status_of(submission)["score"] == 0.4


def test_a_pair_does_not_stop_what_its_instructor_asked_for(task: Task, pair: Pair, client: Client) -> None:
    submission = hand_in(task, pair)
    evaluate(submission, 0.4)
    job = services.rerun(submission=submission, instructor=prof())
    submission.refresh_from_db()
    with pytest.raises(Refusal) as refused:
        services.cancel(submission=submission, person=member_of(pair))
    job.refresh_from_db()
    assert (refused.value.code, job.status) == ("not_yours_to_cancel", "queued")
    address = reverse("submissions:submission", args=[submission.pk])
    for person, is_offered in ((member_of(pair), False), (prof(), True)):
        client.force_login(person)
        assert (b'id="cancel"' in client.get(address).content) is is_offered
    evaluate(submission, 0.3)  # the lower result of the second evaluation counts
    assert submission.score == 0.3


def test_what_has_ended_cannot_be_stopped(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    evaluate(submission, 0.4)
    with pytest.raises(Refusal, match="ended"):
        stop(submission, member_of(pair))
    assert submission.score == 0.4


def test_nobody_else_stops_or_chooses(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    make_course("other", instructor="other-prof")
    others = [member_of(make_pair(task.course, "2")), User.objects.get(username="other-prof")]
    for person in others:
        for act in (services.cancel, services.choose, services.unchoose):
            with pytest.raises(Http404):
                act(submission=submission, person=person)
    with pytest.raises(Http404):
        services.choose(submission=submission, person=prof())  # the choice is the pair's
    submission.refresh_from_db()
    assert (status_of(submission)["status"], submission.is_chosen) == ("queued", False)


def test_a_pair_chooses_one_and_the_last_choice_counts(task: Task, pair: Pair) -> None:
    good, better = hand_in(task, pair, "a"), hand_in(task, pair, "b")
    evaluate(good, 0.4)
    evaluate(better, 0.5)
    board = task.board
    assert board.rows[0]["score"] == 0.5
    services.choose(submission=better, person=member_of(pair))
    services.choose(submission=good, person=team_mate(pair))
    assert [row.pk for row in Submission.objects.filter(is_chosen=True)] == [good.pk]
    board.refresh_from_db()
    assert board.rows[0]["score"] == 0.4
    services.unchoose(submission=good, person=member_of(pair))
    board.refresh_from_db()
    assert board.rows[0]["score"] == 0.5


def test_what_has_no_score_cannot_be_chosen(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    refuse(submission)
    with pytest.raises(Refusal, match="no score"):
        services.choose(submission=submission, person=member_of(pair))


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ({"final_rule": "best"}, "the_best_counts"),
        ({"frozen_at": "2026-01-01T00:00Z"}, "too_late_to_choose"),
        ({"revealed_at": "2026-01-01T00:00Z"}, "too_late_to_choose"),
    ],
)
def test_choosing_has_its_time_and_its_rule(task: Task, pair: Pair, rules: dict[str, str], code: str) -> None:
    submission = hand_in(task, pair)
    evaluate(submission, 0.4)
    Task.objects.update(**rules)
    with pytest.raises(Refusal) as refused:
        services.choose(submission=submission, person=member_of(pair))
    assert refused.value.code == code
    assert not Submission.objects.filter(is_chosen=True).exists()
