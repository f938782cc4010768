"""A board that stands still for pairs, and the reveal of what counts: once, to everybody, and nothing before it."""

import json
from typing import Any

import pytest
from django.http import Http404
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.errors import Refusal
from accounts.models import User
from courses.models import AuditEntry, Pair
from grading import services as grading
from grading.endings import Ending
from grading.handlers.evaluation import light
from grading.models import GradingJob
from leaderboard import events
from leaderboard.exploring import Filters, histories, what_if
from leaderboard.models import Board
from leaderboard.queries import board_of, ranks_before
from leaderboard.receivers import rank_what_an_older_version_ranked
from leaderboard.services import freeze, reveal, unfreeze
from submissions import reevaluations, services
from submissions.models import Reevaluation, Submission, Task
from submissions.rules import set_rules
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import evaluate_whole, hand_in, make_task
from tests.outcomes import an_outcome

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
PRIVATE = 0.123457


@pytest.fixture
def task() -> Task:
    return make_task(make_course(), public_percent=50)


@pytest.fixture
def pairs(task: Task) -> list[Pair]:
    """The first is ahead in public; in private it is the other way round."""
    one, two = make_pair(task.course, "1"), make_pair(task.course, "2")
    evaluate_whole(hand_in(task, one, "a"), 0.5, public=0.6, private=PRIVATE)
    evaluate_whole(hand_in(task, two, "b"), 0.5, public=0.5, private=0.3)
    return [one, two]


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = []
    monkeypatch.setattr(events, "board_changed", lambda **event: said.append(event))
    return said


def prof() -> User:
    return User.objects.get(username="prof")


def order(task: Task, *, live: bool = False) -> list[tuple[str, float]]:
    return [(row["pair"], row["score"]) for row in board_of(task, live=live)["rows"]]


def test_pairs_see_the_board_of_the_freeze_and_instructors_the_live_one(task: Task, pairs: list[Pair]) -> None:
    freeze(task=task, instructor=prof())
    before = board_of(task)
    evaluate_whole(hand_in(task, pairs[1], "c"), 0.9, public=0.9, private=0.3)
    assert board_of(task) == before
    assert (before["state"], before["part"]) == ("frozen", "public")
    assert order(task, live=True) == [("2", 0.9), ("1", 0.6)]
    assert board_of(task, live=True)["revision"] > before["revision"]
    assert Submission.objects.latest("pk").score == 0.9  # its own pair reads it


def test_nothing_that_looks_at_the_board_tells_what_is_behind_the_freeze(task: Task, pairs: list[Pair]) -> None:
    freeze(task=task, instructor=prof())
    evaluate_whole(hand_in(task, pairs[1], "c"), 0.9, public=0.912345, private=0.3)
    task.refresh_from_db()
    looks = [
        board_of(task),
        what_if(task, Filters(group="A1")),
        what_if(task, Filters(class_name="charlie")),
        histories(task),
        ranks_before(task, Submission.objects.latest("pk").submitted_at),
    ]
    assert "0.912345" not in json.dumps(looks, default=str)
    assert "0.912345" in json.dumps(
        [histories(task, live=True), what_if(task, Filters(group="A1"), live=True)], default=str
    )


