"""What of an evaluation is kept, and what of it a pair reads: nothing private, no exact count of the hidden split."""

import json
from typing import Any

import pytest

from grading.models import Details, GradingJob
from submissions.models import Submission, Task
from submissions.queries import history_of_pair, log_of, status_of, statuses_of
from submissions.summaries import rounded_count
from tests.builders import make_course, make_pair
from tests.hand_in import evaluate_whole, hand_in, make_task

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
PRIVATE = 0.123457


@pytest.fixture
def task() -> Task:
    return make_task(make_course(), public_percent=50)


@pytest.fixture
def submission(task: Task) -> Submission:
    """One that did well on the public part and badly on the private one."""
    done = hand_in(task, make_pair(task.course))
    evaluate_whole(done, 0.4, public=0.6, private=PRIVATE)
    return done


def test_the_public_part_is_the_score_and_the_private_one_stands_beside(submission: Submission) -> None:
    assert (submission.score, submission.private_score) == (0.6, PRIVATE)
    assert submission.metrics["map50_95"] == 0.6
    assert submission.private_metrics["map50_95"] == PRIVATE
    assert len(submission.draws["public"]) == len(submission.draws["private"]) == 200
    assert "draws" not in submission.metrics
    assert submission.gallery["split"] == "val"
    assert submission.record["metric"]
    assert submission.checkpoint.__class__.objects.get().sketch


def test_a_task_without_parts_is_scored_on_the_whole(task: Task) -> None:
    done = hand_in(task, make_pair(task.course))
    evaluate_whole(done, 0.4)
    assert (done.score, done.private_score, done.private_metrics, done.draws["private"]) == (0.4, None, None, [])


def test_the_queue_keeps_no_figures_and_the_details_keep_all(submission: Submission) -> None:
    job = GradingJob.objects.get()
    assert not {"metrics", "parts", "gallery", "sketch", "record"} & set(job.outcome)
    assert Details.objects.get(job=job).outcome["parts"]["private"]["map50_95"] == PRIVATE


def test_nothing_private_is_said_to_the_pair_before_the_reveal(submission: Submission) -> None:
    row = Submission.objects.select_related("task", "pair", "job", "checkpoint").get()
    said = [status_of(row), *statuses_of([row]), *history_of_pair(row.task, row.pair), log_of(row)]
    assert str(PRIVATE) not in json.dumps(said, default=str)
    assert said[0]["private"] is None
    assert status_of(row, whole=True)["private"]["score"] == PRIVATE


def test_the_reveal_tells_the_pair_its_private_score(submission: Submission) -> None:
    submission.task.revealed_at = submission.submitted_at
    assert status_of(submission)["private"]["score"] == PRIVATE


def test_errors_of_the_hidden_split_are_told_to_the_nearest_five(submission: Submission) -> None:
    told, whole = status_of(submission)["metrics"], status_of(submission, whole=True)["metrics"]
    assert set(told["errors"].values()) == {5}
    assert set(whole["errors"].values()) == {7}
    assert told["confusion"]["counts"][0] == [20, "<5", "<5"]
    assert whole["confusion"]["counts"][0] == [20, 3, 3]
    assert submission.metrics["errors"]["missed"] == 7


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, "<5"), (1, "<5"), (4, "<5"), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15), (1_002, 1_000), (1_003, 1_005)],
)
def test_a_count_is_rounded_to_the_nearest_five(count: int, told: Any) -> None:
    assert rounded_count(count) == told


def test_the_record_says_what_a_result_was_made_from_and_not_how_the_parts_were_cut(submission: Submission) -> None:
    told = status_of(submission)["record"]
    assert {"weights", "dataset", "metric", "engine", "convention", "settings", "machine"} <= set(told)
    assert not {"parts_seed_digest", "fingerprint"} & set(told)
    assert "parts_seed_digest" in status_of(submission, whole=True)["record"]


def test_a_pair_reads_the_safe_part_of_the_log_and_the_instructor_all_of_it(submission: Submission) -> None:
    GradingJob.objects.update(log="the hidden picture 7.jpg\n")
    submission.job.refresh_from_db()
    assert log_of(submission, whole=True) == ["the hidden picture 7.jpg"]
    lines = log_of(submission)
    assert "7.jpg" not in "\n".join(lines)
    assert any("weights" in line for line in lines)
    assert [line.split()[-1] for line in (lines[0], lines[-1])] == ["queued", "done"]


def test_a_list_of_submissions_reads_no_whole_report(submission: Submission) -> None:
    (told,) = statuses_of([submission])
    assert set(told["metrics"]) >= {"map50", "per_class", "gflops"}
    assert "curves" not in told["metrics"]


# --- the Ladder ---------------------------------------------------------------------------------------------------


def test_under_the_ladder_a_gain_that_means_nothing_is_not_told(task: Task) -> None:
    Task.objects.update(uses_ladder=True)
    task.refresh_from_db()
    pair = make_pair(task.course)
    first, lucky, better = (hand_in(task, pair, name) for name in "abc")
    evaluate_whole(first, 0.5)
    evaluate_whole(lucky, 0.501, spread=0.3)  # its draws are all over the place
    evaluate_whole(better, 0.7)
    for one in (first, lucky, better):
        one.refresh_from_db()
    assert [one.ladder_score for one in (first, lucky, better)] == [0.5, 0.5, 0.7]
    told = status_of(lucky)
    assert (told["score"], told["metrics"], told["private"], told["is_held_back"]) == (0.5, None, None, True)
    read = [told, *statuses_of([lucky]), *history_of_pair(task, pair), *log_of(lucky)]
    assert "0.501" not in json.dumps(read, default=str)
    assert ["0.7000" in line for line in log_of(better)].count(True) == 1
    assert status_of(lucky, whole=True)["score"] == 0.501
    assert [point["best"] for point in history_of_pair(task, pair)] == [0.5, 0.5, 0.7]


def test_without_the_ladder_every_score_is_told(task: Task) -> None:
    pair = make_pair(task.course)
    first, worse = hand_in(task, pair, "a"), hand_in(task, pair, "b")
    evaluate_whole(first, 0.5)
    evaluate_whole(worse, 0.4)
    assert (status_of(worse)["score"], status_of(worse)["is_held_back"]) == (0.4, False)
    assert [(point["score"], point["best"]) for point in history_of_pair(task, pair)] == [(0.5, 0.5), (0.4, 0.5)]
