"""What a submission's page says of a whole report, and what it keeps to itself."""

import html
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from courses.models import Pair, TrainingConfiguration
from submissions import figures, report
from submissions.models import Submission, Task
from submissions.summaries import for_pairs
from tests.builders import make_pair, member_of
from tests.hand_in import evaluate, hand_in, make_task
from tests.pages.browsing import browser_of
from tests.reports import CLASSES, a_record, a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]


@pytest.fixture
def task(pair: Pair) -> Task:
    return make_task(pair.course)


@pytest.fixture
def evaluated(task: Task, pair: Pair) -> Submission:
    """A submission with everything that a report may hold."""
    submission = hand_in(task, pair)
    evaluate(submission, 0.4)
    told = {**(submission.metrics or {}), **a_report(0.4), "gflops": 8.2, "ms_per_image": 12.345, "image_size": 416}
    Submission.objects.filter(pk=submission.pk).update(metrics=told, record=a_record())
    submission.refresh_from_db()
    return submission


def page_of(submission: Submission, language: str = "en", *, instructor: bool = False) -> str:
    person = submission.task.course.instructors.get() if instructor else member_of(submission.pair)
    answer = browser_of(person, language).get(f"/submissions/{submission.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def text_of(page: str) -> str:
    without_data = re.sub(r"<script\b.*?</script>", " ", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", without_data)).split())


def figure_of(page: str, name: str) -> Any:
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page, flags=re.S)
    assert found, name
    return json.loads(found[1])


# --- what a report turns into ----------------------------------------------------------------------------------------


def test_a_confusion_matrix_gives_away_nothing_by_its_shares_either() -> None:
    one, other = a_report(), a_report()
    one["confusion"]["counts"][0][0] = 16
    other["confusion"]["counts"][0][0] = 17
    assert report.confusion(for_pairs(one)) == report.confusion(for_pairs(other))
    assert report.confusion(one) != report.confusion(other)


def test_the_columns_of_a_confusion_matrix_are_shared_out() -> None:
    matrix = report.confusion(a_report())
    assert matrix is not None
    for column in range(len(matrix["names"])):
        assert sum(row["cells"][column]["share"] for row in matrix["rows"]) == pytest.approx(1)
    assert [row["cells"][index]["is_right"] for index, row in enumerate(matrix["rows"])] == [True] * 5
    assert [cell["is_nothing"] for cell in matrix["rows"][-1]["cells"]] == [False] * 4 + [True]


def test_a_class_that_does_not_occur_has_an_empty_column() -> None:
    told = a_report()
    for row in told["confusion"]["counts"]:
        row[1] = 0
    matrix = report.confusion(for_pairs(told))
    assert matrix is not None
    assert [row["cells"][1]["share"] for row in matrix["rows"]] == [0.0] * 5


def test_errors_come_with_the_most_frequent_first() -> None:
    rows = report.errors(for_pairs(a_report()))
    assert [(row["kind"], row["count"]) for row in rows] == [
        ("missed", 45),
        ("false_alarms", 10),
        ("badly_placed", 10),
        ("confused", 5),
        ("duplicates", None),
    ]
    assert rows[0]["share"] == 1
    assert report.errors(a_report())[0]["count"] == 43
    assert report.errors(a_report(errors=dict.fromkeys(report.KINDS_OF_ERROR, 0)))[0]["share"] == 0


def test_sizes_that_do_not_occur_are_not_listed() -> None:
    assert [row["name"] for row in report.sizes(a_report())] == ["small", "medium"]


def test_the_board_s_own_convention_is_marked() -> None:
    rows = report.conventions(a_report(), "coco")
    assert [(row["name"], row["is_chosen"]) for row in rows] == [
        ("yolov5", False),
        ("ultralytics", False),
        ("coco", True),
    ]


def test_a_report_of_an_earlier_version_leaves_out_what_it_has_not() -> None:
    row = {"ap50": 0.4, "ap50_95": 0.3, "precision": 0.5, "recall": 0.5, "instances": 3}
    old = {"map50": 0.4, "map50_95": 0.3, "precision": 0.5, "recall": 0.5, "per_class": {"charlie": row}}
    shown = report.as_shown(old, "yolov5")
    assert shown == {"conventions": [], "sizes": [], "confusion": None, "errors": [], "at_confidence": []}
    assert figures.precision_recall(old) is None
    assert figures.against_confidence(old) is None


def test_the_short_table_of_the_curves_has_a_row_for_each_tenth() -> None:
    rows = report.at_confidence(a_report())
    assert [row["confidence"] for row in rows] == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    assert rows[5] == {"confidence": 0.5, "precision": 0.5, "recall": 0.5, "f1": 0.5}


def test_more_classes_than_pens_are_still_told_apart() -> None:
    figure = figures.precision_recall(a_report(classes=tuple(f"class {number}" for number in range(14))))
    assert figure is not None
    strokes = [(line["pen"], line["dash"]) for line in (trace["line"] for trace in figure["data"][1:])]
    assert len(set(strokes)) == 14


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_says_the_whole_report(evaluated: Submission) -> None:
    page = page_of(evaluated)
    text = text_of(page)
    assert "40.0% 35.0% – 45.0%" in text
    for words in ("YOLOv5 v6.2", "ultralytics", "COCO", "Compare figures of one convention only"):
        assert words in text
    for words in ("small < 32² px", "medium 32² – 96² px", "F1", "at confidence 0.41"):
        assert words in text
    assert "large" not in text.split("Small, medium, large")[1].split("How many")[1].split("By the area")[0]
    traces = figure_of(page, "precision-recall")["data"]
    assert [trace["meta"] for trace in traces] == ["", *CLASSES]
    for name in CLASSES:
        assert f'type="checkbox" value="{name}"' in page
    assert len(figure_of(page, "against-confidence")["data"]) == 3 * (1 + len(CLASSES))


def test_a_pair_reads_rounded_counts_and_an_instructor_the_exact_ones(evaluated: Submission) -> None:
    page = page_of(evaluated)
    counts = re.findall(r'<td class="(?:is-right)?" style="--share: [\d.]+">(.*?)</td>', page)
    assert len(counts) == 25
    assert {re.sub(r"<[^>]*>", "", count) for count in counts} == {"15", "10", "·fewer than five", ""}
    assert "Missed objects that no box found" in text_of(page)
    assert ">45<" in page
    assert ">43<" not in page
    assert ">43<" in page_of(evaluated, instructor=True)


def test_nothing_of_the_report_breaks_out_of_the_page(evaluated: Submission) -> None:
    attack = "</script><script>alert(1)</script>"
    told = {**(evaluated.metrics or {}), **a_report(classes=(attack, '"><img src=x onerror=alert(1)>'))}
    Submission.objects.filter(pk=evaluated.pk).update(metrics=told)
    page = page_of(evaluated)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert figure_of(page, "precision-recall")["data"][1]["meta"] == attack


def test_the_way_of_a_pair_is_drawn_and_only_its_own(evaluated: Submission, task: Task, pair: Pair) -> None:
    assert "How far your pair has come" not in page_of(evaluated)
    evaluate(hand_in(task, pair, "later"), 0.3)
    evaluate(hand_in(task, make_pair(pair.course, "2"), "theirs"), 0.9)
    best, dots = figure_of(page_of(evaluated), "history")["data"]
    assert dots["y"] == [40.0, 30.0]
    assert best["y"] == [40.0, 40.0]


def test_the_page_is_french_for_the_french(evaluated: Submission) -> None:
    text = text_of(page_of(evaluated, "fr")).replace("\u202f", " ").replace("\u00a0", " ")
    assert "40,0 % 35,0 % – 45,0 %" in text
    assert "Fausses alertes" in text
    assert "moins de cinq" in text


# --- what a pair does with it ----------------------------------------------------------------------------------------


def act(submission: Submission, what: str, person: User | None = None) -> Any:
    browser = browser_of(person or member_of(submission.pair))
    return browser.post(f"/submissions/{submission.pk}/{what}/", follow=True)


def test_a_pair_stops_its_evaluation_and_gets_its_place_back(task: Task, pair: Pair) -> None:
    Task.objects.update(quota_per_day=5)
    task.refresh_from_db()
    submission = hand_in(task, pair)
    page = page_of(submission)
    assert f'action="/submissions/{submission.pk}/cancel/"' in page
    assert "4 evaluations left today" in text_of(page)
    answer = act(submission, "cancel")
    assert answer.status_code == 200
    submission.refresh_from_db()
    assert submission.job is not None
    assert submission.job.status == "cancelled"
    text = text_of(answer.content.decode())
    assert "Your pair stopped this evaluation." in text
    assert "5 evaluations left today" in text
    assert "/cancel/" not in answer.content.decode()


def test_what_is_over_cannot_be_stopped_and_the_page_says_why(evaluated: Submission) -> None:
    answer = act(evaluated, "cancel")
    assert "message--error" in answer.content.decode()
    evaluated.refresh_from_db()
    assert evaluated.job is not None
    assert evaluated.job.status == "done"


@pytest.mark.parametrize("what", ["cancel", "choose", "unchoose"])
def test_nobody_acts_on_the_submission_of_another_pair(task: Task, pair: Pair, what: str) -> None:
    submission = hand_in(task, pair)
    other = member_of(make_pair(pair.course, "2"))
    assert act(submission, what, other).status_code == 404
    assert browser_of(other).get(f"/submissions/{submission.pk}/{what}/").status_code == 405
    submission.refresh_from_db()
    assert submission.job is not None
    assert submission.job.status == "queued"
    assert not submission.is_chosen


def test_a_pair_chooses_its_final_one_and_takes_it_back(evaluated: Submission, task: Task) -> None:
    assert "Choose as our final one" not in page_of(evaluated)
    Task.objects.update(final_rule="chosen")
    assert "Choose as our final one" in page_of(evaluated)
    assert "Choose as our final one" not in page_of(evaluated, instructor=True)
    text = text_of(act(evaluated, "choose").content.decode())
    assert "your pair’s final one" in text
    assert "Let our best one count again" in text
    evaluated.refresh_from_db()
    assert evaluated.is_chosen
    act(evaluated, "unchoose")
    evaluated.refresh_from_db()
    assert not evaluated.is_chosen
    Task.objects.update(frozen_at=timezone.now())
    assert "Choose as our final one" not in page_of(evaluated)


# --- what it was made of ---------------------------------------------------------------------------------------------


def test_the_record_is_there_folded_and_without_what_would_tell_the_parts(evaluated: Submission) -> None:
    page = page_of(evaluated)
    assert "Record of this evaluation" in page
    for words in ("sha256:" + "5e" * 32, "sha256:" + "7c" * 32, "torch 2.14.1", "16 cores", "max_detections=300"):
        assert words in page
    assert "ab" * 32 not in page
    assert "9a" * 32 not in page
    assert "12.3 ms an image on Xeon Silver 4314" in text_of(page)
    assert "8.2 at 416 px" in text_of(page)


def test_the_lot_is_compared_with_the_file(evaluated: Submission) -> None:
    assert "Does the file match the lot?" not in page_of(evaluated)
    TrainingConfiguration.objects.create(
        pair=evaluated.pair, size="n", image_size=640, frozen_backbone=True, batch_size=16
    )
    text = text_of(page_of(evaluated)).split("Does the file match the lot?")[1]
    assert "Model size n n matches" in text
    assert "Image size 640 416 differs" in text
    assert "Frozen backbone yes unknown cannot be told" in text


def test_nothing_of_the_private_part_is_on_the_page_before_the_reveal(evaluated: Submission) -> None:
    hidden = a_report(0.123)
    Task.objects.update(public_percent=50)
    Submission.objects.update(private_score=0.1234, private_metrics=hidden, draws={"private": [0.1234] * 9})
    page = page_of(evaluated)
    assert "12.3" not in page.replace("12.3 ms", "").replace("12.3</span> ms", "")
    assert "On the public part of the hidden test split" in page
    assert "private part" not in text_of(page)
    assert "12.3%" in page_of(evaluated, instructor=True)
    Task.objects.update(revealed_at=timezone.now())
    assert "On the private part: what counts" in page_of(evaluated)
    assert "12.3%" in page_of(evaluated)


def test_a_submission_that_the_ladder_holds_back_says_no_figure_of_its_own(evaluated: Submission) -> None:
    Task.objects.update(uses_ladder=True)
    Submission.objects.update(ladder_score=0.31)
    page = page_of(evaluated)
    text = text_of(page)
    assert "The board keeps showing 31.0% for your pair." in text
    assert "40.0%" not in text
    assert "precision-recall" not in page
    assert "40.0%" in text_of(page_of(evaluated, instructor=True))


def test_the_log_shows_its_safe_part_to_the_pair_and_all_of_it_to_the_instructor(evaluated: Submission) -> None:
    assert evaluated.job is not None
    evaluated.job.log = "a secret path /srv/hidden"
    evaluated.job.save(update_fields=["log"])
    page = page_of(evaluated)
    assert "Log of the evaluation" in page
    assert "a secret path" not in page
    assert "a secret path" in page_of(evaluated, instructor=True)


def test_moments_on_a_plot_are_those_of_the_page() -> None:
    begins = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
    points = [(begins, 0.4, "a.pt", False), (begins + timedelta(hours=1), 0.5, "b.pt", True)]
    with timezone.override("Europe/Paris"):
        drawn = figures.history(points)
    assert drawn is not None
    assert drawn["data"][1]["x"] == ["2026-11-27T00:30:00", "2026-11-27T01:30:00"]
