"""What is refused before a view reads it is refused in words, in both languages, with nothing written."""

import pytest
from django.test import Client
from pytest_django import Settings

from courses.models import Pair
from privacy.models import ErasureRequest
from tests.builders import member_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "That is more than a form takes"), ("fr", "C’est plus que ce qu’un formulaire accepte")],
)
def test_a_form_larger_than_forms_are_is_told_so(pair: Pair, settings: Settings, language: str, said: str) -> None:
    browser = Client(headers={"Accept-Language": language})
    browser.force_login(member_of(pair))
    urlencoded = "application/x-www-form-urlencoded"
    for body in ("words=" + "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE, "&".join(f"words{n}=1" for n in range(2_000))):
        answer = browser.post("/privacy/request/", body, content_type=urlencoded)
        assert answer.status_code == 413
        assert said in answer.content.decode()
    assert not ErasureRequest.objects.exists()


def test_a_host_that_is_not_ours_reads_nothing_of_the_site() -> None:
    answer = Client().get("/sign-in/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()
