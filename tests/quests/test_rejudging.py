"""A quest that changes after people answered it: who sees what, who is judged by what, and judging again."""

import dataclasses
from collections.abc import Callable
from pathlib import PurePosixPath

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from challenges.catalogue import CATALOGUE
from challenges.loading import parse_quest
from challenges.spec import Card, Quest, load_cards
from courses.models import AuditEntry, Course, Pair
from quests import queries, rejudging, services
from quests.models import Attempt, HintTaken, QuestVersion, Rejudgement, Variant
from tests.builders import give_key, make_course, make_pair, make_person, member_of

pytestmark = pytest.mark.django_db
TRUTH = (1, 128, 64, 64)
CHANNELS_LAST = (1, 64, 64, 128)
OTHER_TRUTH = (1, 64, 64, 64)

Rewrite = Callable[[str, str], Quest]


@pytest.fixture
def course() -> Course:
    return make_course()


@pytest.fixture
def asked() -> tuple[Card, Quest]:
    card = queries.find_card("where-is-charlie")
    return card, queries.find_quest(card, "layer-17")


@pytest.fixture
def rewrite(monkeypatch: pytest.MonkeyPatch, asked: tuple[Card, Quest]) -> Rewrite:
    """Change the quest's file as a teacher does: every page and command reads the new one from here on."""
    card, quest = asked

    def act(old: str, new: str) -> Quest:
        assert old in quest.source
        text = quest.source.replace(old, new)
        changed = parse_quest(text, PurePosixPath(card.slug, quest.slug, "quest.yaml"), card=card.slug)
        cards = tuple(
            dataclasses.replace(each, quests=tuple(changed if one == quest else one for one in each.quests))
            for each in load_cards()
        )
        monkeypatch.setattr(CATALOGUE, "cards", lambda: cards)
        return changed

    return act


def dealt(course: Course, name: str, asked: tuple[Card, Quest]) -> Variant:
    variant = services.deal(pair=make_pair(course, name), card=asked[0], quest=asked[1])
    assert variant is not None
    give_key(variant, truth=TRUTH, mistakes={"channels_last": CHANNELS_LAST})
    return variant


def say(variant: Variant, text: str) -> services.AnswerResult:
    card = queries.find_card(variant.card)
    quest = queries.find_quest(card, variant.quest)
    return services.answer(pair=variant.pair, author=member_of(variant.pair), card=card, quest=quest, text=text)


def new_key(quest: Quest, variant: Variant, **truth: object) -> None:
    """Have the worker's answer to the new question of a variant in place."""
    rejudging.compare(course=variant.pair.course, quest=quest)  # orders the key
    row = rejudging._new_key(variant, quest)
    assert row is not None
    stand_in = Variant(question=row.question, answer_key=row)
    give_key(stand_in, **truth)  # type: ignore[arg-type]


def test_a_pair_that_has_not_begun_is_dealt_the_new_version(
    course: Course, asked: tuple[Card, Quest], rewrite: Rewrite
) -> None:
    variant = dealt(course, "1", asked)
    quest = rewrite("points: 10", "points: 12")
    again = services.deal(pair=variant.pair, card=asked[0], quest=quest)
    assert again is not None
    assert again.quest_version == quest.version
    assert Variant.objects.count() == 1


@pytest.mark.parametrize("begun", ["answer", "hint"])
def test_a_pair_that_has_begun_keeps_what_it_saw(
    course: Course, asked: tuple[Card, Quest], rewrite: Rewrite, begun: str
) -> None:
    variant = dealt(course, "1", asked)
    if begun == "answer":
        say(variant, "1 x 2 x 3 x 4")
    else:
        HintTaken.objects.create(variant=variant, number=1, cost=1, taken_by=member_of(variant.pair))
    quest = rewrite("What is the size of the tensor", "How large is the tensor")
    page = queries.quest_page(variant.pair, asked[0].slug, quest.slug)
    assert "What is the size" in page.statement["en"]
    assert Variant.objects.get().pk == variant.pk
    assert QuestVersion.objects.filter(quest=quest.slug).count() == 1


