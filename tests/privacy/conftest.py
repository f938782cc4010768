"""A pair that left something in every room of the house, and another one that did too."""

import uuid
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings as site
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from pytest_django import Settings
from rest_framework.authtoken.models import Token

from accounts import consents
from accounts.models import User
from capsules.models import Capsule, CapsuleVersion, Comment
from courses import audit
from courses.models import Course, Pair
from datasets.models import Clip
from marking.models import Adjustment, Mark, RubricVersion
from quests.models import HandIn, HandInFile
from tests.builders import find_quest, give_key, make_course, make_pair
from tests.hand_in import evaluate, folders, hand_in, make_task
from uploads.models import ResumableUpload, StoredFile

__all__ = ["folders"]

FIRST, LAST = "Zénobie", "Quatrefages-Ø"
MAIL = "zenobie.quatrefages@example.org"
NUMBER = "n°2026-0417"
USERNAME = "zqf"
FULL = f"{FIRST} {LAST}"


@dataclass(frozen=True)
class House:
    course: Course
    pair: Pair
    person: User
    mate: User

    @property
    def prof(self) -> User:
        return self.course.instructors.get()


def keep(pair: Pair, owner: User | None, purpose: str, name: str, content: bytes = b"film") -> StoredFile:
    key = default_storage.save(f"{purpose}/{uuid.uuid4().hex}", ContentFile(content))
    return StoredFile.objects.create(
        pair=pair, owner=owner, purpose=purpose, key=key, sha256="5e" * 32, size_bytes=len(content), name=name,
        content_type="video/mp4",
    )  # fmt: skip


def fill(course: Course, pair: Pair, person: User) -> None:
    """Rows that lead to this person, and texts that name them, wherever there are any."""
    from quests import services as quests

    prof = course.instructors.get()
    card, quest = find_quest("parameter_count")
    variant = quests.deal(pair=pair, card=card, quest=quest)
    assert variant is not None
    give_key(variant, truth=1234)
    quests.answer(pair=pair, author=person, card=card, quest=quest, text="99")
    handed_in = HandIn.objects.create(variant=variant, author=person, status=HandIn.Status.ACCEPTED, text="in words")
    path = f"kept/{uuid.uuid4().hex}"
    (Path(site.HAND_INS_DIR) / "kept").mkdir(parents=True, exist_ok=True)
    (Path(site.HAND_INS_DIR) / path).write_bytes(b"picture")
    HandInFile.objects.create(
        hand_in=handed_in, part="picture", name=f"{person.username}.png", path=path, size_bytes=7, digest="sha256:5e"
    )
    task = course.tasks.first() or make_task(course)
    submission = hand_in(task, pair, f"weights of {person.pk}")
    evaluate(submission, 0.5)
    submission.checkpoint.original_name = f"{person.username}-best.pt"
    submission.checkpoint.save()
    Clip.objects.create(
        pair=pair, sequence=1, name=f"{person.username} walks.mp4", sha256=f"{person.pk:064x}", uploaded_by=person,
        source=keep(pair, person, "clip", f"{person.username} walks.mp4"),
    )  # fmt: skip
    capsule = Capsule.objects.create(pair=pair)
    now = timezone.now()
    version = CapsuleVersion.objects.create(
        capsule=capsule, number=1, kind="file", name=f"{person.username}.mp4", handed_in_by=person, begun_at=now,
        finished_at=now, counted_at=now, copy=keep(pair, person, "capsule", "copy.mp4"),
    )  # fmt: skip
    Capsule.objects.filter(pk=capsule.pk).update(current=version)
    for author, by_instructor, text in (
        (person, False, "I speak here"),
        (prof, True, f"{person.get_full_name().upper()}, speak up! ({person.email})"),
    ):
        Comment.objects.create(
            version=version, author=author, by_instructor=by_instructor, text=text, at_seconds=1.0,
            drawing=[{"text": person.get_full_name()}],
        )  # fmt: skip
    rubric, _ = RubricVersion.objects.get_or_create(course=course, number=1, defaults={"document": {}})
    mark = Mark.objects.create(
        capsule=capsule, rubric_version=rubric, computed=Decimal("13.5"), state=Mark.State.DRAFT, comment="not yet told"
    )
    Adjustment.objects.create(mark=mark, person=person, delta=Decimal(1), reason=f"{person.username} did the editing")
    audit.record(
        course=course, actor=person, action="clip-replaced", subject="clip:1", pair=pair,
        reason=f"by {person.username}", before={"name": f"{person.last_name}, {person.first_name}"},
        after={"who": [person.id_number]},
    )  # fmt: skip
    ResumableUpload.objects.create(owner=person, name=f"{person.username}.mov", size_bytes=10)
    consents.answer(person=person, answers={"filmed": True, "peers": False})
    Token.objects.create(user=person)
    LogEntry.objects.create(
        user=prof, object_id=str(person.pk), object_repr=str(person), action_flag=2, content_type=_kind(person)
    )


def _kind(person: User) -> object:
    from django.contrib.contenttypes.models import ContentType

    return ContentType.objects.get_for_model(person)


@pytest.fixture
def house(db: None, folders: Path, settings: Settings) -> House:
    settings.DATA_DIR, settings.HAND_INS_DIR = folders, folders / "hand-ins"
    return build()


def build() -> House:
    course = make_course()
    pair = make_pair(course, "1", USERNAME, "mate")
    person, mate = pair.members.get(username=USERNAME), pair.members.get(username="mate")
    person.first_name, person.last_name, person.email, person.id_number = FIRST, LAST, MAIL, NUMBER
    person.save()
    fill(course, pair, person)
    return House(course, pair, person, mate)
