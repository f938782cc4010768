"""Signing in from a terminal: what is kept, for whom, and where a token never goes."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from dlcv import address
from dlcv.errors import Refused

from tests.builders import PASSWORD
from tests.client.bad_line import BadLine, Fault
from tests.client.conftest import Person
from tests.client.live_site import REPOSITORY


@pytest.fixture
def newcomer(person: Person) -> Person:
    """Nobody yet: no token in the environment, none kept."""
    person.monkeypatch.delenv("DLCV_URL")
    person.monkeypatch.delenv("DLCV_TOKEN")
    return person


def config_of(person: Person) -> Path:
    return person.home / "config" / "dlcv" / "config.json"


def types(person: Person, name: str, password: str) -> None:
    """Answers to the questions of ``dlcv login``."""
    person.monkeypatch.setattr("dlcv.commands.login.require_terminal", lambda advice: None)
    person.monkeypatch.setattr("sys.stdin", __import__("io").StringIO(f"{name}\n"))
    person.monkeypatch.setattr("getpass.getpass", lambda *_, **__: password)


def test_a_name_and_a_password_are_exchanged_for_a_token_that_is_kept_for_oneself(newcomer: Person) -> None:
    types(newcomer, "pair1a", PASSWORD)
    said = newcomer.dlcv("login", newcomer.line.url)
    assert said.code == 0, said.err
    assert PASSWORD not in said.out + said.err
    path = config_of(newcomer)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    kept = path.read_text("utf-8")
    assert PASSWORD not in kept
    assert json.loads(kept)["sites"][newcomer.line.url]["token"] == newcomer.tokens["pair1a"]
    assert newcomer.dlcv("tasks", "--json").json["tasks"][0]["slug"] == "charlie"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_wrong_password_is_refused_and_nothing_is_kept(newcomer: Person, language: str) -> None:
    newcomer.speak(language)
    types(newcomer, "pair1a", "wrong")
    said = newcomer.dlcv("login", newcomer.line.url)
    assert said.code == 2
    reason = {
        "fr": "refusé\N{NO-BREAK SPACE}: Nom ou mot de passe incorrect.",
        "en": "refused: Wrong name or password.",
    }[language]
    assert reason in said.err
    assert not config_of(newcomer).exists()


def test_a_password_is_not_shown_while_it_is_typed(newcomer: Person) -> None:
    """A real terminal: what is typed comes back from it unless the program asked for silence."""
    primary, secondary = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "client")}
    command = [sys.executable, "-m", "dlcv", "login", newcomer.line.url]
    with subprocess.Popen(
        command, env=environment, stdin=secondary, stdout=secondary, stderr=secondary, start_new_session=True
    ) as client:
        os.close(secondary)
        shown = read_until(primary, b"Name: ")
        os.write(primary, b"pair1a\n")
        shown += read_until(primary, b"(not shown): ")
        os.write(primary, PASSWORD.encode() + b"\n")
        shown += read_until(primary, b"Signed in")
        assert client.wait(30) == 0
    os.close(primary)
    assert b"pair1a" in shown
    assert PASSWORD.encode() not in shown
    assert config_of(newcomer).exists()


def read_until(terminal: int, words: bytes) -> bytes:
    shown = b""
    while words not in shown:
        shown += os.read(terminal, 4096)
    return shown


def test_a_token_comes_by_standard_input_and_is_tried_before_it_is_kept(newcomer: Person, monkeypatch: Any) -> None:
    def login(token: str) -> int:
        monkeypatch.setattr("sys.stdin", __import__("io").StringIO(f"{token}\n"))
        return newcomer.dlcv("login", newcomer.line.url, "--token-stdin").code

    assert login("0" * 40) == 2
    assert login("two words") == 2
    assert login("") == 2
    assert not config_of(newcomer).exists()
    assert login(newcomer.tokens["pair1b"]) == 0
    assert newcomer.dlcv("status").code == 0


def test_without_a_terminal_nobody_is_asked(newcomer: Person) -> None:
    said = newcomer.dlcv("login", newcomer.line.url)
    assert said.code == 2
    assert "--token-stdin" in said.err


def test_whoever_is_not_signed_in_reads_how_to(newcomer: Person) -> None:
    for words in (("tasks",), ("status",), ("submit", "best.pt"), ("logout",)):
        said = newcomer.dlcv(*words)
        assert said.code == 2
        assert said.out == ""
    assert newcomer.line.seen == []


def test_logging_out_forgets_the_token(newcomer: Person) -> None:
    types(newcomer, "pair1a", PASSWORD)
    newcomer.dlcv("login", newcomer.line.url)
    assert newcomer.dlcv("logout").code == 0
    assert newcomer.tokens["pair1a"] not in config_of(newcomer).read_text("utf-8")
    assert newcomer.dlcv("tasks").code == 2


def test_a_kept_token_is_never_sent_to_another_site(newcomer: Person) -> None:
    types(newcomer, "pair1a", PASSWORD)
    newcomer.dlcv("login", newcomer.line.url)
    other = BadLine(newcomer.site.port)
    newcomer.monkeypatch.setenv("DLCV_URL", other.url)
    said = newcomer.dlcv("tasks")
    other.close()
    assert said.code == 2
    assert f"You are not signed in to {other.url}." in said.err
    assert other.seen == []


def test_a_token_that_others_could_read_is_closed_to_them(newcomer: Person) -> None:
    types(newcomer, "pair1a", PASSWORD)
    newcomer.dlcv("login", newcomer.line.url)
    config_of(newcomer).chmod(0o644)
    assert "readable by others" in newcomer.dlcv("tasks").err
    assert config_of(newcomer).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("nonsense", ["", "{", "[]", '{"sites": []}', '{"sites": {"x": 3}, "current": 7}'])
def test_a_spoilt_config_is_as_good_as_none(newcomer: Person, nonsense: str) -> None:
    config_of(newcomer).parent.mkdir(parents=True)
    config_of(newcomer).write_text(nonsense)
    config_of(newcomer).chmod(0o600)
    assert newcomer.dlcv("tasks").code == 2
    types(newcomer, "pair1a", PASSWORD)
    assert newcomer.dlcv("login", newcomer.line.url).code == 0


def test_a_netrc_does_not_speak_in_our_place(person: Person) -> None:
    netrc = person.home / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n")
    netrc.chmod(0o600)
    person.monkeypatch.setenv("NETRC", str(netrc))
    assert person.dlcv("tasks").code == 0
    assert {headers["Authorization"] for headers in person.line.headers} == {f"Token {person.tokens['pair1a']}"}


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_takes_the_token_nowhere(person: Person, status: int) -> None:
    other = BadLine(person.site.port)
    person.line.faults = [Fault("GET", "answer", status=status, headers={"Location": f"{other.url}/api/tasks/"})]
    said = person.dlcv("tasks")
    other.close()
    assert said.code == 1
    assert other.url in said.err
    assert other.seen == []


def test_an_upload_goes_to_the_site_whatever_address_the_answer_gives(person: Person, checkpoint: Path) -> None:
    other = BadLine(person.site.port)
    lie = Fault("POST", "answer", path="/uploads/", status=201, headers={"Location": f"{other.url}/uploads/{'0' * 32}"})
    person.line.faults = [lie]
    assert person.dlcv("submit", str(checkpoint)).code == 0  # no such upload on the site: it starts anew there
    other.close()
    assert other.seen == []


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("dlcv.example.org", "https://dlcv.example.org"),
        ("https://dlcv.example.org/", "https://dlcv.example.org"),
        ("https://example.org/dlcv/", "https://example.org/dlcv"),
        ("localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
    ],
)
def test_addresses_are_understood(said: str, meant: str) -> None:
    assert address.site_address(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        "http://dlcv.example.org",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "https://me:secret@dlcv.example.org",
        "ftp://dlcv.example.org",
        "file:///etc/passwd",
        "https://",
        "https://dlcv.example.org/?next=https://other",
        "https://dlcv.example.org:port",
        "",
    ],
)
def test_addresses_that_no_secret_may_go_to_are_refused(said: str) -> None:
    with pytest.raises(Refused):
        address.site_address(said)


def test_plain_http_is_spoken_only_when_it_is_asked_for() -> None:
    assert address.site_address("http://dlcv.example.org", insecure_http=True) == "http://dlcv.example.org"