def test_the_old_version_decides_what_a_right_answer_earns(
    course: Course, asked: tuple[Card, Quest], rewrite: Rewrite
) -> None:
    variant = dealt(course, "1", asked)
    say(variant, "1 x 2 x 3 x 4")
    rewrite("points: 10", "points: 1000")
    assert say(variant, "1x128x64x64").points == 8


def test_an_instructor_is_told_which_quests_changed_and_for_how_many_pairs(
    course: Course, asked: tuple[Card, Quest], rewrite: Rewrite, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name in ("1", "2"):
        say(dealt(course, name, asked), "1 x 2 x 3 x 4")
    dealt(course, "3", asked)  # has only looked
    assert rejudging.outdated(course) == ()
    quest = rewrite("points: 10", "points: 12")
    with django_assert_num_queries(1):
        [found] = rejudging.outdated(course)
    assert (found.quest, found.pairs) == (quest, 2)


def test_comparing_shows_every_difference_and_writes_none(
    course: Course, asked: tuple[Card, Quest], rewrite: Rewrite
) -> None:
    variant = dealt(course, "1", asked)
    say(variant, "1 x 64 x 64 x 128")
    say(variant, "1 x 128 x 64 x 64")
    quest = rewrite("points: 10", "points: 20")
    new_key(quest, variant, truth=OTHER_TRUTH, mistakes={"neighbour_layer": TRUTH})
    before = list(Attempt.objects.values())
    comparison = rejudging.compare(course=course, quest=quest)
    changes = {change.attempt.text: change for change in comparison.differences}
    assert changes["1 x 64 x 64 x 128"].after == rejudging.Standing("wrong", "", 0)
    assert changes["1 x 128 x 64 x 64"].after == rejudging.Standing("wrong", "neighbour_layer", 0)
    assert comparison.points == -8
    assert list(Attempt.objects.values()) == before
    assert not Rejudgement.objects.exists()


def test_judging_again_gives_the_points_to_the_first_right_answer(
    course: Course, asked: tuple[Card, Quest], rewrite: Rewrite
) -> None:
    variant = dealt(course, "1", asked)
    say(variant, "1 x 64 x 64 x 64")
    say(variant, "1 x 128 x 64 x 64")
    quest = rewrite("points: 10", "points: 20")
    new_key(quest, variant, truth=OTHER_TRUTH)
    prof = User.objects.get(username="prof")
    rejudging.apply(course=course, quest=quest, by=prof)
    standing = {attempt.number: (attempt.verdict, attempt.points) for attempt in Attempt.objects.all()}
    assert standing == {1: ("correct", 20), 2: ("wrong", 0)}
    variant.refresh_from_db()
    assert variant.quest_version == quest.version
    [trace] = Rejudgement.objects.all()
    assert (trace.judged_by, trace.pairs) == (prof, 1)
    assert {"verdict": "correct", "mistake": "", "points": 8} in [each["before"] for each in trace.changes]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.pair) == ("quest-judged-again", prof, variant.pair)
    assert (entry.before, entry.after) == ({"points": 8}, {"points": 20, "answers": 2})
    assert rejudging.outdated(course) == ()


def test_a_second_right_answer_stays_without_points(
    course: Course, asked: tuple[Card, Quest], rewrite: Rewrite
) -> None:
    variant = dealt(course, "1", asked)
    say(variant, "128 x 64 x 64")  # wrong for the batch that is missing
    say(variant, "1 x 128 x 64 x 64")
    quest = rewrite("points: 10", "points: 20")
    Attempt.objects.filter(number=1).update(text="1x128x64x64")  # the new version reads both alike
    new_key(quest, variant, truth=TRUTH)
    rejudging.apply(course=course, quest=quest, by=User.objects.get(username="prof"))
    standing = {attempt.number: (attempt.verdict, attempt.points) for attempt in Attempt.objects.all()}
    assert standing == {1: ("correct", 20), 2: ("later", 0)}


