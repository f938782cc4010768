"""The pages of handing in: the pair's, its instructor's, the calls of a script; and what nobody else reaches."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.authtoken.models import Token

from accounts.models import User
from challenges import experiments
from config.body_guard import FRAME_BYTES, SMALL_BYTES, limits
from courses.models import Pair
from grader.materials import keep
from grading.models import GradingJob, Worker
from quests import reviews
from quests.models import Attempt, HandIn
from quests.queries import commonest_mistakes
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import files_in
from tests.handing_in import (
    BOTH,
    CARD,
    FILES,
    PNG,
    TRUTH,
    WORDS,
    check,
    deal,
    give,
    handed_in_quests,
    report,
    zipped,
)
from tests.pages.browsing import browser_of

__all__ = ["handed_in_quests"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("handed_in_quests")]
ATTACK = "<script>alert(1)</script>"
REVIEWS = "/teach/reviews/"


@pytest.fixture(autouse=True)
def fresh_throttles(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


@pytest.fixture
def prof(pair: Pair) -> User:
    return pair.course.instructors.get()


def quest_page(name: str) -> str:
    return f"/cards/{CARD}/quests/{name}/"


def hand_in_page(name: str) -> str:
    return f"{quest_page(name)}hand-in/"


def read(person: User | None, path: str, language: str = "en", *, htmx: bool = False) -> str:
    answer = browser_of(person, language, htmx=htmx).get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def said(page: str) -> str:
    """What one reads, tags aside."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def a_zip(content: bytes | None = None, name: str = "labels.zip") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, zipped() if content is None else content)


def pile_of(page: str) -> list[str]:
    """The pairs of the list, in its order."""
    (pile,) = re.findall(r'<nav class="reviews__pile".*?</nav>', page, re.S)
    return re.findall(r"pair (\d) ·", said(pile))


def strangers(pair: Pair) -> Iterator[User]:
    yield member_of(make_pair(pair.course, "9"))
    yield make_course("other", instructor="other-prof").instructors.get()


def script_of(person: User) -> Client:
    token, _ = Token.objects.get_or_create(user=person)
    return Client(headers={"Authorization": f"Token {token.key}"})


def body_of(response: Any) -> bytes:
    async def gathered() -> bytes:
        return b"".join([block async for block in response.streaming_content])

    return bytes(async_to_sync(gathered)())


# --- the pair's page --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_quests_page_says_what_to_hand_in_and_takes_it_without_a_script(pair: Pair, language: str) -> None:
    deal(pair, BOTH)
    page = read(member_of(pair), quest_page(BOTH), language)
    form = re.search(r"<form class=\"hand-in__form.*?</form>", page, re.S)
    assert form is not None
    assert 'enctype="multipart/form-data"' in form[0]
    assert f'action="{hand_in_page(BOTH)}"' in form[0]
    assert 'type="file" id="part-settings" name="settings" accept=".yaml,.yml" required' in form[0]
    assert 'name="picture" accept=".png,.jpg,.webp" required' in form[0]
    assert 'id="answer"' not in page  # nothing to type


def test_a_pair_hands_in_by_a_plain_form_and_comes_back_to_its_quest(pair: Pair, student: User) -> None:
    deal(pair, FILES)
    answer = browser_of(student).post(hand_in_page(FILES), {"labels": a_zip()})
    assert (answer.status_code, answer["Location"]) == (302, f"{quest_page(FILES)}#hand-in")
    assert HandIn.objects.get().author == student
    page = read(student, quest_page(FILES))
    assert "You are next" in page
    assert "hand-in__form" not in page


def test_htmx_gets_the_section_alone(pair: Pair, student: User) -> None:
    deal(pair, WORDS)
    answer = browser_of(student, htmx=True).post(hand_in_page(WORDS), {"text": "It leaks."})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in page
    assert "Yours is the next one to be read." in page
    assert "It leaks." in page


