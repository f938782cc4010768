"""The room's pages: the wall that names nobody when it shall not, sessions, the grid, its file, the mistakes."""

import csv
import datetime
import io
import json
import re
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from challenges.spec import load_cards
from courses.models import Pair
from quests.models import Attempt, Unlock
from quests.signals import card_changed
from room import services
from room.export import COLUMNS, harmless
from room.forms import next_time
from room.grid import seconds_between, summed
from room.mistakes import as_text, first_sentence
from room.models import GameEvent, Opening, Session
from tests.builders import find_quest, give_key, make_course, make_pair, member_of
from tests.pages.browsing import browser_of

pytestmark = pytest.mark.django_db
WALL, SESSIONS, GRID, FILE, MISTAKES = (
    "/teach/room/", "/teach/sessions/", "/teach/grid/", "/teach/grid/file/", "/teach/mistakes/"
)  # fmt: skip
CARD, QUEST = find_quest("parameter_count")
CELL = f"/teach/pairs/{{pair}}/{CARD.slug}/{QUEST.slug}/"
PAGES = (WALL, "/teach/room/changes/", SESSIONS, GRID, "/teach/grid/changes/", FILE, MISTAKES, CELL)
ATTACK = "</script><script>alert(1)</script>"
NOON = datetime.datetime(2026, 3, 2, 12, 0, tzinfo=datetime.UTC)


@pytest.fixture
def prof(pair: Pair) -> User:
    return pair.course.instructors.get()


def play(pair: Pair, *texts: str, truth: Any = 128) -> None:
    """Answer a real quest; 96 is a mistake that has a name."""
    from quests import services as quests

    variant = quests.deal(pair=pair, card=CARD, quest=QUEST)
    assert variant is not None
    if variant.answer_key.key is None:
        give_key(variant, truth=truth, mistakes={"bias_forgotten": 96})
    for text in texts:
        quests.answer(pair=pair, author=member_of(pair), card=CARD, quest=QUEST, text=text)


def begin(pair: Pair, *, minutes: int = 60, **settings: Any) -> Session:
    ends_at = timezone.now() + datetime.timedelta(minutes=minutes)
    return services.start_session(course=pair.course, title="TP 3", ends_at=ends_at, **settings)