def test_a_frozen_board_is_announced_once_and_then_to_instructors_alone(
    task: Task,
    pairs: list[Pair],
    announced: list[dict[str, Any]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        freeze(task=task, instructor=prof())
    assert [(said["live"], said["board"]["state"]) for said in announced] == [(True, "frozen"), (False, "frozen")]
    announced.clear()
    with django_capture_on_commit_callbacks(execute=True):
        evaluate_whole(hand_in(task, pairs[1], "c"), 0.9)
    assert [said["live"] for said in announced] == [True]


def test_letting_it_run_again_shows_what_happened_meanwhile(task: Task, pairs: list[Pair]) -> None:
    frozen_at = freeze(task=task, instructor=prof()).revision
    evaluate_whole(hand_in(task, pairs[1], "c"), 0.9, public=0.9, private=0.3)
    unfreeze(task=task, instructor=prof())
    board = board_of(task)
    assert (board["state"], order(task)) == ("open", [("2", 0.9), ("1", 0.6)])
    assert board["revision"] > frozen_at


def test_the_reveal_ranks_by_the_private_part_for_everybody_and_closes_the_task(
    task: Task,
    pairs: list[Pair],
    announced: list[dict[str, Any]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    assert str(PRIVATE) not in json.dumps([board_of(task), board_of(task, live=True)])
    freeze(task=task, instructor=prof())
    with django_capture_on_commit_callbacks(execute=True):
        reveal(task=task, instructor=prof())
    board = board_of(task)
    assert (board["state"], board["part"], order(task)) == ("revealed", "private", [("2", 0.3), ("1", PRIVATE)])
    assert board["rows"][0]["metrics"]["map50_95"] == 0.3
    assert board["rows"][1]["interval"][0] < PRIVATE < board["rows"][1]["interval"][1]
    assert [(said["live"], said["board"]["state"]) for said in announced] == [(True, "revealed"), (False, "revealed")]
    with pytest.raises(Refusal, match="no more"):
        hand_in(task, pairs[0], "late")


def test_what_counts_in_private_is_what_was_best_or_chosen_in_public(task: Task, pairs: list[Pair]) -> None:
    Task.objects.update(final_rule="chosen")
    task.refresh_from_db()
    worse = hand_in(task, pairs[0], "worse")
    evaluate_whole(worse, 0.4, public=0.4, private=0.9)
    lucky = hand_in(task, pairs[1], "lucky")
    evaluate_whole(lucky, 0.1, public=0.1, private=0.99)  # never chosen, and not the best in public
    services.choose(submission=worse, person=member_of(pairs[0]))
    reveal(task=task, instructor=prof())
    assert order(task) == [("1", 0.9), ("2", 0.3)]


def test_the_reveal_happens_once_and_ends_freezing(task: Task, pairs: list[Pair]) -> None:
    reveal(task=task, instructor=prof())
    for act in (reveal, freeze, unfreeze):
        with pytest.raises(Refusal):
            act(task=task, instructor=prof())


def test_without_a_private_part_or_while_evaluations_wait_there_is_no_reveal(task: Task, pairs: list[Pair]) -> None:
    hand_in(task, pairs[0], "waits")
    with pytest.raises(Refusal) as refused:
        reveal(task=task, instructor=prof())
    assert refused.value.code == "still_evaluating"
    Task.objects.update(public_percent=100)
    task.refresh_from_db()
    with pytest.raises(Refusal) as refused:
        reveal(task=task, instructor=prof())
    assert refused.value.code == "nothing_to_reveal"
    task.refresh_from_db()
    assert (task.revealed_at, task.is_open) == (None, True)


def test_a_frozen_board_cannot_be_frozen_nor_a_running_one_let_run(task: Task, pairs: list[Pair]) -> None:
    with pytest.raises(Refusal):
        unfreeze(task=task, instructor=prof())
    freeze(task=task, instructor=prof())
    with pytest.raises(Refusal):
        freeze(task=task, instructor=prof())


def test_only_the_courses_instructors_freeze_and_reveal(task: Task, pairs: list[Pair]) -> None:
    make_course("other", instructor="other-prof")
    for person in (member_of(pairs[0]), User.objects.get(username="other-prof")):
        for act in (freeze, unfreeze, reveal):
            with pytest.raises(Http404):
                act(task=task, instructor=person)
    task.refresh_from_db()
    assert (task.frozen_at, task.revealed_at) == (None, None)


def test_a_pair_without_a_private_score_is_not_on_the_revealed_board(task: Task, pairs: list[Pair]) -> None:
    evaluate_whole(hand_in(task, make_pair(task.course, "3"), "old"), 0.9)  # made before there were parts
    reveal(task=task, instructor=prof())
    assert [pair for pair, _ in order(task)] == ["2", "1"]


def test_the_ladder_holds_the_board_still_for_noise(task: Task, pairs: list[Pair]) -> None:
    Task.objects.update(uses_ladder=True)
    task.refresh_from_db()
    evaluate_whole(hand_in(task, pairs[0], "lucky"), 0.5, public=0.601, private=0.5, spread=0.3)
    assert order(task)[0] == ("1", 0.6)
    assert board_of(task)["ladder"] is True
    evaluate_whole(hand_in(task, pairs[0], "better"), 0.5, public=0.8, private=0.5)
    assert order(task)[0] == ("1", 0.8)


def test_under_the_ladder_a_choice_tells_nothing_before_the_reveal(task: Task, pairs: list[Pair]) -> None:
    Task.objects.update(uses_ladder=True, final_rule="chosen")
    task.refresh_from_db()
    lucky = hand_in(task, pairs[0], "lucky")
    evaluate_whole(lucky, 0.5, public=0.601234, private=0.9, spread=0.3)
    services.choose(submission=lucky, person=member_of(pairs[0]))
    assert "0.601234" not in json.dumps(board_of(task))
    assert order(task)[0] == ("1", 0.6)
    reveal(task=task, instructor=prof())
    assert order(task)[0] == ("1", 0.9)


def test_a_board_of_an_older_version_is_ranked_again_when_the_site_is_upgraded(task: Task, pairs: list[Pair]) -> None:
    Board.objects.update(said={}, rows=[{"rank": 1, "pair": "1"}], revision=7)
    rank_what_an_older_version_ranked()
    board = board_of(task)
    assert (board["revision"], board["state"], order(task)) == (8, "open", [("1", 0.6), ("2", 0.5)])


def test_a_change_of_the_rules_behind_a_freeze_is_not_said_of_the_rows_before_it(task: Task, pairs: list[Pair]) -> None:
    freeze(task=task, instructor=prof())
    before = board_of(task)
    campaign = reevaluations.start(task=task, instructor=prof(), changes={"convention": "coco"})
    GradingJob.objects.filter(pk__in=campaign.items.values("job")).update(status="failed")
    Reevaluation.objects.update(state="ready")
    reevaluations.publish(campaign=campaign, instructor=prof())
    task.refresh_from_db()
    assert board_of(task) == before
    assert (before["convention"], board_of(task, live=True)["convention"]) == ("yolov5", "coco")
    unfreeze(task=task, instructor=prof())
    assert board_of(task)["convention"] == "coco"


def test_on_a_revealed_board_only_what_has_no_result_is_evaluated_again(task: Task, pairs: list[Pair]) -> None:
    failed = hand_in(task, pairs[0], "failed")
    GradingJob.objects.filter(pk=failed.job_id).update(status="failed")
    reveal(task=task, instructor=prof())
    before = board_of(task)
    row = Submission.objects.filter(score__isnull=False).first()
    assert row is not None
    with pytest.raises(Refusal) as refused:
        services.rerun(submission=row, instructor=prof())
    assert refused.value.code == "results_are_final"
    browser = Client()
    browser.force_login(prof())
    page = browser.post(f"/teach/submissions/{row.pk}/again/", follow=True).content.decode()
    assert "message--error" in page
    assert (board_of(task), GradingJob.objects.filter(status="queued").exists()) == (before, False)
    assert services.rerun(submission=failed, instructor=prof()).status == "queued"


def test_what_is_published_behind_a_freeze_is_in_no_history_though_it_was_made_before(
    task: Task, pairs: list[Pair]
) -> None:
    campaign = reevaluations.start(task=task, instructor=prof())
    for _ in pairs:
        lease = grading.claim(worker="w", kinds=["evaluation"])
        assert lease is not None
        outcome = an_outcome(0.912345, public=0.912345, private=PRIVATE)
        grading.finish(lease, Ending("done", light(outcome), details={"outcome": outcome.to_json()}))
    freeze(task=task, instructor=prof())
    before = [histories(task), what_if(task, Filters(group="A1"))]
    assert set(histories(task)) == {pair.name for pair in pairs}
    campaign.refresh_from_db()
    reevaluations.publish(campaign=campaign, instructor=prof())
    task.refresh_from_db()
    assert "0.912345" not in json.dumps([histories(task), what_if(task, Filters(group="A1"))], default=str)
    assert what_if(task, Filters(group="A1")) == before[1]
    assert "0.912345" in json.dumps(histories(task, live=True), default=str)


def test_a_history_behind_a_freeze_keeps_to_the_ladder_that_held_then(task: Task, pairs: list[Pair]) -> None:
    Task.objects.update(uses_ladder=True)
    task.refresh_from_db()
    evaluate_whole(hand_in(task, pairs[0], "lucky"), 0.612345, public=0.612345, spread=0.3)
    freeze(task=task, instructor=prof())
    set_rules(task=task, instructor=prof(), uses_ladder=False)
    assert "0.612345" not in json.dumps(histories(task), default=str)
    assert "0.612345" in json.dumps(histories(task, live=True), default=str)


def test_whoever_freezes_thaws_reveals_and_changes_rules_stands_in_the_trace(task: Task, pairs: list[Pair]) -> None:
    set_rules(task=task, instructor=prof(), quota_per_day=3)
    set_rules(task=task, instructor=prof(), quota_per_day=3)  # as it is: no line
    freeze(task=task, instructor=prof())
    unfreeze(task=task, instructor=prof())
    reveal(task=task, instructor=prof())
    entries = list(AuditEntry.objects.order_by("pk"))
    assert [entry.action for entry in entries] == [
        "task-rules-changed", "board-frozen", "board-unfrozen", "board-revealed",
    ]  # fmt: skip
    assert (entries[0].before, entries[0].after) == ({"quota_per_day": None}, {"quota_per_day": 3})
    assert {(entry.actor, entry.subject) for entry in entries} == {(prof(), task.subject)}