@pytest.mark.parametrize(
    ("name", "form", "sentence"),
    [
        (FILES, {}, "is missing"),
        (FILES, {"labels": a_zip(b"Rar!")}, "does not begin as a file of that name does"),
        (FILES, {"labels": a_zip(name="labels.rar")}, "is not a file of the kind"),
        (FILES, {"labels": a_zip(b"PK\x03\x04" + b"0" * 70_000)}, "is larger than 64 KiB"),
        (WORDS, {"text": " "}, "is missing"),
    ],
)
def test_what_is_declined_says_why_with_and_without_a_script_and_leaves_nothing(
    pair: Pair, student: User, handed_in_quests: Path, name: str, form: dict[str, Any], sentence: str
) -> None:
    deal(pair, name)
    for htmx in (False, True):
        for value in form.values():
            if hasattr(value, "seek"):
                value.seek(0)
        answer = browser_of(student, htmx=htmx).post(hand_in_page(name), form)
        assert answer.status_code == 200 if htmx else answer.status_code in (400, 413, 422)
        assert sentence in answer.content.decode()
    assert not HandIn.objects.exists()
    assert files_in(handed_in_quests / "hand-ins") == [] if (handed_in_quests / "hand-ins").exists() else True


def test_words_that_were_declined_are_still_in_the_field(pair: Pair, student: User) -> None:
    give(pair, WORDS, "first")
    answer = browser_of(student, htmx=True).post(hand_in_page(WORDS), {"text": "second thoughts"})
    assert "still being looked at" in answer.content.decode()
    HandIn.objects.all().delete()
    long = "é" * 9000
    assert long in browser_of(student, htmx=True).post(hand_in_page(WORDS), {"text": long}).content.decode()


