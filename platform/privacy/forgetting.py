"""Forgetting somebody: what would go and what would stay, and doing it.

The account stays, empty, under a name that says nothing: what a pair solved, handed in and was marked for is its other
members' too, and so are the answers of those who taught it. Everything that names the person goes.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from rest_framework.authtoken.models import Token

from accounts.errors import Refusal
from accounts.models import Consent, Letter, User
from capsules.carrying_over import remove_bytes
from capsules.models import Appearance, Appreciation, CapsuleVersion, Captions, Chapter, Phrase
from courses import audit
from courses.models import Pair
from datasets.models import Clip
from datasets.services import expire_clip
from marking.models import Adjustment, Mark
from privacy import scrubbing, sign_ins
from privacy.models import ErasureRequest
from privacy.overwriting import overwrite_deleted
from privacy.scrubbing import Names
from quests import hand_in_files
from quests.models import HandInFile
from uploads import part_files
from uploads.models import ResumableUpload, StoredFile
from uploads.services import remove
from uploads.sweeping import forget_zips

BECAUSE = "forgotten"


@dataclass(frozen=True)
class Fate:
    """What becomes of one pair: ``stays`` when somebody else is still in it."""

    pair: Pair
    others: int
    clips: int
    films: int
    hand_in_files: int

    @property
    def stays(self) -> bool:
        return self.others > 0


@dataclass(frozen=True)
class Preview:
    """``text_count``: how many texts name the person, and will name nobody."""

    person: User
    pairs: tuple[Fate, ...]
    text_count: int


def access_person(actor: User, pk: int) -> User:
    """A student all of whose courses this instructor teaches, or any for an administrator; else Http404."""
    person = User.objects.filter(pk=pk, role=User.Role.STUDENT, forgotten_at__isnull=True).first()
    if person is None or person.is_superuser or not may_decide_for(actor, person):
        raise Http404("no such person")
    return person


def may_decide_for(actor: User, person: User) -> bool:
    if actor.is_superuser:
        return True
    courses = set(pairs_of(person).values_list("course", flat=True))
    return actor.is_instructor and bool(courses) and courses <= set(actor.courses_taught.values_list("pk", flat=True))


def pairs_of(person: User) -> QuerySet[Pair]:
    """Those somebody is in, and those they left with a film or a file of theirs in it."""
    sent = Q(clips__uploaded_by=person) | Q(stored_files__owner=person) | Q(variants__hand_ins__author=person)
    shown = Q(capsule__versions__handed_in_by=person) | Q(capsule__versions__appearances__person=person)
    keys = Pair.objects.filter(Q(members=person) | sent | shown).order_by().values("pk")
    return Pair.objects.filter(pk__in=keys).select_related("course", "group").order_by("pk")


def preview(person: User) -> Preview:
    """What forgetting this person would do; writes nothing."""
    return Preview(
        person, tuple(_fate(pair, person) for pair in pairs_of(person)), scrubbing.count(Names.of(person, ""))
    )


def _fate(pair: Pair, person: User) -> Fate:
    return Fate(
        pair=pair,
        others=pair.members.exclude(pk=person.pk).count(),
        clips=Clip.objects.filter(pair=pair).count(),
        films=CapsuleVersion.objects.filter(capsule__pair=pair, copy__isnull=False).count(),
        hand_in_files=HandInFile.objects.filter(hand_in__variant__pair=pair).count(),
    )


@transaction.atomic
def forget(*, person: User, actor: User | None, typed: str) -> str:
    """Do it; returns the name that the empty account has from now on. ``typed`` is the person's sign-in name.

    Raises Refusal where another name was typed. Bytes go on commit.
    """
    if typed.strip() != person.username:
        raise _another_name(person)
    instead = f"former-{secrets.token_hex(4)}"
    names = Names.of(person, instead)
    pairs = list(pairs_of(person))
    for pair in pairs:
        pair.members.remove(person)
        if not pair.members.exists():
            _remove_films(pair, actor)
        # Whether other pairs may see them was this person's to say as well: nobody can ask any more.
        CapsuleVersion.objects.filter(capsule__pair=pair).update(is_private=True)
    for course in {pair.course_id: pair.course for pair in pairs}.values():
        audit.record(course=course, actor=actor, action="person-forgotten", subject=f"person:{person.pk}")
    _delete_own(person)
    _close_doors(person)
    _empty(person, instead)
    scrubbing.scrub(names)
    transaction.on_commit(overwrite_deleted, robust=True)  # where it fails, the daily round does it
    return instead


def _remove_films(pair: Pair, actor: User | None) -> None:
    """Nobody is left to whom they belong. Checkpoints stay: the class's results are made anew from them."""
    for clip in Clip.objects.filter(pair=pair):
        expire_clip(clip=clip, because=BECAUSE, actor=actor)
    for version in CapsuleVersion.objects.filter(capsule__pair=pair).select_related("capsule__pair__course"):
        remove_bytes(version=version, actor=actor, because=BECAUSE)
    _remove_words_of_films(pair)
    for stored in StoredFile.objects.filter(pair=pair).exclude(purpose="checkpoint"):
        remove(stored)
    for file in HandInFile.objects.filter(hand_in__variant__pair=pair):
        transaction.on_commit(lambda path=file.path: hand_in_files.remove(path))  # type: ignore[misc]


