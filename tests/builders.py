"""People with meaning, in as few rows as a test needs."""

from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.models import User
from challenges.key import AnswerKey, Mistake
from challenges.spec import Card, Quest, load_cards
from courses.models import Course, Group, Pair
from grading import models as grading
from quests.models import Variant
from tests.outcomes import a_gallery, a_record, a_report, an_outcome

__all__ = [
    "a_gallery", "a_record", "a_report", "an_outcome", "find_quest", "give_key", "hashed_password", "make_course",
    "make_pair", "make_person", "member_of",
]  # fmt: skip

PASSWORD = "correct horse battery"


@cache
def hashed_password() -> str:
    """Hashing is slow on purpose: once for all the people of all the tests."""
    return make_password(PASSWORD)


def make_person(username: str, role: str = User.Role.STUDENT) -> User:
    return User.objects.create(username=username, password=hashed_password(), role=role)


def make_course(slug: str = "vision", *, instructor: str = "prof") -> Course:
    course = Course.objects.create(slug=slug, title="Vision", variant_seed="5e" * 32)
    prof = make_person(instructor, User.Role.INSTRUCTOR)
    course.instructors.add(prof)
    return course


def make_pair(course: Course, name: str = "1", *members: str) -> Pair:
    group, _ = Group.objects.get_or_create(course=course, name="A1")
    pair = Pair.objects.create(course=course, group=group, name=name)
    for member in members or (f"pair{name}a", f"pair{name}b"):
        pair.members.add(make_person(member))
    return pair


def member_of(pair: Pair) -> User:
    member = pair.members.order_by("username").first()
    assert member is not None
    return member


def find_quest(kind: str = "tensor_shape") -> tuple[Card, Quest]:
    """The first quest of that kind on the real cards that is not about the course's file."""
    for card in load_cards():
        for quest in card.quests:
            if quest.kind == kind and quest.model != "course":
                return card, quest
    raise LookupError(f"no {kind} quest")


def give_key(variant: Variant, *, truth: Any, mistakes: dict[str, Any] | None = None, collides: bool = False) -> None:
    """Put a key in the place of the one the worker would make: the site never looks at where it comes from."""
    key = AnswerKey(
        question=variant.question,
        model_digest=variant.answer_key.model_digest,
        truth=truth,
        mistakes=tuple(Mistake(code, value) for code, value in (mistakes or {}).items()),
        collides=collides,
    )
    grading.AnswerKey.objects.filter(pk=variant.answer_key_id).update(key=key.to_json())
    variant.answer_key.refresh_from_db()
