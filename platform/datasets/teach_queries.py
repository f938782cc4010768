"""What an instructor reads about a course's clips: every pair at a glance."""

from dataclasses import dataclass

from django.db.models import Sum

from courses.models import Course, Pair
from datasets.access import related
from datasets.models import AcquisitionRules, Clip
from datasets.rules import rules_of
from datasets.services import PURPOSE
from uploads.models import StoredFile


@dataclass(frozen=True)
class Row:
    """One pair's clips: each sequence's clip or None, and what its files take."""

    pair: Pair
    sequences: tuple[tuple[int, Clip | None], ...]
    refused: int
    size_bytes: int

    @property
    def ready(self) -> list[Clip]:
        return [clip for _, clip in self.sequences if clip is not None and clip.copy_id is not None]

    @property
    def seconds(self) -> float:
        return sum(clip.seconds or 0.0 for clip in self.ready)

    @property
    def frame_count(self) -> int:
        return sum(clip.frame_count or 0 for clip in self.ready)


@dataclass(frozen=True)
class Overview:
    rules: AcquisitionRules
    rows: tuple[Row, ...]
    outdated: int
    working: int

    @property
    def frame_count(self) -> int:
        return sum(row.frame_count for row in self.rows)

    @property
    def seconds(self) -> float:
        return sum(row.seconds for row in self.rows)

    @property
    def size_bytes(self) -> int:
        return sum(row.size_bytes for row in self.rows)

    @property
    def ready(self) -> int:
        return sum(len(row.ready) for row in self.rows)

    @property
    def complete(self) -> int:
        """Pairs whose clips are all there."""
        return sum(len(row.ready) >= self.rules.clips_expected for row in self.rows)


def overview_of(course: Course) -> Overview:
    """Four queries, however many pairs and clips there are."""
    rules = rules_of(course)
    clips: dict[int, list[Clip]] = {}
    for clip in related(Clip.objects.filter(pair__course=course)):
        clips.setdefault(clip.pair_id, []).append(clip)
    sizes = StoredFile.objects.filter(pair__course=course, purpose=PURPOSE).order_by().values_list("pair")
    taken: dict[int | None, int] = dict(sizes.annotate(Sum("size_bytes")))
    pairs = course.pairs.select_related("group", "object_class").prefetch_related("members")
    everything = [clip for found in clips.values() for clip in found]
    return Overview(
        rules=rules,
        rows=tuple(_row(pair, clips.get(pair.pk, []), rules, taken.get(pair.pk, 0)) for pair in pairs),
        outdated=sum(is_outdated(clip, rules) for clip in everything),
        working=sum(clip.is_working for clip in everything),
    )


def is_outdated(clip: Clip, rules: AcquisitionRules) -> bool:
    return clip.copy_id is not None and not clip.is_working and not clip.is_extracted_at(rules.frame_rate)


def _row(pair: Pair, clips: list[Clip], rules: AcquisitionRules, size_bytes: int) -> Row:
    by_number = {clip.sequence: clip for clip in clips if clip.sequence is not None}
    numbers = sorted({*range(1, rules.clips_expected + 1), *by_number})
    return Row(
        pair=pair,
        sequences=tuple((number, by_number.get(number)) for number in numbers),
        refused=sum(clip.sequence is None and clip.replaces_id is None for clip in clips),
        size_bytes=size_bytes,
    )
