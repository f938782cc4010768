"""Dealing variants and judging answers: what is written down, and what must not be."""

from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.errors import Refusal
from accounts.models import User
from challenges.spec import Card, Quest
from courses.models import Pair
from courses.services import register_weights, weights_path
from grading.models import AnswerKey, GradingJob
from grading.services import job_finished
from quests import queries, services
from quests.models import Attempt, Variant
from tests.builders import find_quest, give_key, make_course, make_pair, member_of

pytestmark = pytest.mark.django_db
TRUTH = (1, 128, 64, 64)
CHANNELS_LAST = (1, 64, 64, 128)


@pytest.fixture
def pair() -> Pair:
    return make_pair(make_course())


@pytest.fixture
def shape_quest() -> tuple[Card, Quest]:
    return find_quest("tensor_shape")


@pytest.fixture
def variant(pair: Pair, shape_quest: tuple[Card, Quest]) -> Variant:
    dealt = services.deal(pair=pair, card=shape_quest[0], quest=shape_quest[1])
    assert dealt is not None
    give_key(dealt, truth=TRUTH, mistakes={"channels_last": CHANNELS_LAST})
    return dealt


def say(variant: Variant, text: str, author: User | None = None) -> services.AnswerResult:
    card = queries.find_card(variant.card)
    quest = queries.find_quest(card, variant.quest)
    who = author or member_of(variant.pair)
    return services.answer(pair=variant.pair, author=who, card=card, quest=quest, text=text)


def test_a_pair_is_dealt_the_same_variant_however_often_it_looks(pair: Pair, shape_quest: tuple[Card, Quest]) -> None:
    first = services.deal(pair=pair, card=shape_quest[0], quest=shape_quest[1])
    again = services.deal(pair=pair, card=shape_quest[0], quest=shape_quest[1])
    assert first == again
    assert Variant.objects.count() == 1
    assert GradingJob.objects.filter(kind=GradingJob.Kind.ANSWER_KEY).count() == 1


def test_pairs_dealt_the_same_question_share_one_key(shape_quest: tuple[Card, Quest]) -> None:
    course = make_course()
    card, quest = shape_quest
    dealt = [services.deal(pair=make_pair(course, str(name)), card=card, quest=quest) for name in range(1, 9)]
    questions = {str(sorted(variant.question.items())) for variant in dealt if variant}
    assert len(questions) > 1
    assert AnswerKey.objects.count() == len(questions)


def test_the_right_answer_is_written_with_its_author_and_its_points(variant: Variant) -> None:
    result = say(variant, "1x128x64x64")
    assert (result.verdict, result.mistake, result.counted) == ("correct", None, True)
    attempt = Attempt.objects.get()
    assert (attempt.verdict, attempt.author, attempt.points) == ("correct", member_of(variant.pair), result.points)
    state = queries.quest_page(variant.pair, variant.card, variant.quest).state
    assert (state.state, state.points, state.solved_by) == ("solved", result.points, attempt.author)


def test_a_wrong_answer_names_its_mistake_and_not_the_truth(variant: Variant) -> None:
    result = say(variant, "(1, 64, 64, 128)")
    assert (result.verdict, result.mistake, result.points) == ("wrong", "channels_last", 0)
    assert all("128" not in sentence for sentence in result.advice.values())
    assert Attempt.objects.get().mistake == "channels_last"


@pytest.mark.parametrize("text", ["", "a big tensor", "about 128", "9" * 5000, "<script>alert(1)</script>", "\0"])
def test_a_malformed_answer_costs_nothing_and_says_what_was_expected(variant: Variant, text: str) -> None:
    result = say(variant, text)
    assert result.verdict == "malformed"
    assert result.advice["fr"]
    assert not Attempt.objects.exists()


def test_the_same_wrong_answer_twice_counts_once(variant: Variant) -> None:
    first, second = say(variant, "1x64x64x128"), say(variant, "(1, 64, 64, 128)")
    assert (first.counted, second.counted) == (True, False)
    assert second.mistake == "channels_last"
    assert Attempt.objects.count() == 1


def test_wrong_attempts_cost_points_and_solving_again_changes_nothing(variant: Variant) -> None:
    say(variant, "1x64x64x128")
    solved = say(variant, "1x128x64x64")
    again = say(variant, "1x128x64x64", author=variant.pair.members.get(username="pair1b"))
    quest = queries.find_quest(queries.find_card(variant.card), variant.quest)
    assert solved.points < quest.points
    assert (again.counted, again.points) == (False, solved.points)
    say(variant, "1x1x1x9")  # practice after the end is judged and not written
    assert Attempt.objects.count() == 2
    assert queries.card_state(variant.pair, variant.card).points == solved.points


