"""A new course from a zip that was found good: everything of it, or nothing."""

import datetime
import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from challenges.catalogue import CATALOGUE, find_cards
from challenges.spec import load_tasks
from config.bundles import parts, reading
from config.bundles.contents import Bundle
from courses import audit
from courses.models import Course, Group, Pair
from courses.registration import register_file
from courses.services import RosterReport, import_roster
from datasets.beginning import begin
from marking.beginning import begin_rubrics
from submissions.models import Task


@dataclass(frozen=True)
class Plan:
    """What bringing a course would do, for whoever decides: new, changed and unchanged cards; tasks that are taken.

    ``dates`` come with its rules; those ``past`` are over, and are left out.
    """

    new_cards: tuple[str, ...]
    changed_cards: tuple[str, ...]
    same_cards: tuple[str, ...]
    taken_tasks: tuple[str, ...]
    dates: Mapping[str, datetime.date] = field(default_factory=dict)
    past: Mapping[str, datetime.date] = field(default_factory=dict)


def plan(bundle: Bundle, now: datetime.datetime | None = None) -> Plan:
    """Compare with what this site has; writes nothing."""
    dates = parts.dates_of(bundle.parts)
    past = parts.over(dates, now or timezone.now(), zone_of(bundle))
    here = {card.slug: card for card in CATALOGUE.cards()}
    same = [card.slug for card in bundle.cards if here.get(card.slug) == card]
    return Plan(
        new_cards=tuple(card.slug for card in bundle.cards if card.slug not in here),
        changed_cards=tuple(card.slug for card in bundle.cards if card.slug in here and card.slug not in same),
        same_cards=tuple(same),
        taken_tasks=tuple(
            Task.objects.filter(slug__in=[task.slug for task in bundle.tasks]).values_list("slug", flat=True)
        ),
        dates={name: date for name, date in dates.items() if name not in past},
        past=past,
    )


def zone_of(bundle: Bundle) -> ZoneInfo:
    """Where its days end and its deadlines are read."""
    return ZoneInfo(bundle.time_zone or settings.TIME_ZONE)


def bring(
    *, bundle: Bundle, file: IO[bytes], instructor: User, people: bool, now: datetime.datetime | None = None
) -> tuple[Course, RosterReport]:
    """Make the course, taught by ``instructor``; with the people of its roster when asked.

    The cards are this site's from now on: whoever has begun a quest keeps the version they saw. Dates that are over
    are left out. Raises Refusal.
    """
    with reading.weights_file(file, bundle) as weights, transaction.atomic():
        course = Course.objects.create(
            slug=_free_slug(bundle.slug),
            title=bundle.title,
            training_grid=bundle.training_grid,
            time_zone=bundle.time_zone,
        )
        course.instructors.add(instructor)
        groups = {name: Group.objects.create(course=course, name=name) for name in dict.fromkeys(_groups(bundle))}
        for name, group in dict(bundle.pairs).items():
            Pair.objects.create(course=course, name=name, group=groups[group])
        begin(course, classes=bundle.object_classes, rules=bundle.acquisition)
        _begin_rules(course, bundle, instructor, now or timezone.now())
        report = import_roster(course=course, rows=bundle.people) if people else RosterReport()
        for task in bundle.tasks:
            defaults = {**task.rules, "course": course, "data": task.data}
            Task.objects.get_or_create(slug=task.slug, defaults=defaults)
        if weights is not None and bundle.weights is not None:
            register_file(course=course, file=weights, name=str(bundle.weights["name"]))
        _install(bundle)
    return course, report


def _begin_rules(course: Course, bundle: Bundle, instructor: User, now: datetime.datetime) -> None:
    """What the new course asks, marks by and keeps; its trace begins with it."""
    begun = parts.without_past(bundle.parts, now, course.zone)
    parts.begin(course, begun)
    begin_rubrics(course, bundle.rubrics)
    audit.record(
        course=course,
        actor=instructor,
        action="course-brought",
        subject=f"course:{course.pk}",
        after=parts.as_json(begun) | ({"rubric": max(bundle.rubrics)} if bundle.rubrics else {}),
    )


def _groups(bundle: Bundle) -> tuple[str, ...]:
    return (*bundle.groups, *(group for _, group in bundle.pairs))


def _free_slug(wanted: str) -> str:
    base = slugify(wanted)[:40] or "course"
    slug, nth = base, 1
    while Course.objects.filter(slug=slug).exists():
        nth += 1
        slug = f"{base}-{nth}"
    return slug


def _install(bundle: Bundle) -> None:
    """Put the cards and tasks that differ from this site's in its own folder; the same ones stay where they are."""
    same = set(plan(bundle).same_cards)
    for card in bundle.cards:
        if card.slug not in same:
            _replace_card(bundle, card.slug)
    known = load_tasks()
    for spec in bundle.task_specs:
        if spec not in known:
            _write(f"tasks/{spec.slug}.yaml", bundle.files[f"tasks/{spec.slug}.yaml"])
    for name, content in bundle.files.items():
        if name.startswith("pictures/"):
            _write(name, content)
    CATALOGUE.look_again()


def _replace_card(bundle: Bundle, slug: str) -> None:
    """The whole folder at once: no quest of the card that stood there before stays behind."""
    prefix = f"cards/{bundle.folders[slug]}/"
    for folder in [found.folder for found in find_cards(Path(settings.CARDS_DIR)) if found.card.slug == slug]:
        shutil.rmtree(folder)
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as name:
        for path, content in bundle.files.items():
            if path.startswith(prefix):
                file = Path(name) / "card" / path.removeprefix(prefix)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        target = Path(settings.CARDS_DIR) / slug
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(Path(name) / "card", target)


def _write(name: str, content: bytes) -> None:
    """Whole or not at all: a page may be reading it at this moment."""
    target = Path(settings.CARDS_DIR) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        partial.write_bytes(content)
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)