def _remove_words_of_films(pair: Pair) -> None:
    """Where a film lies elsewhere, the trace of it included, and what is said in it."""
    versions = CapsuleVersion.objects.filter(capsule__pair=pair)
    links = tuple(versions.exclude(link="").values_list("link", flat=True).distinct())
    Captions.objects.filter(version__in=versions).delete()
    Chapter.objects.filter(version__in=versions).delete()
    versions.update(link="")
    if links:
        scrubbing.scrub(Names(links, "–"))


def _delete_own(person: User) -> None:
    """What is about this person alone."""
    for model, field in (
        (Consent, "person"), (Letter, "person"), (ErasureRequest, "person"), (Appearance, "person"),
        (Appreciation, "viewer"), (Phrase, "owner"), (Adjustment, "person"), (Token, "user"),
    ):  # fmt: skip
        model._default_manager.filter(**{field: person}).delete()
    for upload in ResumableUpload.objects.filter(owner=person):
        part_files.remove(upload)
    forget_zips(older_than_seconds=0)  # the people of the course are in them
    for stored in StoredFile.objects.filter(owner=person, pair__isnull=True):
        remove(stored)
    for mark in Mark.objects.filter(published__adjustments__has_key=str(person.pk)):
        told: dict[str, Any] = mark.published or {}
        told["adjustments"].pop(str(person.pk), None)
        Mark.objects.filter(pk=mark.pk).update(published=told)


def _close_doors(person: User) -> None:
    """Sessions, sign-in logs, and what the administration wrote of the account."""
    sign_ins.forget(person)
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=kind, object_id=str(person.pk)).delete()
    LogEntry.objects.filter(user=person).delete()


def _empty(person: User, instead: str) -> None:
    person.username, person.first_name, person.last_name = instead, "", ""
    person.email = person.id_number = ""
    person.is_active = person.is_staff = False
    person.last_login = None
    person.forgotten_at = timezone.now()
    person.set_unusable_password()
    person.save()
    person.groups.clear()
    person.user_permissions.clear()


def _another_name(person: User) -> Refusal:
    return Refusal(
        "another_name_typed",
        reason={
            "en": "What you typed is not this person's sign-in name; nothing was changed.",
            "fr": "Ce que vous avez tapé n’est pas le nom de connexion de cette personne ; rien n’a été changé.",
        },
        advice={"en": f"Type {person.username}.", "fr": f"Tapez {person.username}."},
    )
