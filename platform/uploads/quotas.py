"""How much room files may take: a pair's together, and all of a site's. Counted before the first byte arrives.

A pair's files are those kept for it, what other rooms count of theirs (checkpoints), and what its members have begun to
send. The room on the disk is looked at besides (``courses.arrivals.require_room``).
"""

from collections.abc import Callable, Iterable
from typing import Final

from django.conf import settings
from django.db.models import Sum

from accounts.errors import Refusal
from accounts.models import User
from courses.models import Pair
from uploads import purposes, refusals
from uploads.models import ResumableUpload, StoredFile
from uploads.purposes import Purpose

#: Bytes that a room keeps without a StoredFile: of a pair, or of the whole site (None).
Counter = Callable[[Pair | None], int]
_counters: Final[list[Counter]] = []


def count_also(counter: Counter) -> None:
    """From ``AppConfig.ready`` of a room that keeps bytes in its own rows."""
    if counter not in _counters:
        _counters.append(counter)


def used_bytes(pair: Pair) -> int:
    """What is kept for a pair, and counts; the same bytes under two names once. What a worker that was lost left
    behind is nobody's."""
    rows = StoredFile.objects.filter(pair=pair, purpose__in=purposes.counted(), is_claimed=True)
    return sum(rows.values_list("key", "size_bytes").distinct().values_list("size_bytes", flat=True)) + _others(pair)


def underway_bytes(people: Iterable[User]) -> int:
    """What they announced and have not handed in yet."""
    rows = ResumableUpload.objects.filter(owner__in=people, purpose__in=purposes.counted())
    return rows.aggregate(sum=Sum("size_bytes"))["sum"] or 0


def require_quota(pair: Pair, more_bytes: int) -> None:
    """Raises Refusal when so much more would not fit into what is kept for the pair."""
    _require(pair, used_bytes(pair), more_bytes)
    require_site_quota(more_bytes)


def require_quotas(person: User, purpose: Purpose, more_bytes: int) -> None:
    """Before the first byte: with what the pair has underway. Who is in several pairs needs room in one of them.

    Raises Refusal.
    """
    require_site_quota(more_bytes + underway_bytes(User.objects.all()))
    pairs = list(Pair.objects.filter(members=person)) if purpose.counts else []
    for number, pair in enumerate(pairs, start=1):
        try:
            _require(pair, used_bytes(pair) + underway_bytes(pair.members.all()), more_bytes)
            return
        except Refusal:
            if number == len(pairs):
                raise


def require_site_quota(more_bytes: int) -> None:
    """Raises Refusal when the site's files would pass what its administrator allows (0: no limit)."""
    limit = settings.DISK_QUOTA_BYTES
    if limit and kept_bytes() + more_bytes > limit:
        raise refusals.site_is_full()


def kept_bytes() -> int:
    """What all the files of the site take."""
    return (StoredFile.objects.aggregate(sum=Sum("size_bytes"))["sum"] or 0) + _others(None)


def _require(pair: Pair, taken_bytes: int, more_bytes: int) -> None:
    quota = settings.PAIR_QUOTA_BYTES
    if taken_bytes + more_bytes > quota:
        raise refusals.quota_is_full(quota_bytes=quota, free_bytes=quota - taken_bytes, wanted_bytes=more_bytes)


def _others(pair: Pair | None) -> int:
    return sum(counter(pair) for counter in _counters)
