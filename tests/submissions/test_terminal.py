"""The page with the lines for a terminal, and the client that the site gives away."""

import io
import zipfile

import pytest
from django.test import Client

from courses.models import Pair
from submissions.terminal_lines import CLIENT, CURL
from tests.builders import make_course, make_pair, member_of
from tests.conftest import REPOSITORY
from tests.hand_in import make_task
from tests.pages.browsing import browser_of

pytestmark = pytest.mark.django_db
PAGE = "/tasks/charlie/terminal/"


@pytest.fixture
def pair() -> Pair:
    pair = make_pair(make_course())
    make_task(pair.course)
    return pair


@pytest.mark.parametrize(("language", "words"), [("en", "Once: install and sign in"), ("fr", "se connecter")])
def test_the_lines_are_those_of_this_site_and_this_task(pair: Pair, language: str, words: str) -> None:
    said = browser_of(member_of(pair), language).get(PAGE).content.decode()
    assert words in said
    assert "dlcv login http://testserver" in said
    assert "pip install http://testserver/terminal/dlcv.zip" in said
    assert "--task charlie" in said
    assert "your.site" not in said
    assert said.count("data-copy=") == len(CLIENT) + len(CURL)
    assert PAGE in browser_of(member_of(pair), language).get("/tasks/charlie/").content.decode()


def test_the_page_is_for_those_of_the_course(pair: Pair) -> None:
    assert Client().get(PAGE).status_code == 302
    stranger = make_pair(make_course("other", instructor="other-prof"), "9")
    assert browser_of(member_of(stranger)).get(PAGE).status_code == 404


def test_anybody_may_have_the_client_and_it_holds_nothing_else() -> None:
    answer = Client().get("/terminal/dlcv.zip")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        assert archive.read("dlcv-client/dlcv/cli.py") == (REPOSITORY / "client/dlcv/cli.py").read_bytes()
    assert "dlcv-client/pyproject.toml" in names
    assert {name.split("/")[0] for name in names} == {"dlcv-client"}
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    assert Client().post("/terminal/dlcv.zip").status_code == 405


@pytest.mark.parametrize("key", [*CLIENT, *CURL])
def test_the_documentation_shows_the_same_lines(key: str) -> None:
    documented = (REPOSITORY / "docs" / "terminal.md").read_text("utf-8")
    for line in {**CLIENT, **CURL}[key].strip().splitlines():
        assert key == "follow" or line.strip() in documented, line
