"""Handing in: the one door through which a version of a capsule comes to be."""

import re
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from capsules import refusals
from capsules.access import rules_of
from capsules.carrying_over import carry_over, remove_bytes
from capsules.deadlines import Counted, Deadline, effective, judge
from capsules.models import Capsule, CapsuleRules, CapsuleVersion, Extension
from capsules.payloads import payload_for
from capsules.publication import is_published
from capsules.receipts import write_receipt
from courses import audit
from courses.models import Pair
from grading.models import GradingJob
from grading.services import enqueue
from uploads.arrived import Arrived
from uploads.refusals import too_large
from uploads.services import keep

PURPOSE: Final = "capsule"
LONGEST_LINK: Final = 500
_is_address: Final = URLValidator(schemes=["https"])


def deadline_of(pair: Pair, rules: CapsuleRules | None = None) -> Deadline:
    """What the pair is held to: its course's rules and its extension."""
    rules = rules or rules_of(pair.course)
    extended_to = Extension.objects.filter(pair=pair).values_list("due_at", flat=True).first()
    return deadline_from(rules, extended_to)


def deadline_from(rules: CapsuleRules, extended_to: datetime | None) -> Deadline:
    due_at = effective(rules.due_at, extended_to)
    return Deadline(due_at, rules.counts_from, timedelta(minutes=rules.grace_minutes))


def require_open(pair: Pair, *, now: datetime) -> None:
    """Raises Refusal where nothing that comes now could count. Asked before bytes travel, and again when they came."""
    rules = rules_of(pair.course)
    if is_published(pair):
        raise refusals.published_already()
    if rules.opens_at is not None and now < rules.opens_at:
        raise refusals.not_open_yet(f"{rules.opens_at.astimezone(pair.course.zone):%d/%m/%Y, %H:%M}")


def hand_in_file(*, pair: Pair, author: User, arrived: Arrived) -> CapsuleVersion:
    """Keep the film and have it looked at. Raises Refusal; nothing is written then, and ``arrived`` is the caller's.

    The very same bytes again are the version that is there: a second click, a reload, a script that repeats. One that
    was late is handed in anew where the pair was given more time since; one that we failed to prepare is tried again.
    """
    with transaction.atomic():
        capsule, rules = _locked(pair), rules_of(pair.course)
        require_open(pair, now=arrived.arrived_at)
        if arrived.size_bytes > rules.limit_bytes:
            raise too_large(rules.limit_bytes)
        moments = {"begun_at": arrived.begun_at, "finished_at": arrived.arrived_at}
        deadline = deadline_of(pair, rules)
        counted = judge(deadline, **moments)
        current = capsule.current
        if current is not None and current.sha256 == arrived.sha256 and _stands(current, counted):
            transaction.on_commit(arrived.discard)
            return _looked_at_again(current)
        _require_accepted(capsule, rules, counted)
        stored = keep(arrived, pair=pair, owner=author)
        said = {"name": stored.name, "sha256": stored.sha256, "size_bytes": stored.size_bytes}
        kind = CapsuleVersion.Kind.FILE
        version = _add(capsule, author, deadline, counted, kind=kind, source=stored, **moments, **said)
        version.job = enqueue(kind=GradingJob.Kind.VIDEO, subject=version.subject, payload=payload_for(version))
        version.save(update_fields=["job"])
        write_receipt(version)
    return version


def hand_in_link(*, pair: Pair, author: User, link: str, asked_at: datetime | None = None) -> CapsuleVersion:
    """Keep an address; the server never opens it. ``asked_at``: when the request began. Raises Refusal."""
    asked_at = asked_at or timezone.now()
    if not rules_of(pair.course).accepts_links:
        raise refusals.no_links()
    link = read_link(link)
    with transaction.atomic():
        capsule, rules = _locked(pair), rules_of(pair.course)
        require_open(pair, now=asked_at)
        moments = {"begun_at": asked_at, "finished_at": asked_at}
        deadline = deadline_of(pair, rules)
        counted = judge(deadline, **moments)
        current = capsule.current
        if current is not None and current.link == link and _stands(current, counted):
            return current
        _require_accepted(capsule, rules, counted)
        version = _add(capsule, author, deadline, counted, kind=CapsuleVersion.Kind.LINK, link=link, **moments)
        for earlier in capsule.versions.exclude(pk=version.pk):
            remove_bytes(version=earlier, actor=author, because="replaced")
        write_receipt(version)
    return version


