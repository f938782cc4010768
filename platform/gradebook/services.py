"""Every write to a gradebook; each leaves its trace."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import mail
from accounts.errors import Refusal
from accounts.models import User
from courses import audit
from courses.models import Course
from gradebook.columns import Column, check, to_json
from gradebook.models import Gradebook, RulesVersion
from gradebook.queries import newest_rules
from gradebook.rules import Rules


def save_rules(*, course: Course, instructor: User, rules: Rules, base: int) -> RulesVersion:
    """A new version; ``base`` is the one that its writer had read. The same rules again are no new version.

    Raises Refusal when somebody else saved another one meanwhile.
    """
    before = newest_rules(course)
    if (before.number if before else 0) != base:
        raise _changed_meanwhile()
    standing = Rules.from_json(before.document) if before else Rules()
    if before is not None and standing == rules:
        return before
    try:
        with transaction.atomic():
            version = RulesVersion.objects.create(
                course=course, number=base + 1, document=rules.to_json(), saved_by=instructor
            )
            old, new = standing.to_json(), rules.to_json()
            audit.record(
                course=course,
                actor=instructor,
                action="gradebook-rules-changed",
                subject=f"gradebook:{course.pk}",
                before={name: value for name, value in old.items() if value != new[name]},
                after={name: value for name, value in new.items() if value != old[name]},
            )
    except IntegrityError:
        raise _changed_meanwhile() from None
    return version


def _changed_meanwhile() -> Refusal:
    return Refusal(
        "rules_changed_meanwhile",
        reason={
            "en": "Somebody changed the rules while you were editing them; nothing was saved.",
            "fr": "Quelqu’un a changé les règles pendant que vous les modifiiez ; rien n’a été enregistré.",
        },
        advice={
            "en": "What you typed is still there: look at the preview beside today's rules, then save.",
            "fr": "Ce que vous aviez saisi est encore là : regardez l’aperçu à côté des règles d’aujourd’hui, puis "
            "enregistrez.",
        },
        status=409,
    )


@transaction.atomic
def save_columns(*, course: Course, instructor: User, columns: Sequence[Column]) -> Gradebook:
    """The columns of this course's files from now on. Raises Refusal where they would identify nobody."""
    book, _ = Gradebook.objects.get_or_create(course=course)
    before, after = book.columns, to_json(check(columns))
    if before != after:
        book.columns = after
        book.save(update_fields=["columns"])
        audit.record(
            course=course,
            actor=instructor,
            action="gradebook-columns-changed",
            subject=f"gradebook:{course.pk}",
            before=_said(before),
            after=_said(after),
        )
    return book


def _said(columns: Iterable[Mapping[str, Any]]) -> list[str]:
    """What the files have, in their order: a heading that stands over something else is a change."""
    return [f"{each['heading']} ({each['source']})" for each in columns if each["is_included"]]


@transaction.atomic
def publish(*, course: Course, instructor: User, people: Iterable[User] = (), address: str = "") -> Gradebook:
    """Everybody reads their own row from now on; these people are told by mail. Publishing again changes nothing."""
    book, _ = Gradebook.objects.get_or_create(course=course)
    if book.published_at is not None:
        return book
    book.published_at, book.published_by = timezone.now(), instructor
    book.save(update_fields=["published_at", "published_by"])
    told = mail.send(people, subject=_subject(course), body=_body(course, address))
    audit.record(
        course=course,
        actor=instructor,
        action="gradebook-published",
        subject=f"gradebook:{course.pk}",
        after={"written_to": told},
    )
    return book


@transaction.atomic
def withdraw(*, course: Course, instructor: User) -> None:
    """Nobody reads their row any more."""
    changed = Gradebook.objects.filter(course=course, published_at__isnull=False)
    if changed.update(published_at=None, published_by=None):
        audit.record(course=course, actor=instructor, action="gradebook-withdrawn", subject=f"gradebook:{course.pk}")


def _subject(course: Course) -> dict[str, str]:
    return {"en": f"{course.title}: your marks", "fr": f"{course.title} : vos notes"}


def _body(course: Course, address: str) -> dict[str, str]:
    return {
        "en": f"Your marks for “{course.title}” can be read, by you alone:\n{address}",
        "fr": f"Vos notes pour « {course.title} » peuvent être lues, par vous seul :\n{address}",
    }
