"""An instructor's desk for a task, and the draw: each decision does what it says, asks where it cannot be undone, and
is nobody else's."""

import html
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from courses.configurations import draw_configurations
from courses.draw_views import as_csv
from courses.models import Course, Pair, TrainingConfiguration
from grading import services as grading
from grading.endings import Ending
from grading.models import GradingJob
from submissions import reevaluations
from submissions.models import Reevaluation, Submission, Task
from tests.builders import make_course, make_pair, make_person, member_of
from tests.hand_in import evaluate, hand_in, make_task, outcome
from tests.pages.browsing import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
DESK = "/teach/task/charlie/"
RULES = {"final_rule": "best", "quota_per_day": "5", "attempts_per_day": "30", "is_open": "on", "shows_gallery": "on"}
POSTS = ("rules", "remake", "freeze", "unfreeze", "reveal", "publish", "abandon")


@pytest.fixture
def task(pair: Pair) -> Task:
    return make_task(pair.course)


@pytest.fixture
def prof(pair: Pair) -> User:
    return pair.course.instructors.get()


@pytest.fixture
def desk(prof: User) -> Client:
    return browser_of(prof)


def score(task: Task, pair: Pair, value: float) -> Submission:
    submission = hand_in(task, pair, f"{pair.pk} {value}")
    evaluate(submission, value)
    return submission


def text_of(answer: Any) -> str:
    assert answer.status_code in (200, 422)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


def post(desk: Client, what: str, **fields: str) -> Any:
    return desk.post(f"{DESK}{what}/", fields, follow=True)


# --- whose it is -----------------------------------------------------------------------------------------------------


def test_the_desk_is_the_instructors_alone(task: Task, pair: Pair) -> None:
    other = make_course("other", instructor="other-prof")
    for person in (member_of(pair), other.instructors.get(), make_person("nowhere")):
        browser = browser_of(person)
        assert browser.get(DESK).status_code == 404
        assert browser.get(f"{DESK}campaign/").status_code == 404
        assert [browser.post(f"{DESK}{what}/", {"sure": "1"}).status_code for what in POSTS] == [404] * len(POSTS)
    task.refresh_from_db()
    assert (task.frozen_at, task.revealed_at, task.is_open) == (None, None, True)
    assert not Reevaluation.objects.exists()


@pytest.mark.parametrize("what", POSTS)
def test_nothing_is_decided_by_a_link(task: Task, desk: Client, what: str) -> None:
    assert desk.get(f"{DESK}{what}/").status_code == 405


def test_the_tab_leads_to_the_first_task_or_says_that_there_is_none(pair: Pair, desk: Client) -> None:
    assert "This course has no task yet" in text_of(desk.get("/teach/task/"))
    make_task(pair.course)
    assert desk.get("/teach/task/").headers["Location"] == DESK


# --- rules -----------------------------------------------------------------------------------------------------------


def test_two_instructors_who_save_two_rules_do_not_undo_each_other(task: Task, desk: Client) -> None:
    shown = {"is_open": "True", "uses_ladder": "False", "shows_gallery": "True", "final_rule": "best"}
    before = {f"initial-{name}": value for name, value in shown.items()}
    before |= {"initial-attempts_per_day": "1000"}  # no limit of evaluations: an empty field
    form = {"is_open": "on", "shows_gallery": "on", "final_rule": "best", "attempts_per_day": "1000"}
    Task.objects.update(is_open=False, quota_per_day=7)  # meanwhile a colleague closed it
    assert "Saved." in text_of(post(desk, "rules", **before, **form | {"final_rule": "chosen"}))
    task.refresh_from_db()
    assert (task.final_rule, task.is_open, task.quota_per_day) == ("chosen", False, 7)


