"""Who is dealt what: always the same, different from the neighbours, and fairly."""

import datetime
from collections import Counter

import pytest

from challenges.parameters import Choice, Date, Derived, Parameter, WholeNumber, digit_root
from challenges.questions import checked
from challenges.spec import Examples, Quest, load_cards
from challenges.variants import NothingToDraw, draw

SECRET = b"a secret of the course"
QUESTS = [quest for card in load_cards() for quest in card.quests]


def quest_of(
    parameters: dict[str, Parameter], *, slug: str = "dice", exclude: tuple[dict[str, Parameter], ...] = ()
) -> Quest:
    text = {"fr": "…", "en": "…"}
    return Quest(
        card="test",
        slug=slug,
        section="side",
        title=text,
        statement=text,
        expects=text,
        hints=(),
        question={"kind": "parameter_count", "model": "yolov5s"},
        parameters=parameters,
        derived={},
        exclude=exclude,
        points=1,
        attempts=None,
        tint="sky",
        prerequisites=(),
        examples=Examples(),
        model_answer=None,
        version="1",
        source="",
    )


@pytest.mark.parametrize("quest", QUESTS, ids=lambda quest: quest.slug)
def test_a_pair_is_dealt_the_same_variant_for_ever(quest: Quest) -> None:
    assert draw(SECRET, pair="1a", quest=quest) == draw(SECRET, pair="1a", quest=quest)


@pytest.mark.parametrize("quest", QUESTS, ids=lambda quest: quest.slug)
def test_eight_pairs_do_not_all_hunt_the_same_thing(quest: Quest) -> None:
    """Where there is something to copy: a person sees whether two answers in words, or two pictures, are the same."""
    if quest.rules.is_read_by_a_person:
        return
    dealt = {str(draw(SECRET, pair=pair, quest=quest)) for pair in range(8)}
    assert len(dealt) >= 3


@pytest.mark.parametrize("quest", QUESTS, ids=lambda quest: quest.slug)
def test_whatever_is_drawn_can_be_asked_and_stated(quest: Quest) -> None:
    for pair in range(60):
        parameters = draw(SECRET, pair=pair, quest=quest)
        checked(quest.question_for(parameters))
        for language in ("fr", "en"):
            shown = quest.statement_for(parameters, language)
            assert not any(f"{{{path}}}" in shown for path in quest.shows(language))


def test_another_secret_pair_quest_or_draw_gives_another_variant() -> None:
    wide: dict[str, Parameter] = {"n": WholeNumber(0, 10**9)}
    quest = quest_of(wide)
    drawn = [
        draw(SECRET, pair=1, quest=quest),
        draw(b"another secret", pair=1, quest=quest),
        draw(SECRET, pair=2, quest=quest),
        draw(SECRET, pair=1, quest=quest_of(wide, slug="other")),
        draw(SECRET, pair=1, quest=quest, nth=1),
    ]
    assert len({parameters["n"] for parameters in drawn}) == len(drawn)


def test_pairs_whose_names_run_together_are_not_confused() -> None:
    quest = quest_of({"n": WholeNumber(0, 10**9)})
    assert draw(SECRET, pair="1", quest=quest, nth=11) != draw(SECRET, pair="11", quest=quest, nth=1)


def test_a_draw_without_a_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="secret"):
        draw(b"", pair=1, quest=QUESTS[0])


def test_every_value_comes_as_often_as_the_others() -> None:
    faces = 6
    throws = 6000
    quest = quest_of({"face": Choice(tuple(range(faces)))})
    seen = Counter(draw(SECRET, pair=pair, quest=quest)["face"] for pair in range(throws))
    expected = throws / faces
    chi_squared = sum((seen[face] - expected) ** 2 / expected for face in range(faces))
    assert chi_squared < 20.5  # 5 degrees of freedom: exceeded once in a thousand fair dice


def test_excluded_combinations_are_never_drawn() -> None:
    parameters: dict[str, Parameter] = {"a": WholeNumber(0, 3), "b": WholeNumber(0, 3)}
    quest = quest_of(parameters, exclude=({"a": Choice((2,)), "b": WholeNumber(1, 3)},))
    drawn = {(found["a"], found["b"]) for found in (draw(SECRET, pair=pair, quest=quest) for pair in range(800))}
    assert (2, 0) in drawn
    assert not drawn & {(2, 1), (2, 2), (2, 3)}
    assert len(drawn) == 13


def test_a_quest_that_excludes_everything_says_so() -> None:
    quest = quest_of({"a": Choice((1,))}, exclude=({"a": Choice((1,))},))
    with pytest.raises(NothingToDraw):
        draw(SECRET, pair=1, quest=quest)


def test_the_birth_date_rule_is_the_one_of_the_bingo() -> None:
    assert digit_root([8, 12, 1991]) == 4
    assert digit_root([1, 1, 2000]) == 4
    assert digit_root([31, 12, 1999]) == 8
    derived = Derived("digit_root", ("birth.day", "birth.month", "birth.year"))
    assert derived.value({"birth": {"day": 8, "month": 12, "year": 1991}}) == 4


def test_a_birth_date_leads_to_a_layer_a_filter_and_a_channel_and_only_they_are_kept() -> None:
    quest = next(quest for quest in QUESTS if quest.slug == "the-weight-is")
    given = {"birth": {"day": 8, "month": 12, "year": 1991}}
    assert quest.kept(given) == {"x": 4, "j": 8, "m": 12}
    assert quest.question_for(quest.kept(given)) == quest.question_for(given)
    assert quest.question_for(given)["wrap"] is True  # a layer may have fewer filters than a month has days


def test_pairs_that_must_be_kept_apart_never_get_the_same_number() -> None:
    quest = quest_of({"seed": WholeNumber(1, 2_000_000_000, apart=True)})
    seeds = [draw(SECRET, pair=pair, quest=quest)["seed"] for pair in range(150)]
    assert sorted(seeds) == list(range(min(seeds), min(seeds) + 150))
    again = [draw(SECRET, pair=pair, quest=quest, nth=1)["seed"] for pair in range(150)]
    assert not set(seeds) & set(again)
    assert draw(b"another secret", pair=0, quest=quest)["seed"] != seeds[0]


def test_a_student_is_shown_what_the_statement_shows_and_no_seed() -> None:
    hidden = next(quest for quest in QUESTS if quest.slug == "the-drawing")
    assert hidden.visible(draw(SECRET, pair=1, quest=hidden)) == {}
    shape = next(quest for quest in QUESTS if quest.slug == "layer-17")
    assert set(shape.visible(draw(SECRET, pair=1, quest=shape))) == {"model", "layer", "image"}


def test_every_date_leads_to_a_layer_from_1_to_9() -> None:
    quest = next(quest for quest in QUESTS if quest.slug == "the-weight-is")
    days = quest.parameters["birth"]
    layers = {quest.kept({"birth": days.value(index)})["x"] for index in range(0, days.size, 7)}
    assert layers == set(range(1, 10))


def test_a_date_is_a_day_of_the_calendar() -> None:
    days = Date(datetime.date(2004, 2, 28), datetime.date(2004, 3, 1))
    assert [days.value(index) for index in range(days.size)] == [
        {"day": 28, "month": 2, "year": 2004},
        {"day": 29, "month": 2, "year": 2004},
        {"day": 1, "month": 3, "year": 2004},
    ]