def read_link(link: str) -> str:
    """An https address that one can open, without a name and password in it, every character of it seen.
    Raises Refusal."""
    link = link.strip()
    is_plain = link.isprintable() and not re.search(r"[\s<>\"\\^`{|}]|^https://[^/?#]*@", link)
    if len(link) > LONGEST_LINK or not is_plain:
        raise refusals.no_link()
    try:
        _is_address(link)
        _ = urlsplit(link).port  # beyond 65,535 there is none
    except (ValidationError, ValueError) as error:
        raise refusals.no_link() from error
    return link


def is_usable(version: CapsuleVersion | None) -> bool:
    """Whether something can be watched, now or once it is prepared: not what was refused as no film."""
    if version is None:
        return False
    return version.job is None or version.job.status not in (GradingJob.Status.REFUSED, GradingJob.Status.CANCELLED)


def _stands(current: CapsuleVersion, counted: Counted) -> bool:
    """Whether the same again changes nothing: it can be watched, and coming now is no better than when it came."""
    return is_usable(current) and (counted.is_late or not current.is_late)


def _looked_at_again(version: CapsuleVersion) -> CapsuleVersion:
    """The same version, its moments untouched; queued anew where its preparation failed by our fault."""
    if version.source is not None and version.job is not None and version.job.status == GradingJob.Status.FAILED:
        version.job = enqueue(kind=GradingJob.Kind.VIDEO, subject=version.subject, payload=payload_for(version))
        version.save(update_fields=["job"])
    return version


def _locked(pair: Pair) -> Capsule:
    """The pair's row, which nobody else changes until this transaction ends: two clicks come one after the other."""
    Capsule.objects.get_or_create(pair=pair)
    return Capsule.objects.select_for_update().select_related(None).get(pair=pair)


def _require_accepted(capsule: Capsule, rules: CapsuleRules, counted: Counted) -> None:
    """Late is for pairs that have nothing in time: what was handed in is replaced until the deadline, not after."""
    if not counted.is_late:
        return
    if is_usable(capsule.current):
        raise refusals.handed_in_already()
    if not rules.accepts_late:
        raise refusals.too_late()


def _add(capsule: Capsule, author: User, deadline: Deadline, counted: Counted, **fields: Any) -> CapsuleVersion:
    before = capsule.current
    last = capsule.versions.order_by("-number").values_list("number", flat=True).first() or 0
    version = CapsuleVersion.objects.create(
        capsule=capsule,
        number=last + 1,
        handed_in_by=author,
        counted_at=counted.at,
        due_at=deadline.due_at,
        is_late=counted.is_late,
        **fields,
    )
    capsule.current = version
    capsule.save(update_fields=["current"])
    if before is not None:
        carry_over(earlier=before, later=version)
    audit.record(
        course=capsule.pair.course,
        actor=author,
        action="capsule-replaced" if before else "capsule-handed-in",
        subject=f"capsule:{capsule.pk}",
        pair=capsule.pair,
        before=said_of(before) if before else None,
        after=said_of(version),
    )
    return version


def said_of(version: CapsuleVersion) -> dict[str, object]:
    """What the audit trace keeps of a version."""
    what = {"link": version.link} if version.link else {"sha256": version.sha256, "size_bytes": version.size_bytes}
    return {
        "version": version.number,
        **what,
        "counted_at": version.counted_at.isoformat(),
        "is_late": version.is_late,
    }
