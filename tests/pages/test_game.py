"""The card, the hunt and a quest, as the pair, its neighbours and strangers see them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from challenges.spec import Card, Quest, load_cards
from courses.models import CourseWeights, Pair
from grading.models import AnswerKey
from quests import services
from quests.models import Attempt, Variant
from quests.recording import record_attempt
from tests.builders import find_quest, give_key, make_pair, make_person, member_of
from tests.pages.browsing import browser_of

pytestmark = pytest.mark.django_db
TRUTH = (1, 96, 40, 24)
CHANNELS_LAST = (1, 40, 24, 96)


def deal(pair: Pair, card: Card, quest: Quest) -> Variant:
    variant = services.deal(pair=pair, card=card, quest=quest)
    assert variant is not None
    return variant


def address(name: str, variant: Variant) -> str:
    return reverse(f"quests:{name}", args=[variant.card, variant.quest])


def say(browser: Client, variant: Variant, text: str) -> Any:
    return browser.post(address("answer", variant), {"answer": text})


def solve_everything(pair: Pair, card: Card) -> None:
    """Every quest, however it is answered: a verdict is a row, whoever reached it."""
    for quest in card.quests:
        key = AnswerKey.objects.create(digest=f"{card.slug}/{quest.slug}", question={}, model_digest="", key={})
        variant = Variant.objects.create(
            pair=pair,
            card=card.slug,
            quest=quest.slug,
            quest_version=quest.version,
            parameters={},
            question=dict(quest.question),
            answer_key=key,
        )
        record_attempt(
            variant=variant,
            author=member_of(pair),
            card=card,
            quest=quest,
            earlier=[],
            is_correct=True,
            mistake=None,
            text="right",
            understood="right",
        )


@pytest.fixture
def variant(pair: Pair) -> Variant:
    dealt = deal(pair, *find_quest("tensor_shape"))
    give_key(dealt, truth=TRUTH, mistakes={"channels_last": CHANNELS_LAST})
    return dealt


@pytest.mark.parametrize("card", load_cards(), ids=lambda card: card.slug)
def test_every_quest_of_a_card_is_on_its_page_with_its_state(card: Card, student: User) -> None:
    page = browser_of(student).get(reverse("quests:card", args=[card.slug])).content.decode()
    for quest in card.quests:
        assert reverse("quests:quest", args=[card.slug, quest.slug]) in page
    assert page.count("To solve") == sum(not quest.prerequisites for quest in card.quests)


def test_a_solved_note_carries_its_stamp_its_points_and_who_solved_it(variant: Variant, student: User) -> None:
    say(browser_of(student), variant, "1x96x40x24")
    page = browser_of(student).get(reverse("quests:card", args=[variant.card])).content.decode()
    assert page.count("is-solved") == 1
    assert f"by {student.username}" in page


def test_a_finished_line_is_drawn_through(pair: Pair, student: User) -> None:
    card = next(card for card in load_cards() if card.layout)
    assert "<path data-key" not in browser_of(student).get(reverse("quests:card", args=[card.slug])).content.decode()
    solve_everything(pair, card)
    page = browser_of(student).get(reverse("quests:card", args=[card.slug])).content.decode()
    assert page.count("<path data-key") >= 2


@pytest.mark.parametrize("card", load_cards(), ids=lambda card: card.slug)
def test_a_card_costs_the_same_few_queries_however_much_was_played(
    card: Card, pair: Pair, student: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    solve_everything(pair, card)
    browser = browser_of(student)
    with django_assert_max_num_queries(12):
        browser.get(reverse("quests:card", args=[card.slug]))


def test_a_quest_costs_few_queries(
    variant: Variant, student: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = browser_of(student)
    say(browser, variant, "1 40 24 96")
    with django_assert_max_num_queries(17):
        browser.get(address("quest", variant))


@pytest.mark.parametrize("name", ["card", "quest", "answer", "preview"])
def test_a_stranger_reaches_no_page_of_the_game(name: str, variant: Variant) -> None:
    where = reverse("quests:card", args=[variant.card]) if name == "card" else address(name, variant)
    call = "post" if name in ("answer", "preview") else "get"
    response = getattr(browser_of(None), call)(where, {"answer": "1"})
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("accounts:sign-in"))
    response = getattr(browser_of(make_person("alone")), call)(where, {"answer": "1"})
    assert response.status_code == 404
    assert not Attempt.objects.exists()


def test_cards_and_quests_that_do_not_exist_are_not_found(student: User, variant: Variant) -> None:
    browser = browser_of(student)
    assert browser.get(reverse("quests:card", args=["no-such-card"])).status_code == 404
    assert browser.get(reverse("quests:quest", args=[variant.card, "no-such-quest"])).status_code == 404
    assert browser.post(reverse("quests:answer", args=["no-such-card", variant.quest])).status_code == 404
    assert browser.post(reverse("quests:preview", args=[variant.card, "no-such-quest"])).status_code == 404


def test_another_pairs_page_shows_nothing_of_what_this_one_answered(variant: Variant, pair: Pair) -> None:
    say(browser_of(member_of(pair)), variant, "1 40 24 96")
    neighbours = make_pair(pair.course, "2")
    page = browser_of(member_of(neighbours)).get(address("quest", variant)).content.decode()
    assert "1 × 40 × 24 × 96" not in page
    assert member_of(pair).username not in page


def test_no_page_gives_the_truth_away_before_it_was_found(variant: Variant, student: User) -> None:
    browser = browser_of(student)
    seen = browser.get(address("quest", variant)).content.decode()
    seen += say(browser, variant, "1 40 24 96").content.decode()
    seen += browser.get(reverse("quests:card", args=[variant.card])).content.decode()
    assert "1 × 96 × 40 × 24" not in seen
    assert "1, 96, 40, 24" not in seen


def test_a_wrong_answer_is_judged_on_the_spot_with_its_mistake(variant: Variant, student: User) -> None:
    piece = say(browser_of(student, htmx=True), variant, "(1, 40, 24, 96)").content.decode()
    assert "<html" not in piece
    assert "Not yet" in piece
    assert "1 × 40 × 24 × 96" in piece
    assert 'id="history" hx-swap-oob="true"' in piece
    assert 'id="answer-form"' not in piece  # the field stays, with the cursor in it
    assert Attempt.objects.get().mistake == "channels_last"


def test_a_right_answer_replaces_the_field_and_points_to_the_next_quest(variant: Variant, student: User) -> None:
    piece = say(browser_of(student, htmx=True), variant, "1x96x40x24").content.decode()
    assert "Right!" in piece
    assert 'id="answer-form" hx-swap-oob="true"' in piece
    assert "Next:" in piece


def test_without_javascript_the_whole_page_comes_back_with_the_verdict(variant: Variant, student: User) -> None:
    page = say(browser_of(student), variant, "1x40x24x96").content.decode()
    assert page.startswith("<!doctype html>")
    assert "Not yet" in page
    assert 'value="1x40x24x96"' in page


@pytest.mark.parametrize("text", ["", "   ", "a big tensor", "7" * 400, "<script>alert(1)</script>", "１×٢"])
@pytest.mark.parametrize("htmx", [False, True])
def test_what_cannot_be_read_costs_nothing_and_says_what_is_expected(
    variant: Variant, student: User, text: str, htmx: bool
) -> None:
    response = say(browser_of(student, htmx=htmx), variant, text)
    assert response.status_code == 200
    page = response.content.decode()
    assert "Could not be read" in page
    assert "It cost you nothing" in page
    assert "<script>alert" not in page
    assert not Attempt.objects.exists()


def test_the_same_answer_twice_counts_once(variant: Variant, student: User) -> None:
    browser = browser_of(student, htmx=True)
    say(browser, variant, "1 40 24 96")
    assert "does not count a second time" in say(browser, variant, "1x40x24x96").content.decode()
    assert Attempt.objects.count() == 1


def test_when_no_attempt_is_left_the_field_gives_way_to_advice(variant: Variant, student: User) -> None:
    browser = browser_of(student, htmx=True)
    _, quest = find_quest("tensor_shape")
    assert quest.attempts is not None
    for number in range(quest.attempts):
        piece = say(browser, variant, f"{number + 1} x 2 x 3 x 4").content.decode()
    assert "No attempt is left on this quest." in piece
    assert "<input" not in piece
    late = say(browser, variant, "1x96x40x24").content.decode()
    assert "Right!" not in late
    assert Attempt.objects.filter(verdict="correct").count() == 0


def test_the_preview_says_how_an_answer_is_read_and_judges_nothing(variant: Variant, student: User) -> None:
    browser = browser_of(student, htmx=True)
    piece = browser.post(address("preview", variant), {"answer": "(1; 96; 40; 24)"}).content.decode()
    assert "1 × 96 × 40 × 24" in piece
    assert "Right" not in piece
    assert "Not readable yet" in browser.post(address("preview", variant), {"answer": "1x"}).content.decode()
    assert browser.post(address("preview", variant), {"answer": " "}).content.decode().strip() == ""
    assert not Attempt.objects.exists()


def test_an_answer_is_never_sent_by_a_link(variant: Variant, student: User) -> None:
    assert browser_of(student).get(address("answer", variant), {"answer": "1x96x40x24"}).status_code == 405
    assert not Attempt.objects.exists()


def test_a_quest_that_is_being_prepared_says_so_and_opens_by_itself(pair: Pair, student: User) -> None:
    variant = deal(pair, *find_quest("tensor_shape"))
    page = browser_of(student).get(address("quest", variant)).content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert '<meta http-equiv="refresh"' in page  # and without JavaScript
    assert "<input class" not in page
    asking = browser_of(student, htmx=True)
    assert asking.get(address("quest", variant)).status_code == 204
    give_key(variant, truth=TRUTH)
    piece = asking.get(address("quest", variant)).content.decode()
    assert 'name="answer"' in piece
    assert "every 2s" not in piece


def test_answering_a_quest_that_is_being_prepared_is_refused_kindly(pair: Pair, student: User) -> None:
    variant = deal(pair, *find_quest("tensor_shape"))
    assert "still computing" in say(browser_of(student, htmx=True), variant, "1 2 3 4").content.decode()
    assert not Attempt.objects.exists()


def test_a_quest_about_the_courses_weights_waits_until_there_are_some(student: User) -> None:
    card, quest = _quest_about_weights()
    page = browser_of(student).get(reverse("quests:quest", args=[card.slug, quest.slug])).content.decode()
    assert "has not registered yet" in page
    assert "<input class" not in page
    assert not Variant.objects.exists()


def test_a_solved_quest_shows_no_field_and_who_solved_it(variant: Variant, student: User) -> None:
    say(browser_of(student), variant, "1x96x40x24")
    page = browser_of(student).get(address("quest", variant)).content.decode()
    assert 'name="answer"' not in page
    assert f"by {student.username}" in page


def test_the_other_member_of_the_pair_sees_the_same_card(variant: Variant, pair: Pair, student: User) -> None:
    say(browser_of(student), variant, "1x96x40x24")
    mate = pair.members.exclude(pk=student.pk).get()
    page = browser_of(mate).get(reverse("quests:card", args=[variant.card])).content.decode()
    assert f"by {student.username}" in page


def test_an_instructor_has_no_card_of_their_own(variant: Variant, pair: Pair) -> None:
    prof = pair.course.instructors.get()
    assert browser_of(prof).get(reverse("quests:card", args=[variant.card])).status_code == 404


def test_a_question_that_is_answered_by_typing_offers_the_file_made_for_its_pair(
    variant: Variant, student: User
) -> None:
    material = {"name": "charlie.pt", "file": "ab/cd.pt", "size_bytes": 12, "digest": "sha256:" + "cd" * 32}
    variant.answer_key.key |= {"material": material}
    variant.answer_key.save()
    page = browser_of(student).get(reverse("quests:quest", args=[variant.card, variant.quest])).content.decode()
    assert reverse("quests:material", args=[variant.card, variant.quest]) in page
    assert "cd" * 32 in page
    assert "ab/cd.pt" not in page
    assert 'name="answer"' in page


def test_the_weights_page_describes_the_file_and_how_to_open_it(pair: Pair, student: User, weights: Any) -> None:
    card, quest = _quest_about_weights()
    page = browser_of(student).get(reverse("quests:quest", args=[card.slug, quest.slug])).content.decode()
    assert reverse("courses:weights", args=[weights.pk]) in page
    assert "ab" * 32 in page
    assert "torch.load(&quot;course.pt&quot;" in page or 'torch.load("course.pt"' in page


@pytest.fixture
def weights(pair: Pair, tmp_path: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> CourseWeights:
    settings.WEIGHTS_DIR = tmp_path
    (tmp_path / "file.pt").write_bytes(b"PK" + b"w" * 300_000)
    monkeypatch.setattr("grader.model_digest", lambda *_, **__: "sha256:" + "ab" * 32)
    return CourseWeights.objects.create(
        course=pair.course,
        name="course.pt",
        path="file.pt",
        digest="sha256:" + "ab" * 32,
        size_bytes=300_002,
        architecture="yolov5nu",
        parameters=2_509_244,
    )


def _quest_about_weights() -> tuple[Card, Quest]:
    found = (
        (card, quest) for card in load_cards() for quest in card.quests if quest.model == "course" and not quest.asks
    )
    return next(found)
