"""People with meaning, in as few rows as a test needs."""

from typing import Any

from accounts.models import User
from challenges.key import AnswerKey, Mistake
from challenges.spec import Card, Quest, load_cards
from courses.models import Course, Group, Pair
from grading import models as grading
from quests.models import Variant

PASSWORD = "correct horse battery"


def make_course(slug: str = "vision", *, instructor: str = "prof") -> Course:
    course = Course.objects.create(slug=slug, title="Vision", variant_seed="5e" * 32)
    prof = User.objects.create_user(instructor, password=PASSWORD, role=User.Role.INSTRUCTOR)
    course.instructors.add(prof)
    return course


def make_pair(course: Course, name: str = "1", *members: str) -> Pair:
    group, _ = Group.objects.get_or_create(course=course, name="A1")
    pair = Pair.objects.create(course=course, group=group, name=name)
    for member in members or (f"pair{name}a", f"pair{name}b"):
        pair.members.add(User.objects.create_user(member, password=PASSWORD))
    return pair


def member_of(pair: Pair) -> User:
    member = pair.members.order_by("username").first()
    assert member is not None
    return member


def find_quest(kind: str = "tensor_shape", *, limited: bool = False) -> tuple[Card, Quest]:
    """A quest of that kind from the real cards, its attempts limited or not; never about the course's file."""
    for card in load_cards():
        for quest in card.quests:
            if quest.kind == kind and (quest.attempts is not None) == limited and quest.model != "course":
                return card, quest
    raise LookupError(f"no {kind} quest with limited={limited}")


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