def test_rules_are_changed_and_their_consequences_are_said(task: Task, desk: Client) -> None:
    text = text_of(desk.get(DESK))
    for words in ("only those that succeed count", "this stops whoever sends rubbish", "more than luck"):
        assert words in text
    changed = {**RULES, "final_rule": "chosen", "quota_per_day": "3", "uses_ladder": "on"}
    assert "Saved." in text_of(post(desk, "rules", **changed))
    task.refresh_from_db()
    assert (task.final_rule, task.quota_per_day, task.uses_ladder, task.is_open) == ("chosen", 3, True, True)
    assert 'name="initial-is_open" value="True"' in desk.get(DESK).content.decode()
    post(desk, "rules", final_rule="best", quota_per_day="", attempts_per_day="30")
    task.refresh_from_db()
    assert (task.quota_per_day, task.is_open, task.shows_gallery) == (None, False, False)


@pytest.mark.parametrize("wrong", [{"quota_per_day": "-1"}, {"attempts_per_day": ""}, {"final_rule": "mine"}])
def test_a_rule_that_is_none_changes_nothing(task: Task, desk: Client, wrong: dict[str, str]) -> None:
    answer = post(desk, "rules", **{**RULES, "uses_ladder": "on", **wrong})
    assert answer.status_code == 422
    task.refresh_from_db()
    assert not task.uses_ladder


# --- freezing and revealing ------------------------------------------------------------------------------------------


def test_the_board_is_frozen_and_moves_again(task: Task, desk: Client) -> None:
    assert "The board stands still for the pairs." in text_of(post(desk, "freeze"))
    task.refresh_from_db()
    assert task.frozen_at is not None
    assert "The board moves again." in text_of(post(desk, "unfreeze"))
    task.refresh_from_db()
    assert task.frozen_at is None


def test_the_reveal_asks_first_and_happens_once(task: Task, pair: Pair, desk: Client) -> None:
    assert "Reveal the private part" not in text_of(desk.get(DESK))
    Task.objects.update(public_percent=50)
    assert "Reveal the private part" in text_of(desk.get(DESK))
    assert "Tick the box" in text_of(post(desk, "reveal"))
    task.refresh_from_db()
    assert task.revealed_at is None
    assert "the board is final" in text_of(post(desk, "reveal", sure="1"))
    task.refresh_from_db()
    assert task.revealed_at is not None
    assert not task.is_open
    page = text_of(desk.get(DESK))
    assert "Final since" in page
    assert "Evaluate everything again" not in page


def test_a_reveal_that_is_refused_says_why_in_the_reader_s_language(task: Task, pair: Pair, prof: User) -> None:
    Task.objects.update(public_percent=50)
    hand_in(task, pair)
    answer = post(browser_of(prof, "fr"), "reveal", sure="1")
    assert "Des dépôts attendent encore leur évaluation" in text_of(answer)
    task.refresh_from_db()
    assert task.revealed_at is None


# --- everything again ------------------------------------------------------------------------------------------------


def finish(campaign: Reevaluation, score: float) -> None:
    """Let the worker end every job of a campaign with this score."""
    for _ in campaign.items.all():
        lease = grading.claim(worker="test", kinds=[GradingJob.Kind.EVALUATION])
        assert lease is not None
        grading.finish(lease, Ending("done", outcome(score)))


def test_without_results_a_change_takes_effect_at_once(task: Task, desk: Client) -> None:
    assert "a change takes effect at once" in text_of(desk.get(DESK))
    post(desk, "remake", convention="coco", public_percent="40")
    task.refresh_from_db()
    assert (task.convention, task.public_percent) == ("coco", 40)
    assert not Reevaluation.objects.exists()