def page_of(person: User, path: str, language: str = "en") -> str:
    answer = browser_of(person, language).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def said(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def state_of(page: str) -> Any:
    found = re.search(r'<script id="room-state" type="application/json">(.*?)</script>', page, flags=re.S)
    assert found
    return json.loads(found[1])


# --- who sees what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_a_student_gets_404_and_a_visitor_the_door(pair: Pair, path: str) -> None:
    path = path.format(pair=pair.pk)
    for member in pair.members.all():
        assert browser_of(member).get(path).status_code == 404
    assert browser_of(None).get(path).headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("path", PAGES)
def test_an_instructor_of_another_course_sees_nothing_of_this_one(pair: Pair, path: str) -> None:
    Pair.objects.update(name="Les Inséparables")
    begin(pair)
    play(pair, "96", "7654321")
    other = make_course("other", instructor="other-prof").instructors.get()
    answer = browser_of(other).get(path.format(pair=pair.pk))
    assert answer.status_code == (404 if path == CELL else 200)
    if answer.status_code == 200:
        for private in ("Inséparables", member_of(pair).username, "TP 3", "7654321"):
            assert private not in answer.content.decode()


@pytest.mark.parametrize("action", ["", "extend/", "end/"])
def test_nobody_else_changes_a_session(pair: Pair, action: str) -> None:
    session = begin(pair)
    other = make_course("other", instructor="other-prof").instructors.get()
    for person in (member_of(pair), other):
        path = f"{SESSIONS}{session.pk}/{action}"
        assert browser_of(person).post(path, {"minutes": "15", "title": "mine"}).status_code == 404
    again = Session.objects.get()
    assert (again.ends_at, again.title) == (session.ends_at, "TP 3")


def test_a_student_starts_no_session(pair: Pair) -> None:
    assert browser_of(member_of(pair)).post(SESSIONS, {"title": "mine", "until": "23:59"}).status_code == 404
    assert not Session.objects.exists()


# --- the wall --------------------------------------------------------------------------------------------------------


def test_the_wall_shows_each_pairs_card_and_what_happened(pair: Pair, prof: User) -> None:
    begin(pair)
    play(pair, "96", "128")
    state = state_of(page_of(prof, WALL))
    (shown,) = state["pairs"]
    assert shown["label"] == {"fr": "Binôme 1", "en": "Pair 1"}
    assert list(shown["solved"][CARD.slug]) == [QUEST.slug]
    assert [event["what"] for event in state["events"]][-1] == "solved"
    assert {card["card"] for card in state["cards"]} == {card.slug for card in load_cards()}


def test_a_wrong_answer_is_nowhere_on_the_wall(pair: Pair, prof: User) -> None:
    begin(pair)
    play(pair, "96", "7654321")
    page = page_of(prof, WALL)
    assert state_of(page)["events"] == []
    assert state_of(page)["pairs"][0]["solved"] == {}
    for word in ("wrong", "7654321", "bias_forgotten", "tried"):
        assert word not in json.dumps(state_of(page))
    changes = browser_of(prof).get("/teach/room/changes/", {"since": "1"}).json()
    assert (changes["revision"], changes["changes"]) == (3, [])


def test_without_names_the_page_names_nobody(pair: Pair, prof: User) -> None:
    User.objects.filter(pairs=pair).update(first_name="Zénobie", last_name="Quatrefages")
    Pair.objects.update(name="Les Inséparables")
    make_pair(pair.course, "Autres Gens", "zoe", "yann")
    begin(pair, shows_names=False, group=pair.group)
    play(pair, "128")
    asked = browser_of(prof).get("/teach/room/changes/", {"since": "0"}).content.decode()
    for language in ("fr", "en"):
        page = page_of(prof, WALL, language)
        for private in ("Zénobie", "Quatrefages", "Inséparables", "Autres", "zoe", "yann", "pair1a", ">A1<", '"A1"'):
            assert private not in page
            assert private not in asked
    names = [one["label"]["fr"] for one in state_of(page)["pairs"]]
    assert names == sorted(names)  # in the order of the own names, the place would tell who it is
    assert state_of(page_of(prof, WALL)) | {"now": 0} == state_of(page) | {"now": 0}  # and they stay


def test_names_are_hidden_still_when_the_session_is_over(pair: Pair, prof: User) -> None:
    session = begin(pair, shows_names=False)
    services.end_session(session=session)
    assert state_of(page_of(prof, WALL))["pairs"][0]["label"]["en"] != "Pair 1"


def test_a_pair_that_is_called_like_an_attack_is_text(pair: Pair, prof: User) -> None:
    Pair.objects.update(name=ATTACK[:40])
    begin(pair)
    Session.objects.update(title=ATTACK)
    for path in (WALL, SESSIONS, GRID, MISTAKES):
        assert ATTACK[:40] not in page_of(prof, path)


def test_the_wall_has_the_door_as_a_square_and_in_letters(pair: Pair, prof: User) -> None:
    page = page_of(prof, WALL)
    assert re.search(r"<svg[^>]*class=\"qr\"", page)
    assert "testserver" in said(page)


def test_a_wall_of_many_pairs_costs_the_same_few_queries(
    pair: Pair, prof: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    begin(pair)
    for number in range(2, 12):
        play(make_pair(pair.course, str(number)), "96", "128")
    browser = browser_of(prof)
    for path, most in ((WALL, 13), (GRID, 22), (FILE, 18), (MISTAKES, 15), (SESSIONS, 11)):
        with django_assert_max_num_queries(most):
            assert browser.get(path).status_code == 200
    newest = {"since": str(GameEvent.objects.count())}
    with django_assert_max_num_queries(4):
        assert browser.get("/teach/room/changes/", newest).status_code == 204


# --- sessions --------------------------------------------------------------------------------------------------------


def test_a_session_is_started_with_what_the_form_says(pair: Pair, prof: User) -> None:
    until = (timezone.localtime() + datetime.timedelta(hours=2)).strftime("%H:%M")
    form = {"title": "TP 3", "until": until, "group": pair.group_id, "ranks_pairs": "on", "cards": [CARD.slug]}
    assert browser_of(prof).post(SESSIONS, form).status_code == 302
    session = Session.objects.get()
    assert (session.title, session.group, session.cards) == ("TP 3", pair.group, [CARD.slug])
    assert (session.shows_names, session.ranks_pairs, session.celebrates) == (False, True, False)
    assert datetime.timedelta(hours=1, minutes=58) < session.ends_at - session.starts_at < datetime.timedelta(hours=2)
    assert "TP 3" in page_of(prof, SESSIONS)
    assert GameEvent.objects.get().what == "session"


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"title": "TP"},
        {"until": "12:00"},
        {"title": "TP", "until": "noon"},
        {"title": "TP", "until": "25:00"},
        {"title": "TP", "until": "12:00", "group": "999"},
        {"title": "TP", "until": "12:00", "cards": ["none"]},
    ],
)
def test_a_form_that_makes_no_sense_starts_nothing(pair: Pair, prof: User, form: dict[str, Any]) -> None:
    assert browser_of(prof).post(SESSIONS, form).status_code == 400
    assert not Session.objects.exists()


