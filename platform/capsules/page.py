"""What the pair's page shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import User
from capsules import appreciating
from capsules.access import reads_comments, rules_of
from capsules.chapters import Line, as_text
from capsules.handing_in import deadline_from, is_usable
from capsules.models import CapsuleRules, CapsuleVersion, Captions, Extension
from capsules.publication import is_published
from capsules.showing import late_by, length_of, state_of
from courses.models import Pair
from grading.models import GradingJob
from grading.queries import files_are_taken, position


@dataclass(frozen=True)
class Waiting:
    """A film that is being prepared. ``is_unattended``: nobody does it just now, and its place is kept."""

    job: GradingJob
    place: int | None
    is_unattended: bool


@dataclass(frozen=True)
class Member:
    """Somebody of the pair, and where they said that they are seen or heard first.

    ``typed``: what the field holds where it was declined.
    """

    person: User
    at_seconds: float | None
    typed: str | None = None


def current_of(pair: Pair) -> CapsuleVersion | None:
    """The version that counts."""
    versions = CapsuleVersion.objects.filter(capsule__pair=pair, capsule__current__isnull=False)
    rows = versions.select_related("capsule__pair__course", "capsule__current", "source", "copy", "poster", "job")
    return next((version for version in rows if version.pk == version.capsule.current_id), None)


def waiting_of(pair: Pair) -> Waiting | None:
    """None once there is nothing to wait for."""
    version = current_of(pair)
    if version is None or version.job is None or state_of(version) != "preparing":
        return None
    return Waiting(version.job, position(version.job), not files_are_taken())


def page_of(pair: Pair, person: User) -> dict[str, Any]:
    rules = rules_of(pair.course)
    version = current_of(pair)
    extension = Extension.objects.filter(pair=pair).first()
    return {
        "pair": pair,
        "rules": rules,
        "zone": pair.course.zone,
        "now": timezone.now(),
        "deadline": deadline_from(rules, extension.due_at if extension else None),
        "extension": extension,
        "version": version,
        "state": state_of(version),
        "published": is_published(pair),
        **_may(pair, rules, version, extension),
        **(_of_version(version, rules, person) if version else {}),
    }


def as_typed(version: CapsuleVersion, moments: Mapping[int, str]) -> list[Member]:
    """The members with the moments that were typed for them, whatever those are."""
    return [Member(one, None, moments.get(one.pk, "")) for one in version.capsule.pair.members.order_by("username")]


def _may(
    pair: Pair, rules: CapsuleRules, version: CapsuleVersion | None, extension: Extension | None
) -> dict[str, bool]:
    """What the place to hand in says: that it is there, and that what comes now would be late."""
    now = timezone.now()
    deadline = deadline_from(rules, extension.due_at if extension else None)
    is_past = deadline.is_past(now)
    is_open = not is_published(pair) and (rules.opens_at is None or now >= rules.opens_at)
    return {
        "is_past": is_past,
        "is_not_open_yet": rules.opens_at is not None and now < rules.opens_at,
        "may_hand_in": is_open and (not is_past or (rules.accepts_late and not is_usable(version))),
    }


def _of_version(version: CapsuleVersion, rules: CapsuleRules, person: User) -> dict[str, Any]:
    appearances = {one.person_id: one.at_seconds for one in version.appearances.all()}
    members = [Member(one, appearances.get(one.pk)) for one in version.capsule.pair.members.order_by("username")]
    chapters = [Line(one.at_seconds, one.title) for one in version.chapters.all()]
    captions = {one.language: one for one in version.captions.defer("text")}
    return {
        "waiting": waiting_of(version.capsule.pair),
        "length": length_of(version, rules),
        "late_by": late_by(version),
        "members": members,
        "missing": [member for member in members if member.at_seconds is None],
        "chapters_text": as_text(chapters),
        "languages": [(value, label, captions.get(value)) for value, label in Captions.Language.choices],
        "versions": list(version.capsule.versions.select_related("handed_in_by", "job")),
        "kind_words": appreciating.told(version) if rules.peers_may_watch else None,
        "reads_comments": reads_comments(person, version),
    }
