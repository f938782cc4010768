"""Letters to people: kept with what they tell of, one each, in both languages."""

import pytest
from django.core import mail
from django.db import transaction

from accounts.mail import send
from accounts.models import Letter, User
from accounts.post import deliver
from tests.builders import make_person

pytestmark = pytest.mark.django_db
SUBJECT = {"en": "The marks are out", "fr": "Les notes sont là"}
BODY = {"en": "Read them on the site.", "fr": "Lisez-les sur le site."}


def somebody(name: str, email: str) -> User:
    person = make_person(name)
    person.email = email
    person.save()
    return person


def test_each_person_gets_a_letter_of_their_own_in_both_languages() -> None:
    people = [somebody("ana", "ana@example.org"), somebody("bob", "bob@example.org")]
    assert send(people, subject=SUBJECT, body=BODY) == 2
    assert deliver() == 2
    assert [message.to for message in mail.outbox] == [["ana@example.org"], ["bob@example.org"]]
    for message in mail.outbox:
        assert message.recipients() == message.to
        assert message.subject == "Les notes sont là · The marks are out"
        assert message.body.index(BODY["fr"]) < message.body.index(BODY["en"])
    assert not Letter.objects.exists()


def test_whoever_has_no_address_or_a_closed_account_is_left_out_and_a_shared_address_is_written_to_once() -> None:
    closed = somebody("gone", "gone@example.org")
    closed.is_active = False
    people = [make_person("mute"), closed, somebody("ana", "Both@example.org"), somebody("bob", "both@example.org ")]
    assert send(people, subject=SUBJECT, body=BODY) == 1
    assert send([], subject=SUBJECT, body=BODY) == 0
    assert deliver() == 1
    assert len(mail.outbox) == 1


def test_what_did_not_happen_is_not_told() -> None:
    ana = somebody("ana", "ana@example.org")
    with transaction.atomic():
        send([ana], subject=SUBJECT, body=BODY)
        transaction.set_rollback(True)
    assert deliver() == 0
    assert mail.outbox == []


def test_a_line_break_in_a_subject_begins_no_header() -> None:
    send([somebody("ana", "ana@example.org")], subject={"en": "A\r\nBcc: x@y.z", "fr": "B\n"}, body=BODY)
    deliver()
    assert mail.outbox[0].subject == "B · A Bcc: x@y.z"
    assert mail.outbox[0].message()["Bcc"] is None