def test_a_group_of_another_course_is_no_choice(pair: Pair, prof: User) -> None:
    other = make_pair(make_course("other", instructor="other-prof"), "9").group
    form = {"title": "TP", "until": "23:59", "group": other.pk}
    assert browser_of(prof).post(SESSIONS, form).status_code == 400
    assert not Session.objects.exists()


def test_a_session_is_made_longer_changed_and_ended(pair: Pair, prof: User) -> None:
    session = begin(pair)
    browser = browser_of(prof)
    browser.post(f"{SESSIONS}{session.pk}/extend/", {"minutes": "15"})
    assert Session.objects.get().ends_at == session.ends_at + datetime.timedelta(minutes=15)
    browser.post(f"{SESSIONS}{session.pk}/extend/", {"minutes": "100000"})
    assert Session.objects.get().ends_at == session.ends_at + datetime.timedelta(minutes=15)
    browser.post(f"{SESSIONS}{session.pk}/", {"title": "TP 4", "celebrates": "on"})
    changed = Session.objects.get()
    assert (changed.title, changed.shows_names, changed.name_seed) == ("TP 4", False, session.name_seed)
    assert browser.post(f"{SESSIONS}{session.pk}/", {"title": ""}).status_code == 400
    browser.post(f"{SESSIONS}{session.pk}/end/")
    assert not Session.objects.get().is_running()
    over = Session.objects.get().ends_at
    browser.post(f"{SESSIONS}{session.pk}/end/")
    assert Session.objects.get().ends_at == over


def test_the_second_at_which_a_session_ends_is_over() -> None:
    session = Session(starts_at=NOON, ends_at=NOON + datetime.timedelta(hours=8))
    second = datetime.timedelta(seconds=1)
    assert session.is_running(NOON)
    assert session.is_running(session.ends_at - second)
    assert not session.is_running(session.ends_at)
    assert not session.is_running(NOON - second)


@pytest.mark.parametrize(("clock", "day"), [("12:01", 2), ("12:00", 3), ("11:59", 3), ("00:00", 3), ("23:59", 2)])
def test_an_hour_that_has_passed_is_tomorrows(clock: str, day: int) -> None:
    found = next_time(datetime.time.fromisoformat(clock), NOON)
    assert (found.day, found.strftime("%H:%M")) == (day, clock)


# --- the grid --------------------------------------------------------------------------------------------------------


