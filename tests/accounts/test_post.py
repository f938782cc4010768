"""The post: a mail server that fails loses nobody's letter, and no letter goes twice."""

import logging
from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db.models import F

from accounts import post
from accounts.mail import send
from accounts.models import Letter, User
from accounts.post import FIRST_PAUSE, LONGEST_PAUSE, MOST_TRIES, PATIENCE, deliver, pause_after
from tests.builders import make_person

pytestmark = pytest.mark.django_db


class Server(EmailBackend):
    """A mail server that answers for some addresses with an error of its own."""

    errors: dict[str, Exception] = {}
    tried: list[str] = []

    def send_messages(self, messages: Any) -> int:
        for message in messages:
            Server.tried += message.to
            if error := Server.errors.get(message.to[0]):
                raise error
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def _server(monkeypatch: pytest.MonkeyPatch) -> None:
    Server.errors, Server.tried = {}, []
    monkeypatch.setattr(post, "get_connection", Server)


def wait(by: timedelta) -> None:
    """Time passes: for the letters, everything was so much longer ago."""
    Letter.objects.update(due_at=F("due_at") - by, written_at=F("written_at") - by)


def people(*names: str) -> list[User]:
    found = [make_person(name) for name in names]
    for person in found:
        person.email = f"{person.username}@example.org"
        person.save()
    return found


def write(*names: str) -> list[User]:
    found = people(*names)
    send(found, subject={"en": "Marks", "fr": "Notes"}, body={"en": "Out.", "fr": "Là."})
    return found


def received() -> list[str]:
    return [message.to[0] for message in mail.outbox]


def test_one_who_cannot_be_written_to_now_is_written_to_later_and_the_others_at_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ana, _ = write("ana", "bob")
    Server.errors = {"ana@example.org": SMTPRecipientsRefused({"ana@example.org": (451, b"greylisted")})}
    assert deliver() == 1
    assert received() == ["bob@example.org"]
    assert f"person {ana.pk} could not be written to" in caplog.text
    Server.errors = {}
    assert deliver() == 0  # not yet
    wait(FIRST_PAUSE)
    assert deliver() == 1
    assert received() == ["bob@example.org", "ana@example.org"]
    assert not Letter.objects.exists()


def test_an_address_that_the_server_will_never_take_is_not_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    ana, _ = write("ana", "bob")
    Server.errors = {"ana@example.org": SMTPRecipientsRefused({"ana@example.org": (550, b"no such user")})}
    deliver()
    assert received() == ["bob@example.org"]
    assert not Letter.objects.exists()
    assert f"person {ana.pk} is not written to any more" in caplog.text


def test_an_address_that_no_header_can_hold_is_not_asked_again() -> None:
    write("ana")
    User.objects.update(email="a@example.org\nBcc: b@example.org")
    deliver()
    assert received() == []
    assert not Letter.objects.exists()


def test_a_server_that_hangs_up_on_everybody_is_left_alone_for_a_minute_and_nobody_is_forgotten(
    caplog: pytest.LogCaptureFixture,
) -> None:
    names = [f"p{number}" for number in range(PATIENCE + 4)]
    write(*names)
    Server.errors = {f"{name}@example.org": SMTPServerDisconnected("gone") for name in names}
    assert deliver() == 0
    assert len(Server.tried) == PATIENCE
    assert "does not answer; 7 letters wait" in caplog.text
    assert deliver() == 0
    assert len(Server.tried) == PATIENCE  # the next round finds nothing due
    assert post.late().count() == 0
    wait(FIRST_PAUSE + timedelta(seconds=1))
    assert post.late().count() == len(names)
    Server.errors = {}
    assert deliver() == len(names)
    assert sorted(received()) == [f"{name}@example.org" for name in names]


def test_a_letter_that_nobody_takes_for_two_days_is_given_up_with_a_line_in_our_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR)
    write("ana")
    Server.errors = {"ana@example.org": SMTPServerDisconnected("gone")}
    waited = timedelta()
    while Letter.objects.exists():
        deliver()
        wait(LONGEST_PAUSE)
        waited += LONGEST_PAUSE
    assert len(Server.tried) == MOST_TRIES
    assert "not written to any more" in caplog.text
    assert timedelta(days=1) < sum(map(pause_after, range(1, MOST_TRIES)), timedelta()) < timedelta(days=2)


def test_two_workers_that_read_the_same_letter_send_it_once() -> None:
    write("ana")
    (letter,) = Letter.objects.select_related("person")
    (same,) = Letter.objects.select_related("person")
    assert post._taken(letter)
    assert not post._taken(same)
    assert deliver() == 0  # the first one's, until its next try


def test_a_letter_follows_its_person_to_a_new_address_and_to_a_closed_account_not_at_all() -> None:
    ana, bob = write("ana", "bob")
    User.objects.filter(pk=ana.pk).update(email="new@example.org")
    User.objects.filter(pk=bob.pk).update(is_active=False)
    deliver()
    assert received() == ["new@example.org"]
    assert not Letter.objects.exists()


def test_a_worker_that_is_told_to_stop_leaves_the_rest_for_the_next_one() -> None:
    write("ana", "bob", "eve")
    assert deliver(stopped=lambda: len(Server.tried) == 1) == 1
    assert deliver() == 2
    assert len(received()) == 3
