"""The board's page: drawn whole by the server, with what moved since yesterday; its script only keeps it up to date."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from courses.models import Pair, TrainingConfiguration
from leaderboard import figures
from leaderboard.queries import ranks_before
from leaderboard.services import freeze, refresh
from submissions.models import Submission, Task
from tests.builders import make_course, make_pair, make_person, member_of
from tests.hand_in import evaluate, hand_in, make_task
from tests.pages.browsing import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
BOARD = "/tasks/charlie/leaderboard/"
ATTACK = "</script><script>alert(1)</script>"


@pytest.fixture
def task(pair: Pair) -> Task:
    return make_task(pair.course)


def score(task: Task, pair: Pair, value: float, *, days_ago: int = 0) -> Submission:
    submission = hand_in(task, pair, f"{pair.pk} {value}")
    Submission.objects.filter(pk=submission.pk).update(submitted_at=timezone.now() - timedelta(days=days_ago))
    around = [value / 2, value]
    evaluate(submission, value, intervals={"map50": around, "map50_95": around})
    return submission


def give_lot(pair: Pair, **lot: Any) -> None:
    drawn = {"size": "n", "image_size": 416, "frozen_backbone": False, "batch_size": 16} | lot
    TrainingConfiguration.objects.create(pair=pair, **drawn)


def page_of(pair: Pair, language: str = "en", query: str = "") -> str:
    answer = browser_of(member_of(pair), language).get(BOARD + query)
    assert answer.status_code == 200
    return answer.content.decode()


def rows_of(page: str) -> list[str]:
    """The text of each row, as one reads it."""
    rows = re.findall(r"<tr class=\"board__row.*?</tr>", page, flags=re.S)
    return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in rows]


def data_of(page: str) -> Any:
    found = re.search(r'<script id="board-data" type="application/json">(.*?)</script>', page, flags=re.S)
    assert found
    return json.loads(found[1])


def test_everybody_of_the_course_reads_the_board_and_nobody_else(task: Task, pair: Pair) -> None:
    score(task, pair, 0.4)
    other = make_course("other", instructor="other-prof")
    for person in (*pair.members.all(), member_of(make_pair(pair.course, "2")), pair.course.instructors.get()):
        assert browser_of(person).get(BOARD).status_code == 200
    for person in (other.instructors.get(), member_of(make_pair(other, "9")), make_person("nowhere")):
        assert browser_of(person).get(BOARD).status_code == 404
    assert browser_of(None).get(BOARD).headers["Location"].startswith("/sign-in/")


def test_an_empty_board_says_what_will_be_there(task: Task, pair: Pair) -> None:
    page = page_of(pair)
    assert "Nobody is on the board yet." in page
    assert '<div class="empty ink ink--quiet" id="board-empty">' in page
    assert 'id="board-filled" hidden' in page


def test_rows_are_there_without_any_script_in_rank_order(task: Task, pair: Pair) -> None:
    second = make_pair(pair.course, "2")
    score(task, pair, 0.2)
    score(task, second, 0.4)
    page = page_of(pair)
    first_row, second_row = rows_of(page)
    assert first_row.startswith("1 Pair 2")
    assert "40.0%" in first_row
    assert second_row.startswith("2 Pair 1")
    assert 'id="board-empty" hidden' in page
    # the scale ends at a half: the highest bound is 0.4
    assert 'id="board-end">50%' in page
    assert 'style="--score: 0.8000"' in page
    assert 'style="--low: 0.4000; --high: 0.8000"' in page
    assert "between 20.0% and 40.0%" in page


def test_ones_own_row_is_marked_and_no_row_is_an_instructors(task: Task, pair: Pair) -> None:
    score(task, pair, 0.2)
    score(task, make_pair(pair.course, "2"), 0.4)
    own = 'class="board__row is-own" data-pair="1"'
    assert own in page_of(pair)
    assert "is-own" not in browser_of(pair.course.instructors.get()).get(BOARD).content.decode()


def test_what_moved_since_yesterday_is_said_beside_the_rank(task: Task, pair: Pair) -> None:
    climber, newcomer, still = (make_pair(pair.course, name) for name in ("2", "3", "4"))
    score(task, pair, 0.4, days_ago=2)
    score(task, climber, 0.3, days_ago=2)
    score(task, still, 0.1, days_ago=2)
    score(task, climber, 0.6)
    score(task, newcomer, 0.5)
    rows = rows_of(page_of(pair))
    assert rows[0].startswith("1 ▲ 1 Pair 2")
    assert rows[1].startswith("2 new Pair 3")
    assert rows[2].startswith("3 ▼ 2 Pair 1")
    assert rows[3].startswith("4 ▼ 1 Pair 4")
    assert data_of(page_of(pair))["yesterday"] == {"1": 1, "2": 2, "4": 3}


def test_on_the_first_day_nobody_is_new(task: Task, pair: Pair) -> None:
    score(task, pair, 0.4)
    assert rows_of(page_of(pair))[0].startswith("1 Pair 1")
    assert ranks_before(task, timezone.now() - timedelta(days=1)) == {}


def test_the_script_gets_public_numbers_and_nothing_else(task: Task, pair: Pair) -> None:
    submission = score(task, pair, 0.4)
    data = data_of(page_of(pair))
    assert {"revision", "rows", "state", "part", "yesterday", "cells"} <= set(data)
    assert not {"draws", "private_score", "parts_seed"} & set(str(data).replace("'", " ").split())
    (row,) = data["rows"]
    assert {"rank", "tied", "pair", "group", "score", "interval", "metrics", "configuration"} <= set(row)
    assert not {"draws", "private_score", "record", "gallery"} & set(row)
    assert row["metrics"]["parameters"] == 1_767_283
    assert row["metrics"]["architecture"] == "yolov5n"
    assert submission.checkpoint.sha256 not in page_of(pair)


def test_a_pair_may_call_itself_anything_without_harm(task: Task, pair: Pair) -> None:
    Pair.objects.filter(pk=pair.pk).update(name=ATTACK[:40])
    pair.refresh_from_db()
    score(task, pair, 0.4, days_ago=2)
    page = page_of(pair)
    assert "<script>alert" not in page
    assert data_of(page)["rows"][0]["pair"] == ATTACK[:40]


def test_the_projector_shows_the_board_without_places_to_go(task: Task, pair: Pair) -> None:
    score(task, pair, 0.4)
    page = page_of(pair, query="?projector=1")
    assert "page--projector" in page
    assert "For the projector" not in page
    assert "page--projector" not in page_of(pair)


def test_the_board_is_french_for_the_french(task: Task, pair: Pair) -> None:
    score(task, pair, 0.4)
    page = page_of(pair, "fr").replace("\u202f", " ")
    assert rows_of(page)[0].startswith("1 Binôme 1")
    assert "40,0 %" in page
    assert "entre 20,0 % et 40,0 %" in page


def test_the_board_costs_the_same_few_queries_for_twenty_pairs_as_for_one(
    task: Task, pair: Pair, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(2, 22):
        score(task, make_pair(pair.course, str(number)), number / 100, days_ago=number % 3)
    browser = browser_of(member_of(pair))
    with django_assert_max_num_queries(14):
        assert len(rows_of(browser.get(BOARD).content.decode())) == 20


# --- ranks that are shared, lots, states -----------------------------------------------------------------------------


def test_a_shared_rank_says_so_and_the_page_says_why(task: Task, pair: Pair) -> None:
    score(task, pair, 0.4)
    score(task, make_pair(pair.course, "2"), 0.4)
    score(task, make_pair(pair.course, "3"), 0.2)
    page = page_of(pair)
    rows = rows_of(page)
    assert [row.split(" Pair")[0] for row in rows] == ["1 = shared", "1 = shared", "3"]
    assert "these pictures cannot tell apart share a rank" in page


def test_the_lot_of_each_pair_stands_beside_its_name(task: Task, pair: Pair) -> None:
    second, third = make_pair(pair.course, "2"), make_pair(pair.course, "3")
    give_lot(pair)
    give_lot(second, size="l", frozen_backbone=True)
    score(task, pair, 0.4)
    score(task, second, 0.3)
    score(task, third, 0.2)
    rows = rows_of(page_of(pair))
    assert "n · 416 px the file matches the lot" in rows[0]
    assert "l · 416 px · frozen the file differs from the lot" in rows[1]
    assert "px" not in rows[2]


def test_the_grid_shows_every_lot_and_who_has_filled_it(task: Task, pair: Pair) -> None:
    give_lot(pair)
    give_lot(make_pair(pair.course, "2"), size="s", image_size=640)
    score(task, pair, 0.4)
    page = page_of(pair)
    grid = page.split('id="board-grid"')[1]
    filled = re.sub(r"<[^>]*>", " ", grid.split('data-cell="n-416-whole"')[1].split("</td>")[0].split(">", 1)[1])
    assert filled.split() == ["40.0%", "1"]
    assert "–" in grid.split('data-cell="s-640-whole"')[1].split("</td>")[0]
    assert grid.split("</table>")[0].count(">nobody<") == 2
    assert data_of(page)["cells"] == {"n-416-whole": ["1"], "s-640-whole": ["2"]}


def test_without_a_draw_there_is_no_grid(task: Task, pair: Pair) -> None:
    score(task, pair, 0.4)
    assert "board-grid" not in page_of(pair)
    assert figures.grid({}, []) == []


def test_pairs_of_one_cell_share_it_and_the_best_of_them_counts() -> None:
    lot = {"size": "n", "image_size": 416, "frozen_backbone": True, "batch_size": 8}
    rows = [{"pair": "1", "score": 0.2}, {"pair": "2", "score": 0.4}, {"pair": "3", "score": None}]
    (table,) = figures.grid({"1": lot, "2": lot | {"batch_size": 16}, "3": lot | {"size": "x"}}, rows)
    assert table["is_frozen"]
    assert [(cell["pairs"], cell["score"], cell["share"]) for cell in table["lines"][0]["cells"]] == [
        (["1", "2"], 0.4, 1.0),
        (["3"], None, 0.0),
    ]


def test_a_frozen_board_stands_still_for_pairs_and_says_so(task: Task, pair: Pair) -> None:
    prof = pair.course.instructors.get()
    score(task, pair, 0.2)
    freeze(task=task, instructor=prof)
    score(task, make_pair(pair.course, "2"), 0.4)
    page = page_of(pair)
    assert len(rows_of(page)) == 1
    assert "The board stands still until the results are revealed" in page
    assert '<p data-state="frozen">' in page
    assert '<p data-state="revealed" hidden>' in page
    live = browser_of(prof).get(BOARD).content.decode()
    assert len(rows_of(live)) == 2
    assert "you see it move" in live
    on_the_wall = browser_of(prof).get(f"{BOARD}?projector=1").content.decode()
    assert len(rows_of(on_the_wall)) == 1


def test_a_board_of_a_public_part_says_which(task: Task, pair: Pair) -> None:
    Task.objects.update(public_percent=40)
    task.refresh_from_db()
    score(task, pair, 0.2)
    refresh(task)
    assert "on the public part (40%) of the hidden test split" in page_of(pair)


# --- what if ---------------------------------------------------------------------------------------------------------


def test_a_filter_ranks_those_who_are_left_and_the_address_keeps_it(task: Task, pair: Pair) -> None:
    second, third = make_pair(pair.course, "2"), make_pair(pair.course, "3")
    give_lot(pair)
    give_lot(second, size="l", frozen_backbone=True)
    for one, value in ((pair, 0.2), (second, 0.4), (third, 0.3)):
        score(task, one, value)
    page = page_of(pair, query="?size=n")
    assert [row.split()[:3] for row in rows_of(page)] == [["1", "Pair", "1"]]
    assert '<details class="what-if no-print" open>' in page
    assert '<option value="n" selected>' in page
    assert len(data_of(page)["rows"]) == 1
    assert len(rows_of(page_of(pair, query="?matches_lot=false"))) == 1
    assert len(rows_of(page_of(pair, query="?size="))) == 3
    assert "No pair answers to all of these" in page_of(pair, query="?at_most_parameters=5")


def test_a_filter_that_cannot_be_read_is_said_and_left_out(task: Task, pair: Pair) -> None:
    score(task, pair, 0.2)
    page = page_of(pair, query="?image_size=big")
    assert "message--error" in page
    assert len(rows_of(page)) == 1


def test_the_wall_polls_for_what_pairs_may_see(task: Task, pair: Pair) -> None:
    prof = pair.course.instructors.get()
    score(task, pair, 0.2)
    freeze(task=task, instructor=prof)
    score(task, make_pair(pair.course, "2"), 0.4)
    page = browser_of(prof).get(f"{BOARD}?projector=1").content.decode()
    call = re.search(r'data-call="([^"]+)"', page)
    assert call
    assert len(browser_of(prof).get(call[1]).json()) == 1
    assert len(browser_of(prof).get(call[1].split("?")[0]).json()) == 2


def test_the_way_of_each_pair_is_told_and_stops_at_the_freeze(task: Task, pair: Pair) -> None:
    score(task, pair, 0.2, days_ago=2)
    score(task, pair, 0.3, days_ago=1)
    score(task, pair, 0.1)
    assert [value for _, value in data_of(page_of(pair))["histories"]["1"]] == [0.2, 0.3]
    freeze(task=task, instructor=pair.course.instructors.get())
    score(task, pair, 0.9)
    assert [value for _, value in data_of(page_of(pair))["histories"]["1"]] == [0.2, 0.3]