def test_the_grid_says_how_each_pair_stands_and_refreshes_its_rows(pair: Pair, prof: User) -> None:
    play(pair, "96", "128")
    trying = make_pair(pair.course, "2")
    play(trying, "96")
    make_pair(pair.course, "10")
    page = page_of(prof, f"{GRID}?card={CARD.slug}")
    first, second, third = re.findall(r'<tr>\s*<th scope="row">.*?</tr>', page, flags=re.S)
    assert "solved" in said(first)
    assert "2 ×" in said(first)
    assert "being tried" in said(second)
    assert "solved" not in said(third)
    assert said(third).startswith("10 ")  # after 2
    assert f'hx-get="?card={CARD.slug}&amp;group="' in page


def test_the_grid_of_one_group_shows_nobody_else(pair: Pair, prof: User) -> None:
    other = make_pair(pair.course, "Autres Gens")
    Pair.objects.filter(pk=other.pk).update(group=pair.course.groups.create(name="B & 2"))
    page = page_of(prof, f"{GRID}?group=B+%26+2")
    assert "Autres Gens" in page
    assert f'id="p{pair.pk}"' not in page


def test_an_opened_quest_counts_its_time_from_the_first_look(pair: Pair, prof: User) -> None:
    play(pair)
    browser = browser_of(member_of(pair))
    for _ in range(2):
        browser.get(f"/cards/{CARD.slug}/quests/{QUEST.slug}/")
    browser.get(f"/cards/{CARD.slug}/quests/no-such-quest/")
    opening = Opening.objects.get()
    assert (opening.pair, opening.quest) == (pair, QUEST.slug)
    assert "opened" in said(page_of(prof, f"{GRID}?card={CARD.slug}"))
    play(pair, "128")
    Opening.objects.update(opened_at=Attempt.objects.get().created_at - datetime.timedelta(seconds=754))
    (row,) = [one for one in file_of(prof) if one["seconds_spent"]]
    assert (row["quest"], row["seconds_spent"]) == (QUEST.slug, "754")


@pytest.mark.parametrize(
    ("begun", "ended", "seconds"), [(0, 90, 90), (0, 0, 0), (9, 0, 0), (None, 9, None), (0, None, None)]
)
def test_time_is_whole_seconds_and_never_negative(begun: int | None, ended: int | None, seconds: int | None) -> None:
    moments = [None if one is None else NOON + datetime.timedelta(seconds=one) for one in (begun, ended)]
    assert seconds_between(*moments) == seconds


def test_the_first_mistake_is_the_first_one_made() -> None:
    tries = summed([("wrong", "", NOON), ("wrong", "sign", NOON), ("correct", "", NOON)])
    assert (tries.wrong, tries.first_mistake) == (2, "unexplained")
    assert summed([("later", "", NOON)]).wrong == 0
    assert summed([]) == summed(())


def test_the_cell_shows_the_answers_and_opens_the_quest_for_this_pair_alone(pair: Pair, prof: User) -> None:
    play(pair, "96")
    page = said(page_of(prof, CELL.format(pair=pair.pk)))
    assert "bias forgotten" in page
    assert f'action="/teach/pairs/{pair.pk}/unlock/"' in page_of(prof, CELL.format(pair=pair.pk))
    sent = {"card": CARD.slug, "quest": QUEST.slug, "extra_attempts": "0"}
    assert browser_of(prof).post(f"/teach/pairs/{pair.pk}/unlock/", sent).status_code == 302
    unlock = Unlock.objects.get()
    assert (unlock.pair, unlock.quest, unlock.unlocked_by) == (pair, QUEST.slug, prof)
    assert GameEvent.objects.order_by("-revision").values_list("what", "pair")[0] == ("unlocked", pair.pk)


# --- the file --------------------------------------------------------------------------------------------------------


def file_of(prof: User, separator: str = "semicolon") -> list[dict[str, str]]:
    answer = browser_of(prof).get(FILE, {"separator": separator})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert re.search(r'filename="vision-\d{4}-\d\d-\d\d\.csv"', answer.headers["Content-Disposition"])
    content = answer.content
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter={"semicolon": ";", "comma": ","}[separator]))


