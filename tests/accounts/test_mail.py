"""Messages to people: after the commit, one each, in both languages, and never an error of the page that sends them."""

from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.mail import PATIENCE, send
from accounts.models import User
from tests.builders import make_person

pytestmark = pytest.mark.django_db
SUBJECT = {"en": "The marks are out", "fr": "Les notes sont là"}
BODY = {"en": "Read them on the site.", "fr": "Lisez-les sur le site."}


def somebody(name: str, email: str) -> User:
    person = make_person(name)
    person.email = email
    person.save()
    return person


class Failing(EmailBackend):
    """A server that refuses one address, or that hangs up on everybody."""

    refuses: str | None = None
    tried: list[str] = []

    def send_messages(self, messages: Any) -> int:
        for message in messages:
            Failing.tried += message.to
            if self.refuses is None:
                raise SMTPServerDisconnected("gone")
            if message.to == [self.refuses]:
                raise SMTPRecipientsRefused({self.refuses: (550, b"no such user")})
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    Failing.refuses, Failing.tried = None, []


def test_each_person_gets_a_message_of_their_own_in_both_languages(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    people = [somebody("ana", "ana@example.org"), somebody("bob", "bob@example.org")]
    with django_capture_on_commit_callbacks(execute=True):
        assert send(people, subject=SUBJECT, body=BODY) == 2
    assert [message.to for message in mail.outbox] == [["ana@example.org"], ["bob@example.org"]]
    for message in mail.outbox:
        assert message.recipients() == message.to
        assert message.subject == "Les notes sont là · The marks are out"
        assert message.body.index(BODY["fr"]) < message.body.index(BODY["en"])


def test_whoever_has_no_address_or_a_closed_account_is_left_out_and_a_shared_address_is_written_to_once(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    closed = somebody("gone", "gone@example.org")
    closed.is_active = False
    people = [make_person("mute"), closed, somebody("ana", "Both@example.org"), somebody("bob", "both@example.org ")]
    with django_capture_on_commit_callbacks(execute=True):
        assert send(people, subject=SUBJECT, body=BODY) == 1
        assert send([], subject=SUBJECT, body=BODY) == 0
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_before_the_commit_nor_when_it_does_not_come() -> None:
    ana = somebody("ana", "ana@example.org")
    with transaction.atomic():
        send([ana], subject=SUBJECT, body=BODY)
        transaction.set_rollback(True)
    assert mail.outbox == []
    with transaction.atomic():
        send([ana], subject=SUBJECT, body=BODY)
        assert mail.outbox == []
    assert len(mail.outbox) == 1


def test_a_line_break_in_a_subject_begins_no_header(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        send([somebody("ana", "ana@example.org")], subject={"en": "A\r\nBcc: x@y.z", "fr": "B\n"}, body=BODY)
    assert mail.outbox[0].subject == "B · A Bcc: x@y.z"
    assert mail.outbox[0].message()["Bcc"] is None


def test_one_refused_address_is_logged_and_the_others_are_written_to(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("accounts.mail.get_connection", Failing)
    Failing.refuses = "ana@example.org"
    people = [somebody("ana", "ana@example.org"), somebody("bob", "bob@example.org")]
    with django_capture_on_commit_callbacks(execute=True):
        assert send(people, subject=SUBJECT, body=BODY) == 2
    assert [message.to for message in mail.outbox] == [["bob@example.org"]]
    assert f"person {people[0].pk} could not be written to" in caplog.text


def test_a_server_that_hangs_up_is_not_asked_for_ever(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("accounts.mail.get_connection", Failing)
    people = [somebody(f"p{number}", f"p{number}@example.org") for number in range(PATIENCE + 4)]
    with django_capture_on_commit_callbacks(execute=True):
        send(people, subject=SUBJECT, body=BODY)
    assert len(Failing.tried) == PATIENCE
    assert "does not answer" in caplog.text
