"""What SQLite leaves in its files of rows that are gone: pages that were moved, and the journal of before.

Another database cleans up by itself, or by its administrator (docs/administrators.md).
"""

import logging
from datetime import timedelta
from typing import Final

from django.db import connection
from django.utils import timezone

from accounts.models import User

logger = logging.getLogger(__name__)
#: The daily round does again what could not be done at once: somebody read or wrote for too long, the disk was full.
LATELY: Final = timedelta(days=2)


def overwrite_deleted() -> None:
    """Write the database anew and empty its journal; outside of a transaction. Seconds, in which others wait."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (is_busy, *_) = cursor.fetchone()
    if is_busy:
        logger.warning("the journal of the database is being read: what was forgotten goes from it within a day")


def sweep() -> int:
    """Where somebody was forgotten lately; returns how many were."""
    forgotten = User.objects.filter(forgotten_at__gt=timezone.now() - LATELY).count()
    if forgotten:
        overwrite_deleted()
    return forgotten
