"""Re-run all: beside what is published, behind what students send, swapped in at once or not at all."""

from dataclasses import replace
from typing import Any

import pytest
from django.http import Http404
from django.utils import timezone

import grader
from accounts.errors import Refusal
from accounts.models import User
from courses.models import AuditEntry, Pair
from grading import services as grading
from grading.endings import Ending
from grading.handlers.evaluation import light
from grading.models import GradingJob
from leaderboard.previews import preview, rank_changes
from leaderboard.queries import board_of
from leaderboard.services import freeze, reveal
from submissions import payloads, reevaluations, rules, services
from submissions.models import Reevaluation, Submission, Task
from submissions.queries import status_of
from submissions.quotas import quota_of
from submissions.tasks import task_spec
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import evaluate_whole, hand_in, make_task, refuse, upload
from tests.outcomes import an_outcome

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]


@pytest.fixture
def task() -> Task:
    return make_task(make_course())


@pytest.fixture
def pairs(task: Task) -> list[Pair]:
    """The first is ahead."""
    one, two = make_pair(task.course, "1"), make_pair(task.course, "2")
    evaluate_whole(hand_in(task, one, "a"), 0.6)
    evaluate_whole(hand_in(task, two, "b"), 0.5)
    return [one, two]


def prof() -> User:
    return User.objects.get(username="prof")


def start(task: Task, **changes: Any) -> Reevaluation:
    return reevaluations.start(task=task, instructor=prof(), reason="new labels", changes=changes)


def end_next(score: float | None, **more: Any) -> GradingJob:
    """Let a worker take whatever is next; None: it fails through our fault."""
    lease = grading.claim(worker="w", kinds=["evaluation"])
    assert lease is not None
    if score is None:
        sentence = {"en": "x", "fr": "x"}
        grading.finish(lease, Ending("failed", {"version": 1, "reason": sentence, "advice": sentence}))
    else:
        outcome = an_outcome(score, **more)
        grading.finish(lease, Ending("done", light(outcome), details={"outcome": outcome.to_json()}))
    lease.job.refresh_from_db()
    return lease.job


def send_again(submission: Submission, *, configuration: str) -> None:
    services.submit_checkpoint(
        task=submission.task,
        pair=submission.pair,
        author=member_of(submission.pair),
        upload=upload("state_dict"),
        configuration=configuration,
    )


def order(task: Task) -> list[tuple[int, str, float]]:
    return [(row["rank"], row["pair"], row["score"]) for row in board_of(task)["rows"]]


def test_nothing_that_is_published_moves_until_it_is_decided(task: Task, pairs: list[Pair]) -> None:
    before = board_of(task)
    campaign = start(task)
    assert reevaluations.progress_of(campaign) == reevaluations.Progress(0, 2, 0)
    end_next(0.3)
    end_next(0.7)
    campaign.refresh_from_db()
    assert campaign.state == "ready"
    assert board_of(task) == before
    assert [status_of(row)["score"] for row in Submission.objects.order_by("pk")] == [0.6, 0.5]


def test_the_preview_says_who_would_move_and_publishing_moves_them(task: Task, pairs: list[Pair]) -> None:
    campaign = start(task)
    end_next(0.3)
    end_next(0.7)
    campaign.refresh_from_db()
    moves = [
        (move.pair, move.rank_before, move.rank_after, move.places, move.score_after) for move in preview(campaign)
    ]
    assert moves == [("2", 2, 1, 1, 0.7), ("1", 1, 2, -1, 0.3)]
    revision = board_of(task)["revision"]
    reevaluations.publish(campaign=campaign, instructor=prof())
    assert order(task) == [(1, "2", 0.7), (2, "1", 0.3)]
    assert board_of(task)["revision"] == revision + 1
    assert AuditEntry.objects.get().action == "results-made-again"
    assert [row.job_id for row in Submission.objects.order_by("pk")] == [
        item.job_id for item in campaign.items.order_by("submission_id")
    ]


