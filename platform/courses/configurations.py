"""Every write to the pairs' training configurations, and who may read them."""

from typing import Any

from django.db import transaction

from accounts.errors import Refusal
from accounts.models import User
from courses.access import require_teacher_of
from courses.draw import Grid, Lot, draw
from courses.models import Course, Pair, TrainingConfiguration
from courses.signals import configurations_drawn


def draw_configurations(*, course: Course, instructor: User, again: bool = False) -> list[TrainingConfiguration]:
    """Draw for the pairs that have no lot yet, or, with ``again``, for all of them anew; returns the new ones.

    Raises Http404 for anybody but an instructor of the course.
    """
    require_teacher_of(instructor, course)
    with transaction.atomic():
        locked = Course.objects.select_for_update().get(pk=course.pk)
        existing = TrainingConfiguration.objects.filter(pair__course=course)
        # A new deal of the same seed would be the old one: the number of the deal goes into the seed.
        seed = locked.variant_seed
        if again:
            deal = max(existing.values_list("pk", flat=True), default=0)
            seed = f"{seed}\0{deal}"
            existing.delete()
        kept = {row.pair_id: lot_of(row) for row in existing.all()}
        pairs = list(locked.pairs.values_list("pk", flat=True))
        drawn = draw(pairs, Grid.from_json(locked.training_grid), seed=seed, kept=kept)
        rows = [TrainingConfiguration(pair_id=pair, **lot._asdict()) for pair, lot in sorted(drawn.items())]
        created = TrainingConfiguration.objects.bulk_create(rows)
        configurations_drawn.send(sender=TrainingConfiguration, course=locked)
    return created


def set_grid(*, course: Course, instructor: User, grid: Any) -> Grid:
    """Change what is drawn from; lots that were drawn stay. Raises Http404, or Refusal for what is no grid."""
    require_teacher_of(instructor, course)
    try:
        checked = Grid.from_json(grid)
    except ValueError as error:
        raise _no_grid(str(error)) from error
    Course.objects.filter(pk=course.pk).update(training_grid=checked.to_json())
    return checked


def lot_of(row: TrainingConfiguration) -> Lot:
    return Lot(row.size, row.image_size, row.frozen_backbone, row.batch_size)


def configuration_of(pair: Pair | None) -> TrainingConfiguration | None:
    """The pair's lot, None before the draw."""
    return None if pair is None else TrainingConfiguration.objects.filter(pair=pair).first()


def configurations_of(course: Course) -> dict[int, dict[str, Any]]:
    """Pair → its lot, as the board says it; one query."""
    return {row.pair_id: lot_of(row)._asdict() for row in TrainingConfiguration.objects.filter(pair__course=course)}


def _no_grid(why: str) -> Refusal:
    return Refusal(
        "no_grid",
        status=422,
        reason={
            "en": f"Nothing can be drawn from this grid ({why}).",
            "fr": f"Rien ne peut être tiré de cette grille\N{NO-BREAK SPACE}({why}).",
        },
        advice={
            "en": "Give each factor at least one value: sizes among n s m l x, image sizes that are multiples of 32.",
            "fr": "Donnez au moins une valeur à chaque facteur\N{NO-BREAK SPACE}: tailles parmi n s m l x, "
            "tailles d’image multiples de 32.",
        },
    )