def test_with_results_everything_is_made_anew_looked_at_and_published(task: Task, pair: Pair, desk: Client) -> None:
    first = score(task, pair, 0.3)
    score(task, make_pair(pair.course, "2"), 0.4)
    text = text_of(post(desk, "remake", convention="coco", public_percent="100", reason="as in the paper"))
    assert "Everything is being evaluated again" in text
    assert "0 of 2" in text
    assert "as in the paper" in text
    task.refresh_from_db()
    assert task.convention == "yolov5"
    campaign = Reevaluation.objects.get()
    assert 'hx-trigger="every 2s"' in desk.get(f"{DESK}campaign/").content.decode()
    finish(campaign, 0.35)
    text = text_of(desk.get(f"{DESK}campaign/"))
    assert "Ready to publish" in text
    assert "1 pair climbs, 0 fall." in text
    assert "2 → 1" in text
    assert "30.0% → 35.0%" in text
    first.refresh_from_db()
    assert first.score == 0.3
    assert "Tick the box" in text_of(post(desk, "publish"))
    assert "The new results are published." in text_of(post(desk, "publish", sure="1"))
    first.refresh_from_db()
    task.refresh_from_db()
    assert (first.score, task.convention) == (0.35, "coco")


def test_publishing_before_the_end_changes_nothing(task: Task, pair: Pair, desk: Client) -> None:
    first = score(task, pair, 0.3)
    post(desk, "remake", convention="coco", public_percent="100")
    assert "message--error" in post(desk, "publish", sure="1").content.decode()
    first.refresh_from_db()
    assert (first.score, Reevaluation.objects.get().state) == (0.3, "running")


def test_what_is_published_is_what_was_looked_at(task: Task, pair: Pair, desk: Client, prof: User) -> None:
    first = score(task, pair, 0.3)
    post(desk, "remake", convention="yolov5", public_percent="100")
    seen = str(Reevaluation.objects.get().pk)
    assert f'name="campaign" value="{seen}"' in desk.get(DESK).content.decode()
    reevaluations.abandon(campaign=Reevaluation.objects.get(), instructor=prof)  # a colleague is quicker
    finish(reevaluations.start(task=task, instructor=prof, changes={"convention": "coco"}), 0.9)
    for what in ("publish", "abandon"):
        assert "published or abandoned before" in text_of(post(desk, what, sure="1", campaign=seen))
    first.refresh_from_db()
    assert (first.score, Reevaluation.objects.first().state) == (0.3, "ready")  # type: ignore[union-attr]


def test_a_campaign_that_is_abandoned_leaves_everything(task: Task, pair: Pair, desk: Client) -> None:
    first = score(task, pair, 0.3)
    post(desk, "remake", convention="coco", public_percent="100")
    assert "Tick the box" in text_of(post(desk, "abandon"))
    assert "everything stays as it was published" in text_of(post(desk, "abandon", sure="1"))
    first.refresh_from_db()
    task.refresh_from_db()
    assert (first.score, task.convention, Reevaluation.objects.get().state) == (0.3, "yolov5", "abandoned")