def test_hints_cost_as_much_when_an_answer_is_judged_again(
    course: Course, asked: tuple[Card, Quest], rewrite: Rewrite
) -> None:
    variant = dealt(course, "1", asked)
    HintTaken.objects.create(variant=variant, number=1, cost=3, taken_by=member_of(variant.pair))
    say(variant, "1 x 128 x 64 x 64")
    quest = rewrite("points: 10", "points: 20")
    new_key(quest, variant, truth=TRUTH)
    rejudging.apply(course=course, quest=quest, by=User.objects.get(username="prof"))
    assert Attempt.objects.get().points == 17


def test_pairs_whose_parameters_are_gone_keep_the_old_version(
    course: Course, asked: tuple[Card, Quest], rewrite: Rewrite
) -> None:
    variant = dealt(course, "1", asked)
    say(variant, "1 x 2 x 3 x 4")
    Variant.objects.update(parameters={"model": "yolov5s", "layer": 999, "image": {"height": 1, "width": 1}})
    quest = rewrite("points: 10", "points: 20")
    comparison = rejudging.apply(course=course, quest=quest, by=User.objects.get(username="prof"))
    assert (comparison.kept, comparison.differences) == (1, ())
    variant.refresh_from_db()
    assert variant.quest_version != quest.version


def test_nothing_changes_while_the_model_still_computes(
    course: Course, asked: tuple[Card, Quest], rewrite: Rewrite
) -> None:
    variant = dealt(course, "1", asked)
    say(variant, "1 x 2 x 3 x 4")
    text = "kind: tensor_shape"
    quest = rewrite(text, f"{text}\n  classes: 3")
    comparison = rejudging.apply(course=course, quest=quest, by=User.objects.get(username="prof"))
    assert comparison.waiting == 1
    variant.refresh_from_db()
    assert variant.quest_version != quest.version


def test_the_page_shows_the_differences_and_a_second_click_writes_them(
    course: Course, asked: tuple[Card, Quest], rewrite: Rewrite, client: Client
) -> None:
    variant = dealt(course, "1", asked)
    say(variant, "1 x 64 x 64 x 64")
    quest = rewrite("points: 10", "points: 20")
    new_key(quest, variant, truth=OTHER_TRUTH)
    client.force_login(User.objects.get(username="prof"))
    address = [asked[0].slug, quest.slug]
    assert reverse("teach:compare", args=address) in client.get(reverse("teach:quests")).content.decode()
    page = client.get(reverse("teach:compare", args=address)).content.decode()
    assert "1 x 64 x 64 x 64" in page
    assert Attempt.objects.get().verdict == "wrong"
    client.post(reverse("teach:judge-again", args=address))
    assert Attempt.objects.get().verdict == "correct"
    assert client.get(reverse("teach:compare", args=address)).status_code == 404


def test_students_and_strangers_find_no_such_pages(course: Course, asked: tuple[Card, Quest], client: Client) -> None:
    pair: Pair = make_pair(course)
    address = [asked[0].slug, asked[1].slug]
    for person in (member_of(pair), make_person("stranger")):
        client.force_login(person)
        assert client.get(reverse("teach:quests")).status_code == 404
        assert client.get(reverse("teach:compare", args=address)).status_code == 404
        assert client.post(reverse("teach:judge-again", args=address)).status_code == 404
    assert not Rejudgement.objects.exists()


def test_another_courses_instructor_changes_nothing_here(
    course: Course, asked: tuple[Card, Quest], rewrite: Rewrite, client: Client
) -> None:
    variant = dealt(course, "1", asked)
    say(variant, "1 x 64 x 64 x 64")
    quest = rewrite("points: 10", "points: 20")
    new_key(quest, variant, truth=OTHER_TRUTH)
    make_course("elsewhere", instructor="other-prof")
    client.force_login(User.objects.get(username="other-prof"))
    client.post(reverse("teach:judge-again", args=[asked[0].slug, quest.slug]))
    assert Attempt.objects.get().verdict == "wrong"
