"""An address that only takes forms leads a reader to the page that it belongs to."""

import pytest
from django.test import Client

from config.leading_back import page_above

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/clips/new/", "/clips/"),
        ("/capsule/captions/fr/remove/", "/capsule/captions/"),
        ("/teach/capsules/3/mark/adjust/12/", "/teach/capsules/3/mark/"),
        ("/teach/privacy/people/2/forget/", "/teach/privacy/people/2/"),
        ("/capsule/captions/", "/capsule/"),
        ("/sign-out/", "/"),
        ("/", None),
    ],
)
def test_the_page_above_is_the_nearest_that_is_one(path: str, above: str | None) -> None:
    assert page_above(path) == above


@pytest.mark.django_db
def test_somebody_who_reads_the_address_of_a_form_is_led_to_its_page() -> None:
    answer = Client(headers=BROWSER).get("/clips/new/")
    assert (answer.status_code, answer["Location"]) == (302, "/clips/")


@pytest.mark.django_db
def test_choosing_the_other_language_on_a_declined_form_ends_on_a_page() -> None:
    browser = Client(headers=BROWSER)
    answer = browser.post("/language/setlang/", {"language": "en", "next": "/sign-out/"}, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[0][0] == "/sign-out/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/clips/new/", {}),
        ("/clips/new/", {"Accept": "*/*"}),
        ("/clips/new/", BROWSER | {"HX-Request": "true"}),
    ],
)
def test_a_program_is_told_that_it_may_not(path: str, headers: dict[str, str]) -> None:
    assert Client(headers=headers).get(path).status_code == 405


@pytest.mark.django_db
def test_a_form_is_not_led_anywhere() -> None:
    assert Client(headers=BROWSER).post("/clips/frames/").status_code == 405