def test_results_that_grew_old_are_announced(
    task: Task, pair: Pair, desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = reevaluations.Stale(results=3, dataset=True, metric=False)
    monkeypatch.setattr(reevaluations, "stale_results", lambda task: stale)
    text = text_of(desk.get(DESK))
    assert "3 results are not what they would be today. The data set has changed since." in text
    monkeypatch.setattr(reevaluations, "stale_results", lambda task: None)
    assert "would be today" not in text_of(desk.get(DESK))


# --- alike -----------------------------------------------------------------------------------------------------------


def test_two_pairs_with_the_same_file_are_shown_politely_and_to_instructors_alone(
    task: Task, pair: Pair, desk: Client
) -> None:
    second = make_pair(pair.course, "2")
    assert "No two pairs" in text_of(desk.get(DESK))
    hand_in(task, pair, "the same")
    hand_in(task, second, "the same")
    text = text_of(desk.get(DESK))
    assert re.search("Pairs (1 and 2|2 and 1) these two files have the same weights: ask them about it.", text)
    for path in ("/tasks/charlie/", "/tasks/charlie/leaderboard/"):
        assert "same weights" not in browser_of(member_of(pair)).get(path).content.decode()


def test_the_list_of_submissions_shows_whether_each_file_matches_the_lot(task: Task, pair: Pair, desk: Client) -> None:
    score(task, pair, 0.3)
    assert "differs" not in text_of(desk.get("/teach/submissions/"))
    TrainingConfiguration.objects.create(pair=pair, size="l", image_size=640, frozen_backbone=True, batch_size=4)
    assert "l · 640 px · frozen differs" in text_of(desk.get("/teach/submissions/"))


# --- the draw --------------------------------------------------------------------------------------------------------


def test_the_draw_gives_every_pair_a_lot_and_a_late_one_too(pair: Pair, desk: Client) -> None:
    make_pair(pair.course, "2")
    assert "Draw for 2 pairs" in text_of(desk.get("/teach/draw/"))
    assert "2 pairs have their lots." in text_of(desk.post("/teach/draw/lots/", follow=True))
    before = set(TrainingConfiguration.objects.values_list("pk", "pair", "size", "image_size"))
    make_pair(pair.course, "3")
    assert "1 pair has its lot." in text_of(desk.post("/teach/draw/lots/", follow=True))
    assert before < set(TrainingConfiguration.objects.values_list("pk", "pair", "size", "image_size"))


def test_drawing_all_again_asks_first(pair: Pair, prof: User, desk: Client) -> None:
    draw_configurations(course=pair.course, instructor=prof)
    (before,) = TrainingConfiguration.objects.values_list("pk", flat=True)
    assert "Tick the box" in text_of(desk.post("/teach/draw/lots/", {"again": "1"}, follow=True))
    assert TrainingConfiguration.objects.get().pk == before
    desk.post("/teach/draw/lots/", {"again": "1", "sure": "1"})
    assert TrainingConfiguration.objects.get().pk != before


def test_the_grid_is_changed_and_nonsense_is_refused(pair: Pair, desk: Client) -> None:
    grid = {"sizes": ["n", "s"], "frozen": ["false"], "image_sizes": "320, 640", "batch_sizes": "8"}
    assert "Saved." in text_of(desk.post("/teach/draw/grid/", grid, follow=True))
    kept = Course.objects.get(pk=pair.course_id).training_grid
    assert kept["image_sizes"] == [320, 640]
    assert kept["frozen"] == [False]
    for wrong in ({"image_sizes": "333"}, {"image_sizes": "big"}, {"sizes": []}, {"batch_sizes": "-4"}):
        desk.post("/teach/draw/grid/", grid | wrong, follow=True)
        assert Course.objects.get(pk=pair.course_id).training_grid == kept


def test_the_lots_leave_as_csv_and_no_name_runs_in_a_spreadsheet(pair: Pair, prof: User, desk: Client) -> None:
    Pair.objects.update(name="=1+1")
    draw_configurations(course=pair.course, instructor=prof)
    answer = desk.get("/teach/draw/file/")
    assert answer.headers["Content-Type"].startswith("text/csv")
    lines = answer.content.decode().splitlines()
    assert lines[0] == "\ufeffgroup;pair;size;image_size;frozen_backbone;batch_size"
    lot = TrainingConfiguration.objects.get()
    assert lines[1] == f"A1;'=1+1;{lot.size};{lot.image_size};{int(lot.frozen_backbone)};{lot.batch_size}"
    lot.delete()
    assert as_csv(Pair.objects.select_related("group", "training_configuration")).endswith("A1;'=1+1;;;;\r\n")


@pytest.mark.parametrize("path", ["", "file/", "lots/", "grid/"])
def test_the_draw_is_the_instructors_alone(pair: Pair, path: str) -> None:
    browser = browser_of(member_of(pair))
    method = browser.get if path in ("", "file/") else browser.post
    assert method(f"/teach/draw/{path}").status_code == 404
    assert not TrainingConfiguration.objects.exists()


def test_the_desk_is_french_for_the_french(task: Task, prof: User) -> None:
    text = text_of(browser_of(prof, "fr").get(DESK)).replace("\u00a0", " ")
    assert "Figer le classement" in text
    assert "seules celles qui aboutissent comptent" in text
    assert "Le tirage au sort" in text_of(browser_of(prof, "fr").get("/teach/draw/"))