def test_when_no_attempt_is_left_the_right_answer_comes_too_late(variant: Variant) -> None:
    quest = queries.find_quest(queries.find_card(variant.card), variant.quest)
    assert quest.attempts is not None
    for number in range(quest.attempts):
        assert say(variant, f"1x1x1x{number + 2}").verdict == "wrong"
    with pytest.raises(Refusal) as refusal:
        say(variant, "1x128x64x64")
    assert (refusal.value.code, refusal.value.status) == ("no_attempt_left", 409)
    assert Attempt.objects.count() == quest.attempts
    assert queries.quest_page(variant.pair, variant.card, variant.quest).state.state == "exhausted"


def test_a_quest_whose_key_is_being_made_says_so_and_writes_nothing(
    pair: Pair, shape_quest: tuple[Card, Quest]
) -> None:
    card, quest = shape_quest
    with pytest.raises(Refusal) as refusal:
        services.answer(pair=pair, author=member_of(pair), card=card, quest=quest, text="1x128x64x64")
    assert refusal.value.code == "key_not_ready"
    assert not Attempt.objects.exists()
    assert queries.quest_page(pair, card.slug, quest.slug).state.state == "preparing"


def test_a_variant_that_collides_is_dealt_again(variant: Variant) -> None:
    give_key(variant, truth=TRUTH, mistakes={"height_width_swapped": TRUTH}, collides=True)
    job = variant.answer_key.job
    assert job is not None
    job_finished.send(sender=GradingJob, job=job)
    redealt = services.variant_of(variant.pair, variant.card, variant.quest)
    assert redealt is not None
    assert redealt.draw > variant.draw
    assert redealt.answer_key_id != variant.answer_key_id


def test_a_variant_that_collided_unheard_is_dealt_again_at_the_next_visit(variant: Variant) -> None:
    give_key(variant, truth=TRUTH, mistakes={"height_width_swapped": TRUTH}, collides=True)
    card = queries.find_card(variant.card)
    redealt = services.deal(pair=variant.pair, card=card, quest=queries.find_quest(card, variant.quest))
    assert redealt is not None
    assert redealt.draw > variant.draw
    assert Variant.objects.count() == 1


def test_a_variant_that_somebody_answered_is_never_taken_away(variant: Variant) -> None:
    say(variant, "1x64x64x128")
    give_key(variant, truth=TRUTH, mistakes={"height_width_swapped": TRUTH}, collides=True)
    job = variant.answer_key.job
    assert job is not None
    job_finished.send(sender=GradingJob, job=job)
    assert services.variant_of(variant.pair, variant.card, variant.quest) == variant
    assert Attempt.objects.count() == 1


def test_a_card_costs_the_same_queries_however_much_was_played(
    pair: Pair, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    card, _ = find_quest("tensor_shape")
    for quest in card.quests:
        dealt = services.deal(pair=pair, card=card, quest=quest)
        if dealt is not None:
            give_key(dealt, truth=TRUTH)
    with django_assert_max_num_queries(5):
        state = queries.card_state(pair, card.slug)
    assert len(state.quests) == len(card.quests)


def test_progress_of_a_course_costs_the_same_queries_for_one_pair_and_for_ten(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    course = make_course()
    card, quest = find_quest("tensor_shape")
    for name in range(10):
        services.deal(pair=make_pair(course, str(name)), card=card, quest=quest)
    with django_assert_max_num_queries(6):
        assert len(queries.progress_of(course)) == 10


def test_another_pair_sees_nothing_of_an_answer(variant: Variant) -> None:
    say(variant, "1x64x64x128")
    neighbour = make_pair(variant.pair.course, "2")
    page = queries.quest_page(neighbour, variant.card, variant.quest)
    assert page.attempts == ()
    assert page.state.attempts == 0


def test_a_variant_stays_about_the_file_that_counted_when_it_was_dealt(
    pair: Pair, tmp_path: Path, settings: Settings
) -> None:
    settings.WEIGHTS_DIR = tmp_path / "weights"
    card = queries.find_card("where-is-charlie")
    quest = card.quest("inside-the-file")
    assert services.deal(pair=pair, card=card, quest=quest) is None  # nobody has registered a file yet
    assert queries.quest_page(pair, card.slug, quest.slug).needs_weights
    for content in (b"the first year's", b"the second year's"):
        (tmp_path / "w.pt").write_bytes(content)
        register_weights(course=pair.course, source=tmp_path / "w.pt", name="w", architecture="yolov5n", parameters=1)
        page = queries.quest_page(pair, card.slug, quest.slug)
        assert page.weights is not None
        assert weights_path(page.weights).read_bytes() == b"the first year's"