def test_publishing_does_not_look_again_at_every_number(
    task: Task, pairs: list[Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it writes nobody else can: what was found to hold when it ended is taken as it is."""
    campaign = start(task, public_percent=50)
    end_next(0.3, public=0.4, private=0.2)
    end_next(0.7, public=0.6, private=0.8)
    campaign.refresh_from_db()
    monkeypatch.delattr(grader.Outcome, "from_json")
    reevaluations.publish(campaign=campaign, instructor=prof())
    rows = Submission.objects.order_by("pk")
    assert [(row.score, row.private_score) for row in rows] == [(0.4, 0.2), (0.6, 0.8)]
    assert [bool(row.gallery and row.private_metrics and row.draws and row.record) for row in rows] == [True, True]


def test_the_rules_change_with_the_results_and_not_before(task: Task, pairs: list[Pair]) -> None:
    campaign = start(task, convention="coco", public_percent=50)
    payload = GradingJob.objects.latest("pk").payload
    assert (payload["convention"], payload["public_percent"], bool(payload["parts_seed"])) == ("coco", 50, True)
    assert Task.objects.get().convention == "yolov5"
    end_next(0.3, public=0.4, private=0.2)
    end_next(0.7, public=0.6, private=0.8)
    campaign.refresh_from_db()
    reevaluations.publish(campaign=campaign, instructor=prof())
    board = board_of(Task.objects.get())
    assert (board["convention"], board["part"]) == ("coco", "public")
    assert Submission.objects.order_by("pk").first().private_score == 0.2  # type: ignore[union-attr]


def test_students_go_first(task: Task, pairs: list[Pair]) -> None:
    start(task)
    mine = hand_in(task, pairs[0], "new")
    assert status_of(mine)["position"] == 1
    lease = grading.claim(worker="w", kinds=["evaluation"])
    assert lease is not None
    assert lease.job.pk == mine.job_id


def test_what_is_evaluated_meanwhile_joins_the_campaign(task: Task, pairs: list[Pair]) -> None:
    campaign = start(task)
    evaluate_whole(hand_in(task, pairs[0], "new"), 0.8)
    assert campaign.items.count() == 3
    for score in (0.3, 0.7, 0.9):
        end_next(score)
    campaign.refresh_from_db()
    reevaluations.publish(campaign=campaign, instructor=prof())
    assert order(task) == [(1, "1", 0.9), (2, "2", 0.7)]


def test_what_waits_when_the_rules_change_is_evaluated_under_the_new_ones(task: Task, pairs: list[Pair]) -> None:
    campaign = start(task, convention="coco")
    end_next(0.3)
    end_next(0.7)
    waits, runs = hand_in(task, pairs[0], "waits"), hand_in(task, pairs[0], "runs")
    GradingJob.objects.filter(pk=waits.job_id).update(priority=-1)
    lease = grading.claim(worker="w", kinds=["evaluation"])
    assert lease is not None
    assert lease.job.pk == runs.job_id
    campaign.refresh_from_db()
    reevaluations.publish(campaign=campaign, instructor=prof())
    assert not grading.finish(lease, Ending("done", {}))  # the old run can write nothing
    for one in (waits, runs):
        one.refresh_from_db()
        assert one.job is not None
        assert (one.job.status, one.job.payload["convention"]) == ("queued", "coco")
    assert quota_of(pairs[0], task).used == 3


def test_our_failure_leaves_a_result_as_it_was_and_a_refusal_takes_it(task: Task, pairs: list[Pair]) -> None:
    campaign = start(task)
    end_next(None)
    lease = grading.claim(worker="w", kinds=["evaluation"])
    assert lease is not None
    sentence = {"en": "x", "fr": "x"}
    grading.finish(lease, Ending("refused", {"version": 1, "reason": sentence, "advice": sentence}))
    campaign.refresh_from_db()
    assert reevaluations.progress_of(campaign) == reevaluations.Progress(2, 2, 1)
    assert [(move.pair, move.rank_after) for move in preview(campaign)] == [("1", 1), ("2", None)]
    reevaluations.publish(campaign=campaign, instructor=prof())
    assert order(task) == [(1, "1", 0.6)]


def test_another_network_named_meanwhile_is_what_is_published(task: Task, pairs: list[Pair]) -> None:
    submission = hand_in(task, pairs[0], "state_dict")
    refuse(submission)
    campaign = start(task)
    end_next(0.3)
    end_next(0.7)
    send_again(submission, configuration="yolov5s")
    end_next(0.9)
    campaign.refresh_from_db()
    assert campaign.state == "running"
    item = campaign.items.select_related("job").get(submission=submission)
    assert item.job is not None
    assert item.job.payload["configuration"] == "yolov5s"
    end_next(0.8)
    campaign.refresh_from_db()
    reevaluations.publish(campaign=campaign, instructor=prof())
    submission.refresh_from_db()
    assert (submission.score, GradingJob.objects.filter(status="queued").count()) == (0.8, 0)


def test_another_network_that_still_waits_at_the_publishing_is_evaluated_after_it(
    task: Task, pairs: list[Pair]
) -> None:
    submission = hand_in(task, pairs[0], "state_dict")
    refuse(submission)
    campaign = start(task, convention="coco")
    end_next(0.3)
    end_next(0.7)
    end_next(None)
    send_again(submission, configuration="yolov5s")
    GradingJob.objects.filter(status="failed").update(status="refused")
    campaign.refresh_from_db()
    reevaluations.publish(campaign=campaign, instructor=prof())
    job = end_next(0.8)
    submission.refresh_from_db()
    assert (submission.score, submission.job) == (0.8, job)
    assert (job.payload["configuration"], job.payload["convention"]) == ("yolov5s", "coco")


def test_nothing_is_published_after_the_reveal(task: Task, pairs: list[Pair]) -> None:
    Task.objects.update(public_percent=50)
    campaign = start(Task.objects.get(), public_percent=100)
    end_next(0.3)
    end_next(0.7)
    campaign.refresh_from_db()
    with pytest.raises(Refusal) as refused:
        reveal(task=Task.objects.get(), instructor=prof())
    assert (refused.value.code, Task.objects.get().revealed_at) == ("reevaluation_is_undecided", None)
    Task.objects.update(revealed_at=timezone.now())  # a reveal of an older version, with a campaign open
    with pytest.raises(Refusal) as refused:
        reevaluations.publish(campaign=campaign, instructor=prof())
    assert (refused.value.code, Task.objects.get().public_percent) == ("results_are_final", 50)
    assert [row.score for row in Submission.objects.order_by("pk")] == [0.6, 0.5]
    reevaluations.abandon(campaign=campaign, instructor=prof())


def test_the_hidden_split_is_looked_at_once_however_many_are_evaluated_again(
    task: Task, pairs: list[Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Task] = []

    def look(task: Task) -> str:
        looked.append(task)
        return "state"

    monkeypatch.setattr(payloads, "data_state", look)
    hand_in(task, pairs[0], "waiting")
    looked.clear()
    campaign = start(task)
    assert len(looked) == 1
    assert {job.payload["data_state"] for job in GradingJob.objects.filter(priority__lt=0)} == {"state"}
    GradingJob.objects.filter(priority__lt=0).update(status="cancelled")
    Reevaluation.objects.update(state="ready")
    looked.clear()
    reevaluations.publish(campaign=campaign, instructor=prof())
    assert len(looked) == 1


def test_an_abandoned_campaign_leaves_everything_and_stops_its_jobs(task: Task, pairs: list[Pair]) -> None:
    before = board_of(task)
    campaign = start(task, convention="coco")
    end_next(0.1)
    reevaluations.abandon(campaign=campaign, instructor=prof())
    assert campaign.state == "abandoned"
    assert board_of(task) == before
    assert sorted(GradingJob.objects.values_list("status", flat=True)) == ["cancelled", "done", "done", "done"]
    assert start(task).state == "running"  # another may be started


def test_one_campaign_at_a_time_and_each_decided_once(task: Task, pairs: list[Pair]) -> None:
    campaign = start(task)
    with pytest.raises(Refusal):
        start(task)
    with pytest.raises(Refusal):
        reevaluations.publish(campaign=campaign, instructor=prof())  # not complete yet
    reevaluations.abandon(campaign=campaign, instructor=prof())
    for act in (reevaluations.publish, reevaluations.abandon):
        with pytest.raises(Refusal):
            act(campaign=campaign, instructor=prof())


def test_what_was_refused_is_tried_again_too(task: Task, pairs: list[Pair]) -> None:
    refuse(hand_in(task, pairs[0], "unreadable then"))
    assert start(task).items.count() == 3


def test_a_task_without_results_is_ready_at_once(task: Task) -> None:
    assert start(task, convention="coco").state == "ready"


@pytest.mark.parametrize(
    "changes",
    [{"convention": "mine"}, {"public_percent": 0}, {"public_percent": 101}, {"public_percent": "50"},
     {"public_percent": True}, {"is_open": False}, {"slug": "x"}],
)  # fmt: skip
def test_changes_that_are_none_are_refused(task: Task, pairs: list[Pair], changes: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        start(task, **changes)
    assert not Reevaluation.objects.exists()


def test_a_stranger_starts_publishes_and_abandons_nothing(task: Task, pairs: list[Pair]) -> None:
    campaign = start(task)
    make_course("other", instructor="other-prof")
    for person in (User.objects.get(username="other-prof"), member_of(pairs[0])):
        for act in (reevaluations.publish, reevaluations.abandon):
            with pytest.raises(Http404):
                act(campaign=campaign, instructor=person)
        with pytest.raises(Http404):
            reevaluations.start(task=task, instructor=person)
        with pytest.raises(Http404):
            rules.set_rules(task=task, instructor=person, is_open=False)


# --- when to offer it ------------------------------------------------------------------------------------------------


def test_results_are_stale_when_the_measures_or_the_data_changed(
    task: Task, pairs: list[Pair], folders: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reevaluations.stale_results(task) is None
    monkeypatch.setattr(grader, "METRIC_VERSION", "999")
    assert reevaluations.stale_results(task) == reevaluations.Stale(2, dataset=False, metric=True)
    monkeypatch.undo()
    data = folders / "datasets" / task.data
    labels = data.parent / "labels" / "test"
    labels.mkdir(parents=True)
    data.write_text("names: [charlie]\n")
    (labels / "1.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    evaluate_whole(hand_in(task, pairs[0], "c"), 0.5)
    assert reevaluations.stale_results(task) is None
    (labels / "1.txt").write_text("0 0.5 0.5 0.1 0.1\n1 0.5 0.5 0.1 0.1\n")
    stale = reevaluations.stale_results(task)
    assert stale is not None
    assert (stale.dataset, stale.metric) == (True, False)


def test_results_are_stale_when_the_tasks_file_has_other_rules(
    task: Task, pairs: list[Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(task_spec(task), metric="map50")
    monkeypatch.setattr(payloads, "task_spec", lambda task: other)
    assert reevaluations.stale_results(task) == reevaluations.Stale(2, dataset=False, metric=False, rules=True)


# --- rules -----------------------------------------------------------------------------------------------------------


def test_free_rules_change_at_once_and_the_board_follows(task: Task, pairs: list[Pair]) -> None:
    rules.set_rules(task=task, instructor=prof(), quota_per_day=None, uses_ladder=True, final_rule="chosen")
    board = board_of(task)
    assert (board["ladder"], board["final_rule"]) == (True, "chosen")
    assert Task.objects.get().quota_per_day is None


def test_rules_that_are_saved_while_somebody_freezes_leave_the_board_frozen(task: Task, pairs: list[Pair]) -> None:
    before = Task.objects.get()  # as another instructor's page had it
    freeze(task=task, instructor=prof())
    rules.set_rules(task=before, instructor=prof(), quota_per_day=3)
    assert before.frozen_at is not None
    assert [board_of(before, live=live)["state"] for live in (True, False)] == ["frozen", "frozen"]


def test_decisive_rules_change_freely_only_before_anything_was_handed_in(task: Task) -> None:
    rules.set_rules(task=task, instructor=prof(), convention="coco", public_percent=50)
    assert Task.objects.get().public_percent == 50
    hand_in(task, make_pair(task.course), "a")
    with pytest.raises(Refusal) as refused:
        rules.set_rules(task=task, instructor=prof(), convention="yolov5")
    assert refused.value.code == "not_without_reevaluation"
    assert Task.objects.get().convention == "coco"


@pytest.mark.parametrize(
    "changes", [{"quota_per_day": 0}, {"quota_per_day": True}, {"attempts_per_day": None}, {"final_rule": "luck"},
                {"uses_ladder": 1}, {"revealed_at": None}, {"parts_seed": "x"}],
)  # fmt: skip
def test_rules_that_are_none_are_refused(task: Task, changes: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        rules.set_rules(task=task, instructor=prof(), **changes)


# --- the pure part ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [], []),
        ([("1", 1, 0.5)], [("1", 1, 0.5)], [("1", 0)]),
        ([("1", 1, 0.5), ("2", 2, 0.4)], [("2", 1, 0.9), ("1", 2, 0.5)], [("2", 1), ("1", -1)]),
        ([("1", 1, 0.5)], [], [("1", None)]),
        ([], [("1", 1, 0.5)], [("1", None)]),
        ([("1", 1, 0.5), ("2", 1, 0.5)], [("1", 1, 0.5), ("2", 2, 0.4)], [("1", 0), ("2", -1)]),
    ],
)
def test_rank_changes(before: list[Any], after: list[Any], expected: list[Any]) -> None:
    old, new = ([{"pair": p, "rank": r, "score": s} for p, r, s in rows] for rows in (before, after))
    assert [(move.pair, move.places) for move in rank_changes(old, new)] == expected


def test_a_pair_is_never_told_of_a_campaign(task: Task, pairs: list[Pair]) -> None:
    start(task)
    end_next(0.123457)
    row = Submission.objects.select_related("task", "pair", "job", "checkpoint").earliest("pk")
    assert "0.123457" not in str(status_of(row))
    assert "0.123457" not in str(services.status_of(row))