@pytest.mark.parametrize("separator", ["semicolon", "comma"])
def test_the_file_has_a_line_per_pair_and_quest(pair: Pair, prof: User, separator: str) -> None:
    play(pair, "96", "97", "128")
    make_pair(pair.course, "2")
    rows = file_of(prof, separator)
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 2 * sum(len(card.quests) for card in load_cards())
    (row,) = [one for one in rows if one["attempts"] == "3"]
    assert (row["pair"], row["card"], row["quest"]) == ("1", CARD.slug, QUEST.slug)
    assert (row["state"], row["wrong"], row["hints"], row["first_mistake"]) == ("solved", "2", "0", "bias_forgotten")
    assert row["solved_by"] == member_of(pair).username
    assert datetime.datetime.fromisoformat(row["solved_at"])


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@SUM(A1)", "\tx", "\r=1", '=HYPERLINK("http://x")'])
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(pair: Pair, prof: User, text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(f"a{text}") == f"a{text}"
    assert harmless(-3) == -3
    Pair.objects.update(name=text)
    assert all(row["pair"] == f"'{text}" for row in file_of(prof))


# --- mistakes --------------------------------------------------------------------------------------------------------


def test_mistakes_are_ranked_by_how_many_pairs_make_them(pair: Pair, prof: User) -> None:
    play(pair, "96", "96000", "7", "128")
    for name in ("2", "3"):
        play(make_pair(pair.course, name), "96", "7")
    page = said(page_of(prof, MISTAKES))
    assert "bias forgotten 3 pairs, 3 answers" in page
    assert "7 128" in page  # what they said, and the truth beside it
    assert QUEST.title["en"] in page
    assert f"quests/{QUEST.slug}/quest.yaml" in page


def test_mistakes_are_those_of_one_group_card_or_session(pair: Pair, prof: User) -> None:
    play(pair, "96", "7")
    session = begin(pair)
    other = next(card for card in load_cards() if card.slug != CARD.slug)
    nothing = "No wrong answer here."
    assert nothing not in page_of(prof, f"{MISTAKES}?group=A1&card={CARD.slug}")
    assert nothing in page_of(prof, f"{MISTAKES}?group=none")
    assert nothing in page_of(prof, f"{MISTAKES}?card={other.slug}")
    assert nothing in page_of(prof, f"{MISTAKES}?session={session.pk}")  # they were made before
    Attempt.objects.update(created_at=timezone.now())
    assert nothing not in page_of(prof, f"{MISTAKES}?session={session.pk}")
    assert browser_of(prof).get(f"{MISTAKES}?session=999").status_code == 404


def test_what_a_student_typed_is_text_among_the_mistakes(pair: Pair, prof: User) -> None:
    play(pair, "7")
    Attempt.objects.update(understood=ATTACK)
    assert ATTACK not in page_of(prof, MISTAKES)


@pytest.mark.parametrize(
    ("value", "text"),
    [(128, "128"), (7_200_000, "7\u202f200\u202f000"), (0.5, "0.5"), ((1, 3, 640), "1 × 3 × 640"), ("SiLU", "SiLU"),
     (("Conv2d", "SiLU"), "Conv2d, SiLU"), (((1, 2), (3, 4)), "1 × 2 ; 3 × 4"), ((), "")],
)  # fmt: skip
def test_a_truth_reads_as_one_would_say_it(value: Any, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("text", "first"),
    [("One. Two.", "One."), ("A ratio of 0.5 is half. Two.", "A ratio of 0.5 is half."), ("No end", "No end"),
     ("Why? Because.", "Why?"), ("", "")],
)  # fmt: skip
def test_the_first_sentence_of_an_advice(text: str, first: str) -> None:
    assert first_sentence(text) == first


def test_an_unlocked_quest_and_a_hint_are_nobodys_business_on_the_wall(pair: Pair, prof: User) -> None:
    for what in ("unlocked", "hint", "returned", "wrong"):
        card_changed.send(sender=None, pair=pair, card=CARD.slug, quest=QUEST.slug, what=what, by=None, data={})
    assert state_of(page_of(prof, WALL))["events"] == []
