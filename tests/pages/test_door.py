"""Coming in, going out, and the page about oneself."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from rest_framework.authtoken.models import Token

from accounts.models import User
from courses.models import Pair
from tests.builders import PASSWORD, make_person, member_of
from tests.pages.browsing import browser_of

pytestmark = pytest.mark.django_db
DOOR = reverse("accounts:sign-in")


def sign_in(browser: Client, name: str, password: str) -> object:
    return browser.post(DOOR, {"username": name, "password": password, "next": ""})


@pytest.mark.parametrize("name", ["home", "accounts:me", "accounts:password", "accounts:token", "status"])
def test_a_stranger_is_sent_to_the_door_and_back_afterwards(name: str) -> None:
    response = browser_of(None).get(reverse(name))
    assert response.status_code == 302
    assert response["Location"] == f"{DOOR}?next={reverse(name)}"


def test_a_student_comes_in_and_lands_on_the_bingo_card(student: User) -> None:
    browser = browser_of(None)
    response = browser.post(DOOR, {"username": student.username, "password": PASSWORD}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("quests:card", args=["bingo-de-yolo"])
    assert response.status_code == 200


def test_an_instructor_lands_on_the_class(pair: Pair) -> None:
    prof = pair.course.instructors.get()
    assert browser_of(prof).get("/")["Location"] == reverse("teach:overview")


def test_a_student_without_a_pair_is_welcomed_and_told_what_to_do() -> None:
    page = browser_of(make_person("alone")).get("/")
    assert page.status_code == 200
    assert "<code>alone</code>" in page.content.decode()
    assert "/cards/" not in page.content.decode()


def test_a_wrong_password_says_so_and_signs_nobody_in(student: User) -> None:
    browser = browser_of(None)
    page = browser.post(DOOR, {"username": student.username, "password": "no"})
    assert page.status_code == 200
    assert "do not go together" in page.content.decode()
    assert "_auth_user_id" not in browser.session


def test_an_unknown_name_reads_exactly_as_a_wrong_password(student: User) -> None:
    def said(name: str) -> str:
        page = browser_of(None).post(DOOR, {"username": name, "password": "no"}).content.decode()
        return page[page.index('role="alert"') : page.index("<label")]

    assert said(student.username) == said("nobody-of-that-name")


def test_guessing_ends_in_a_pause_with_a_page_that_says_for_how_long(student: User, settings: Settings) -> None:
    browser = browser_of(None)
    for _ in range(settings.AXES_FAILURE_LIMIT):
        page = browser.post(DOOR, {"username": student.username, "password": "guess"})
    assert page.status_code == 429
    assert "quarter of an hour" in page.content.decode()
    page = browser.post(DOOR, {"username": student.username, "password": PASSWORD})
    assert page.status_code == 429
    assert "_auth_user_id" not in browser.session


def test_nobody_is_sent_to_another_site_after_signing_in(student: User) -> None:
    form = {"username": student.username, "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert browser_of(None).post(DOOR, form)["Location"] == "/"


def test_a_piece_of_a_page_asked_for_after_the_session_ended_sends_the_whole_page_to_the_door() -> None:
    browser = browser_of(None, htmx=True)
    here = {"HX-Current-URL": "http://testserver/cards/bingo-de-yolo/quests/the-weight-is/"}
    response = browser.get(f"{DOOR}?next=/cards/bingo-de-yolo/quests/the-weight-is/preview/", headers=here)
    assert response["HX-Redirect"] == f"{DOOR}?next=%2Fcards%2Fbingo-de-yolo%2Fquests%2Fthe-weight-is%2F"


def test_signing_out_takes_a_button_and_not_a_link(student: User) -> None:
    browser = browser_of(student)
    assert browser.get(reverse("accounts:sign-out")).status_code == 405
    assert "_auth_user_id" in browser.session
    assert browser.post(reverse("accounts:sign-out"))["Location"] == DOOR
    assert "_auth_user_id" not in browser.session


def test_the_account_page_shows_the_pair_and_keeps_the_token_to_itself(student: User, pair: Pair) -> None:
    token = Token.objects.create(user=student)
    page = browser_of(student).get(reverse("accounts:me")).content.decode()
    assert f"{pair.name} ({pair.group.name})" in page
    assert token.key not in page


def test_a_token_is_shown_on_request_and_a_new_one_replaces_it(student: User) -> None:
    browser = browser_of(student)
    old = Token.objects.create(user=student)
    page = browser.post(reverse("accounts:token"), {"action": "show"})
    assert old.key in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    page = browser.post(reverse("accounts:token"), {"action": "renew"})
    new = Token.objects.get(user=student)
    assert new.key != old.key
    assert new.key in page.content.decode()
    assert old.key not in page.content.decode()


def test_asking_to_see_a_token_that_was_never_made_makes_none(student: User) -> None:
    page = browser_of(student).post(reverse("accounts:token"), {"action": "show"})
    assert page.status_code == 200
    assert not Token.objects.exists()


def test_a_password_is_changed_with_the_old_one_only(student: User) -> None:
    browser = browser_of(student)
    new = "a longer horse battery"
    wrong = {"old_password": "no", "new_password1": new, "new_password2": new}
    page = browser.post(reverse("accounts:password"), wrong)
    assert page.status_code == 200
    assert 'class="field__error"' in page.content.decode()
    student.refresh_from_db()
    assert student.check_password(PASSWORD)
    page = browser.post(reverse("accounts:password"), wrong | {"old_password": PASSWORD}, follow=True)
    assert "Your password is changed." in page.content.decode()
    student.refresh_from_db()
    assert student.check_password(new)


def test_the_demo_tells_its_people_at_the_door_and_a_course_does_not(settings: Settings) -> None:
    settings.DEMO = True
    assert "<code>pair1a</code>" in browser_of(None).get(DOOR).content.decode()
    settings.DEMO = False
    assert "pair1a" not in browser_of(None).get(DOOR).content.decode()


def test_the_password_of_the_demo_is_not_shown_to_those_inside(student: User, settings: Settings) -> None:
    settings.DEMO = True
    assert "demo-banner" not in browser_of(student).get(reverse("accounts:me")).content.decode()


def test_the_foot_links_to_the_source_where_the_course_says_it_is(settings: Settings) -> None:
    settings.SOURCE_URL = "https://code.example/quest"
    assert 'href="https://code.example/quest"' in browser_of(None).get(DOOR).content.decode()
    settings.SOURCE_URL = ""
    assert 'href=""' not in browser_of(None).get(DOOR).content.decode()


def test_members_of_a_pair_see_each_other_by_name(pair: Pair, student: User) -> None:
    mate = pair.members.exclude(pk=student.pk).get()
    mate.first_name, mate.last_name = "Ada", "L."
    mate.save()
    assert "Ada L." in browser_of(member_of(pair)).get(reverse("accounts:me")).content.decode()