def test_a_form_without_its_token_is_refused(pair: Pair, student: User) -> None:
    deal(pair, FILES)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(student, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.post(hand_in_page(FILES), {"labels": a_zip()}).status_code == 403
    assert not HandIn.objects.exists()


def test_a_quest_that_is_typed_takes_no_file(pair: Pair, student: User) -> None:
    assert (
        browser_of(student).post("/cards/bingo-de-yolo/quests/gigaflops/hand-in/", {"labels": a_zip()}).status_code
        == 404
    )
    assert browser_of(student).get("/cards/bingo-de-yolo/quests/no-such/hand-in/").status_code == 404


def test_the_page_asks_again_and_is_answered_only_when_something_is_new(
    pair: Pair, student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(make_pair(pair.course, "2"), FILES)
    row = give(pair, FILES)
    page = read(student, quest_page(FILES))
    assert "Place 2 in the queue." in page
    assert "not at work just now" in page
    (address,) = re.findall(r'hx-get="([^"]*\?of=[^"]*)"', page)
    address = address.replace("&amp;", "&")
    browser = browser_of(student, htmx=True)
    assert browser.get(address).status_code == 204
    check(monkeypatch, report())  # the other pair's
    moved = browser.get(address).content.decode()
    assert "You are next" in moved
    check(monkeypatch, report())
    row.refresh_from_db()
    assert row.status == "accepted"
    assert f'hx-get="{quest_page(FILES)}" hx-trigger="load" hx-target="#quest"' in browser.get(address).content.decode()


def test_nobody_is_told_that_the_machine_rests_while_it_works(pair: Pair, student: User) -> None:
    give(pair, FILES)
    Worker.objects.create(name="one", seen_at=timezone.now())
    assert "not at work just now" not in read(student, quest_page(FILES))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_report_is_shown_with_its_findings_and_figures(
    pair: Pair, student: User, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    give(pair, FILES)
    shares = {"train": 0.65, "val": 0.25, "test": 0.1}
    figures = {"shares": shares, "leakage": {"sequence": 1.0, "neighbour": 0.9375}, "unknown": [ATTACK]}
    check(monkeypatch, report("wrong", "sign", figures=figures))
    page = read(student, quest_page(FILES), language)
    assert "412 × .txt" in page
    assert "labels/a b.txt:3" in page
    assert {"en": "the class is 7", "fr": "la classe est 7"}[language] in page
    drawn = re.findall(r'<script id="hand-in-[^"]*" type="application/json">(.*?)</script>', page, re.S)
    shown, leaked, measured = [json.loads(figure)["data"] for figure in drawn]
    assert (shown[0]["y"], leaked[0]["y"]) == ([65.0, 25.0, 10.0], [100.0, 93.8])
    random = experiments.split_strategies().strategy("random")
    assert measured[0]["y"][2] == round(100 * random.map50_own_test, 1)  # as it was measured, not typed
    assert "93.8%" in page or "93,8\u202f%" in page  # the caption says what the picture shows
    assert ATTACK not in page
    assert "hand-in__form" in page  # and one may try again


def test_the_curves_of_a_training_are_drawn_with_their_holes(
    pair: Pair, student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(pair, FILES)
    series = {"map50": [0.1, None, 0.5], "train/box": [3, 2, 1], "val/box": [3, 2.5, 2], "lr": [1, 1, 1]}
    hostile = {"recall": ["<b>", 1, 2], "precision": [0.1, 0.2], "val/cls": [True, 1, 2]}
    figures = {"best_map50": 0.5, "curves": {"epochs": [0, 1, 2], "series": series | hostile}}
    check(monkeypatch, report(figures=figures))
    page = read(student, quest_page(FILES))
    drawn = re.findall(r'<script id="hand-in-[^"]*" type="application/json">(.*?)</script>', page, re.S)
    metrics, losses = [json.loads(figure)["data"] for figure in drawn]
    assert [(line["name"], line["y"]) for line in metrics] == [("mAP50", [0.1, None, 0.5])]
    assert [(line["name"], line["line"]["dash"]) for line in losses] == [("train box", "solid"), ("val box", "dash")]
    assert "The best mAP50: 50%." in page


@pytest.mark.parametrize(
    "figures",
    [{"shares": [1, 2]}, {"curves": {"epochs": "abc", "series": {"map50": "abc"}}}, {"curves": 3},
     {"leakage": {"sequence": "1"}}, {"strategies": {"sequence": 3}},
     {"curves": {"epochs": list(range(3000)), "series": {"map50": list(range(3000))}}}],
)  # fmt: skip
def test_figures_that_are_not_what_we_draw_are_left_out(
    pair: Pair, student: User, monkeypatch: pytest.MonkeyPatch, figures: dict[str, Any]
) -> None:
    give(pair, FILES)
    check(monkeypatch, report(figures=figures))
    page = read(student, quest_page(FILES))
    assert "412 × .txt" in page
    assert page.count('type="application/json"') <= 1  # our own experiment at most


def test_what_a_pair_wrote_and_called_its_file_is_text(pair: Pair, student: User, prof: User) -> None:
    give(pair, WORDS, ATTACK)
    row = give(pair, FILES)
    row.files.update(name=f"{ATTACK}.zip")
    for person, path in ((student, quest_page(WORDS)), (student, quest_page(FILES)), (prof, REVIEWS),
                         (prof, f"{REVIEWS}{row.pk}/"), (prof, f"/teach/pairs/{pair.pk}/")):  # fmt: skip
        assert ATTACK not in read(person, path)


def test_a_failure_of_ours_says_a_number_and_offers_to_send_it_again(pair: Pair, student: User) -> None:
    give(pair, FILES)
    HandIn.objects.update(status="failed", error_id="5e5e5e5e")
    page = read(student, quest_page(FILES))
    assert "5e5e5e5e" in page
    assert "It cost you nothing" in page
    assert "hand-in__form" in page


def test_a_quest_with_many_hand_ins_costs_no_more_queries(
    pair: Pair, student: User, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        give(pair, FILES, labels=zipped(str(number)))
        check(monkeypatch, report("malformed"))
    browser, asking = browser_of(student), browser_of(student, htmx=True)
    with django_assert_max_num_queries(25):
        assert browser.get(quest_page(FILES)).status_code == 200
    with django_assert_max_num_queries(12):
        asking.get(f"{hand_in_page(FILES)}?of={HandIn.objects.latest('pk').pk}")


# --- material and files -----------------------------------------------------------------------------------------------


@pytest.fixture
def with_material(pair: Pair, handed_in_quests: Path) -> bytes:
    content = zipped("messy")
    deal(pair, FILES, material=keep(handed_in_quests / "materials", "messy labels.zip", content))
    return content


def test_a_pair_downloads_its_material_as_an_attachment_whose_digest_is_shown(
    pair: Pair, student: User, prof: User, with_material: bytes
) -> None:
    page = read(student, quest_page(FILES))
    answer = browser_of(student).get(f"{quest_page(FILES)}material/")
    assert body_of(answer) == with_material
    assert answer["Content-Disposition"] == 'attachment; filename="messy labels.zip"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert re.search(r'id="material-digest">[0-9a-f]{64}<', page)
    assert body_of(script_of(student).get(f"/api{quest_page(FILES)}material/")) == with_material
    assert body_of(browser_of(prof).get(f"{quest_page(FILES)}material/?pair={pair.pk}")) == with_material


def test_nobody_else_downloads_it(pair: Pair, prof: User, with_material: bytes) -> None:
    path = f"{quest_page(FILES)}material/"
    for person in strangers(pair):
        for query in ("", f"?pair={pair.pk}", "?pair=x", "?pair=²"):
            assert browser_of(person).get(path + query).status_code == 404
        assert script_of(person).get(f"/api{path}").status_code == 404
    assert browser_of(prof).get(path).status_code == 404  # which pair's?
    assert browser_of(None).get(path).status_code == 302


def test_a_picture_comes_back_as_an_attachment_that_can_do_nothing(pair: Pair, student: User, prof: User) -> None:
    row = give(pair, BOTH)
    for person in (student, prof):
        answer = browser_of(person).get(f"/hand-ins/{row.pk}/files/picture/")
        assert body_of(answer) == PNG
        assert answer["Content-Type"] == "image/png"
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
    settings_file = browser_of(student).get(f"/hand-ins/{row.pk}/files/settings/")
    assert settings_file["Content-Type"] == "application/octet-stream"
    assert browser_of(student).get(f"/hand-ins/{row.pk}/files/nothing/").status_code == 404


def test_another_pairs_hand_in_does_not_exist(pair: Pair) -> None:
    row = give(pair, BOTH)
    for person in strangers(pair):
        assert browser_of(person).get(f"/hand-ins/{row.pk}/files/picture/").status_code == 404
        assert script_of(person).get(f"/api/hand-ins/{row.pk}/").status_code == 404
        if not person.is_instructor:
            other = browser_of(person, htmx=True).get(f"{hand_in_page(BOTH)}?of={row.pk}&seen=x")
            assert "Place" not in other.content.decode()


# --- the instructor's pile --------------------------------------------------------------------------------------------


def test_the_pile_lists_the_oldest_first_and_opens_it_beside_the_model_answer(pair: Pair, prof: User) -> None:
    give(pair, WORDS, "Because neighbours leak.")
    give(make_pair(pair.course, "2"), WORDS, "No idea.")
    page = read(prof, REVIEWS)
    assert pile_of(page) == ["1", "2"]
    assert "Because neighbours leak." in page
    assert "The model answer." in page
    assert "No idea." not in page
    assert '<span class="badge badge--wait number">2</span>' in page


def test_a_picture_is_shown_with_what_the_machine_says(pair: Pair, prof: User, monkeypatch: pytest.MonkeyPatch) -> None:
    row = give(pair, BOTH)
    check(monkeypatch, report())
    page = read(prof, REVIEWS)
    assert f'<img class="reviews__picture" src="/hand-ins/{row.pk}/files/picture/" alt="mosaic.png">' in page
    assert "Look at the fifth column." in page


def test_the_next_one_comes_up_at_once(pair: Pair, prof: User) -> None:
    first = give(pair, WORDS, "one")
    give(make_pair(pair.course, "2"), WORDS, "two")
    answer = browser_of(prof, htmx=True).post(f"{REVIEWS}{first.pk}/decide/", {"verdict": "accepted", "remark": "Yes."})
    page = answer.content.decode()
    assert "<html" not in page
    assert "Accepted: pair 1." in page
    assert '<span id="pile" hx-swap-oob="true"><span class="badge badge--wait number">1</span></span>' in page
    assert '<p class="hand-in__words">two</p>' in page
    first.refresh_from_db()
    assert (first.status, first.remark) == ("accepted", "Yes.")


def test_without_a_script_the_next_one_is_a_page(pair: Pair, prof: User) -> None:
    first = give(pair, WORDS, "one")
    second = give(make_pair(pair.course, "2"), WORDS, "two")
    path = f"{REVIEWS}{{}}/decide/?group=A1"
    answer = browser_of(prof).post(path.format(first.pk), {"verdict": "returned", "remark": "What leaks?"})
    assert answer["Location"] == f"{REVIEWS}{second.pk}/?group=A1"
    answer = browser_of(prof).post(path.format(second.pk), {"verdict": "accepted"})
    assert answer["Location"] == f"{REVIEWS}?group=A1"


def test_a_return_without_a_word_says_so_and_keeps_the_page(pair: Pair, prof: User) -> None:
    row = give(pair, WORDS)
    page = browser_of(prof).post(f"{REVIEWS}{row.pk}/decide/", {"verdict": "returned"}).content.decode()
    assert "not returned without a word" in page
    row.refresh_from_db()
    assert row.status == "waiting"


def test_the_pile_is_filtered_by_group_and_quest(pair: Pair, prof: User, monkeypatch: pytest.MonkeyPatch) -> None:
    other = make_pair(pair.course, "2")
    other.group = other.course.groups.create(name="B2")
    other.save()
    give(pair, WORDS, "of A1")
    give(other, BOTH)
    check(monkeypatch, report())
    assert pile_of(read(prof, f"{REVIEWS}?group=B2")) == ["2"]
    assert pile_of(read(prof, f"{REVIEWS}?quest={CARD}/{WORDS}")) == ["1"]
    assert "Nothing waits for you" in read(prof, f"{REVIEWS}?group=B2&quest={CARD}/{WORDS}")


def test_a_pair_reads_the_remark_and_who_looked(pair: Pair, student: User, prof: User) -> None:
    reviews.review(instructor=prof, hand_in=give(pair, WORDS), verdict="returned", remark="What *leaks*?")
    page = said(read(student, quest_page(WORDS)))
    assert "prof looked at it" in page
    assert "What *leaks*?" in page
    assert "2 attempts left" in page


def test_what_a_person_returned_is_no_unexplained_answer(pair: Pair, prof: User) -> None:
    reviews.review(
        instructor=prof, hand_in=give(pair, WORDS, "no idea at all"), verdict="returned", remark="What leaks?"
    )
    assert commonest_mistakes(pair.course) == ()
    assert "no idea at all" not in read(prof, "/teach/mistakes/")


def test_a_decision_is_opened_again_from_the_decided_ones(pair: Pair, student: User, prof: User) -> None:
    row = reviews.review(instructor=prof, hand_in=give(pair, WORDS), verdict="accepted")
    page = read(prof, f"{REVIEWS}?state=decided")
    assert "Decided already" in page
    browser_of(prof).post(
        f"{REVIEWS}{row.pk}/decide/?state=decided", {"verdict": "returned", "remark": "No.", "reopen": "yes"}
    )
    assert Attempt.objects.get().verdict == "wrong"
    assert "hand-in__form" in read(student, quest_page(WORDS))


@pytest.mark.parametrize("path", [REVIEWS, "{pk}/", "{pk}/decide/"])
def test_a_student_and_another_courses_instructor_read_and_decide_nothing(pair: Pair, path: str) -> None:
    row = give(pair, WORDS, "ours alone")
    path = path if path == REVIEWS else REVIEWS + path.format(pk=row.pk)
    for person in (member_of(pair), *strangers(pair)):
        answer = browser_of(person).get(path)
        assert answer.status_code in ((200,) if person.is_instructor and path == REVIEWS else (404, 405))
        assert b"ours alone" not in answer.content
        assert browser_of(person).post(path, {"verdict": "accepted"}).status_code in (404, 405)
    row.refresh_from_db()
    assert row.status == "waiting"


def test_the_pairs_page_shows_its_hand_ins_with_their_state(pair: Pair, prof: User) -> None:
    row = give(pair, FILES)
    page = read(prof, f"/teach/pairs/{pair.pk}/")
    assert f'href="{REVIEWS}{row.pk}/"' in page
    assert "being checked" in page
    assert TRUTH not in page


def test_a_long_pile_costs_the_same_few_queries(
    pair: Pair, prof: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(2, 12):
        give(make_pair(pair.course, str(number)), WORDS, str(number))
    browser = browser_of(prof)
    for path, most in ((REVIEWS, 20), (f"/teach/pairs/{pair.pk}/", 15), ("/teach/", 16)):
        with django_assert_max_num_queries(most):
            assert browser.get(path).status_code == 200


# --- scripts ----------------------------------------------------------------------------------------------------------


def test_a_script_hands_in_and_asks_for_the_verdict(pair: Pair, student: User, monkeypatch: pytest.MonkeyPatch) -> None:
    deal(pair, FILES)
    script = script_of(student)
    answer = script.post(f"/api{hand_in_page(FILES)[:-1]}s/", {"labels": a_zip()})
    assert answer.status_code == 202
    receipt = answer.json()
    assert receipt == {"id": HandIn.objects.get().pk, "status": "checking", "position": 1, "recognised": False}
    check(monkeypatch, report("wrong", "sign"))
    found = script.get(f"/api/hand-ins/{receipt['id']}/").json()
    assert (found["status"], found["report"]["mistake"], found["remark"], found["points"]) == (
        "returned",
        "sign",
        "",
        0,
    )
    assert found["report"]["findings"][0]["where"] == "labels/a b.txt:3"
    assert "path" not in json.dumps(found)
    again = script.post(f"/api{hand_in_page(FILES)[:-1]}s/", {"labels": a_zip()}).json()
    assert (again["id"], again["recognised"]) == (receipt["id"], True)


def test_a_script_hands_in_words_as_json(pair: Pair, student: User) -> None:
    deal(pair, WORDS)
    answer = script_of(student).post(
        f"/api{hand_in_page(WORDS)[:-1]}s/", {"text": "It leaks."}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["status"]) == (202, "waiting")


@pytest.mark.parametrize(
    ("form", "status"),
    [({"labels": a_zip(b"Rar!")}, 422), ({}, 400), ({"labels": a_zip(b"PK\x03\x04" + b"0" * 70_000)}, 413)],
)
def test_a_script_is_declined_with_reason_and_advice(
    pair: Pair, student: User, form: dict[str, Any], status: int
) -> None:
    deal(pair, FILES)
    answer = script_of(student).post(f"/api{hand_in_page(FILES)[:-1]}s/", form)
    assert answer.status_code == status
    assert set(answer.json()["reason"]) == set(answer.json()["advice"]) == {"en", "fr"}
    assert not HandIn.objects.exists()


def test_a_script_that_asks_for_what_is_not_there_reads_json(pair: Pair, student: User) -> None:
    for path in (f"/api/cards/{CARD}/quests/none/hand-ins/", "/api/cards/none/quests/none/hand-ins/"):
        answer = script_of(student).post(path, {"labels": a_zip()})
        assert (answer.status_code, set(answer.json()) >= {"reason", "advice"}) == (404, True)
    assert Client().post(f"/api/cards/{CARD}/quests/{FILES}/hand-ins/").status_code == 401


@pytest.mark.parametrize(
    ("path", "limit"),
    [(hand_in_page(FILES), SMALL_BYTES), (f"/api/cards/{CARD}/quests/{FILES}/hand-ins/", SMALL_BYTES),
     ("/cards/x/quests/y/hand-in/", SMALL_BYTES)],
)  # fmt: skip
def test_small_parts_take_small_bodies(path: str, limit: int) -> None:
    assert limits(10**9, 10**9)(path) == limit


def test_a_large_part_takes_a_large_body_at_its_own_address_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.body_guard.most_bytes", lambda card, quest: 200 * 2**20 if quest == FILES else 0)
    limit = limits(10, 10)
    assert limit(hand_in_page(FILES)) == 200 * 2**20 + FRAME_BYTES
    assert limit(hand_in_page(WORDS)) == SMALL_BYTES
    assert limit(quest_page(FILES)) == SMALL_BYTES


def test_nothing_that_a_pair_reads_tells_the_truth(pair: Pair, student: User, monkeypatch: pytest.MonkeyPatch) -> None:
    row = give(pair, FILES)
    check(monkeypatch, report("wrong", "sign"))
    for path in (quest_page(FILES), hand_in_page(FILES), f"/cards/{CARD}/"):
        assert TRUTH not in read(student, path)
    assert TRUTH not in script_of(student).get(f"/api/hand-ins/{row.pk}/").content.decode()
    job = GradingJob.objects.get(kind=GradingJob.Kind.HAND_IN)
    assert TRUTH not in f"{job.outcome}{job.log}"
