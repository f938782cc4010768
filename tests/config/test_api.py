"""Requests that no honest script sends are theirs to mend, never an error of ours; and the page about the calls."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework.settings import api_settings

from courses.models import Pair
from tests.builders import PASSWORD, make_course, make_pair, member_of

pytestmark = pytest.mark.django_db
DOOR = "/api/token/"


@pytest.fixture(autouse=True)
def fresh_throttles(settings: Settings, request: pytest.FixtureRequest) -> None:
    cache = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": request.node.nodeid}
    settings.CACHES = {"default": cache}


@pytest.fixture
def pair() -> Pair:
    return make_pair(make_course())


def guess(name: str, password: str = "guess", **headers: str) -> Any:
    form = {"username": name, "password": password}
    return Client().post(DOOR, form, content_type="application/json", headers=headers)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"[" * 200_000),
        ("application/json", b'{"username": ' + b"9" * 5_000 + b"}"),
        ("application/json", b'{"username": "\xff"}'),
        ("application/json", b'{"username": "\\ud800", "password": "x"}'),
        ("application/json", b'{"username": "a\\u0000", "password": "x"}'),
        ("application/json", b"[1]"),
        ("application/json; charset=nope", b"{}"),
        ("application/x-www-form-urlencoded", b"username=" + b"x" * (1_500 * 1024)),
        ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % number for number in range(1_500))),
        ("multipart/form-data", b"username=x"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\n'
            + b"x" * (1_500 * 1024)
            + b"\r\n--x--\r\n",
        ),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_and_is_no_error_of_ours(kind: str, body: bytes) -> None:
    answer = Client().generic("POST", DOOR, body, content_type=kind)
    assert answer.status_code == 400
    assert set(answer.json()["reason"]) == {"fr", "en"}
    assert "error_id" not in answer.json()


@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize("path", ["/api/", "/api/nothing/", "/api/cards/a/b/c/"])
def test_an_address_that_is_no_call_says_so_in_json(path: str, method: str) -> None:
    answer = getattr(Client(), method)(path)
    assert answer.status_code == 404
    assert set(answer.json()) == {"reason", "advice"}


def test_an_address_without_its_slash_leads_to_the_one_with_it() -> None:
    assert Client().get("/api/cards")["Location"] == "/api/cards/"


def test_guessing_a_password_through_the_api_ends_in_a_pause_said_in_json(pair: Pair, settings: Settings) -> None:
    name = member_of(pair).username
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = guess(name)
    assert answer.status_code == 429
    assert answer.json()["code"] == "locked_out"
    assert guess(name, PASSWORD).status_code == 429
    assert guess(name, PASSWORD, **{"X-Forwarded-For": "203.0.113.7"}).status_code == 429
    mate = pair.members.exclude(username=name).get()
    assert guess(mate.username, PASSWORD).status_code == 200


def test_no_header_makes_a_new_visitor_of_an_old_one(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    from rest_framework.throttling import ScopedRateThrottle

    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {**api_settings.DEFAULT_THROTTLE_RATES, "token": "3/min"})
    statuses = [guess(f"nobody-{n}", **{"X-Forwarded-For": f"203.0.113.{n}"}).status_code for n in range(5)]
    assert statuses == [400, 400, 400, 429, 429]


def test_the_page_about_the_calls_holds_no_script_that_our_policy_would_stop() -> None:
    page = Client().get("/api/docs/")
    scripts = re.findall(r"<script([^>]*)>([^<]*)</script>", page.content.decode())
    assert len(scripts) == 3
    assert all("src=" in attributes and not body.strip() for attributes, body in scripts)
    own = next(found for found in re.findall(r'src="([^"]*)"', page.content.decode()) if found.startswith("/api/docs/"))
    script = Client().get(own.replace("&amp;", "&"))
    assert script.status_code == 200
    assert script["Content-Type"].startswith("application/javascript")
    assert b"SwaggerUIBundle" in script.content


@pytest.mark.parametrize("path", ["/static/a.svg", "/nothing/", "/sign-in/", "/api/cards/", "/healthz"])
def test_every_answer_says_what_a_browser_may_do_with_it(path: str, settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "a.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    answer = Client().get(path)
    answer.close()
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
