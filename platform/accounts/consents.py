"""What people agreed to about their image: asking once, without a wall, and keeping every answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from accounts.consent_texts import VERSIONS, Question
from accounts.models import Consent, User

FILMED, DATASET, PEERS = str(Consent.Kind.FILMED), str(Consent.Kind.DATASET), str(Consent.Kind.PEERS)
KINDS: Final = tuple(str(kind) for kind in Consent.Kind)
#: Kind → the question as it is asked today.
QUESTIONS: Final[Mapping[str, Question]] = {kind: VERSIONS[kind][-1] for kind in KINDS}
#: In the session of whoever said "not now": they are not asked again before they sign in again.
LATER: Final = "consent-later"


@dataclass(frozen=True)
class Asked:
    """A question as it is asked today, with what this person answered; ``answer`` is None as long as they did not.

    What was answered to an older text stands in ``history`` and does not count.
    """

    kind: str
    question: Question
    answer: Consent | None
    history: tuple[Consent, ...]

    @property
    def is_given(self) -> bool:
        return self.answer is not None and self.answer.is_given

    @property
    def is_refused(self) -> bool:
        return self.answer is not None and not self.answer.is_given


def current_version(kind: str) -> int:
    return len(VERSIONS[kind])


def questions_for(person: User) -> tuple[Asked, ...]:
    """All the questions, with this person's answers; one query."""
    answers = list(person.consents.all())
    return tuple(_asked(kind, tuple(answer for answer in answers if answer.kind == kind)) for kind in KINDS)


def _asked(kind: str, history: tuple[Consent, ...]) -> Asked:
    newest = history[0] if history and history[0].version == current_version(kind) else None
    return Asked(kind, VERSIONS[kind][-1], newest, history)


def answers_of(people: Iterable[User]) -> dict[int, dict[str, bool]]:
    """Person → kind → yes or no, of whoever answered today's text; one query, however many they are."""
    rows = Consent.objects.filter(person__in=[person.pk for person in people]).order_by("answered_at", "pk")
    found: dict[int, dict[str, bool]] = {}
    for person, kind, version, is_given in rows.values_list("person", "kind", "version", "is_given"):
        if version == current_version(kind):
            found.setdefault(person, {})[kind] = is_given
    return found


def has_consented(person: User, kind: str) -> bool:
    """Whether this person said yes to today's text; silence is no."""
    return answers_of([person]).get(person.pk, {}).get(kind, False)


def all_have_consented(people: Iterable[User], kind: str) -> bool:
    """Whether everybody did: what shows a pair needs each of its members. Nobody at all is no."""
    everybody = list(people)
    answers = answers_of(everybody)
    return bool(everybody) and all(answers.get(person.pk, {}).get(kind, False) for person in everybody)


@transaction.atomic
def answer(*, person: User, answers: Mapping[str, bool]) -> list[Consent]:
    """Keep what somebody answered, with the moment and the version of the text; what has not changed is left alone."""
    standing = {asked.kind: asked.answer for asked in questions_for(person)}
    changed = [
        Consent(person=person, kind=kind, version=current_version(kind), is_given=is_given)
        for kind, is_given in answers.items()
        if (before := standing[kind]) is None or before.is_given != is_given
    ]
    return Consent.objects.bulk_create(changed)


def willing(kind: str) -> QuerySet[User]:
    """Whoever said yes to today's text; for queries about whole classes."""
    answers = Consent.objects.filter(person=OuterRef("pk"), kind=kind, version=current_version(kind))
    newest = Subquery(answers.order_by("-answered_at", "-pk").values("is_given")[:1])
    return User.objects.annotate(newest_answer=newest).filter(newest_answer=True)


def by_way_of_the_questions(request: HttpRequest, address: str) -> str:
    """Where somebody goes after a film: to the questions, which lead on to ``address``, or there at once.

    At once for whoever answered them all, put them off until they sign in again, or is no student.
    """
    person = request.user
    if not isinstance(person, User) or person.is_instructor or request.session.get(LATER):
        return address
    if all(asked.answer for asked in questions_for(person)):
        return address
    return f"{reverse('privacy:consent')}?{urlencode({'next': address})}"
