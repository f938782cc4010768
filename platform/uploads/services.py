"""Files that arrived are taken, kept, claimed and removed here."""

from pathlib import Path

from django.db import transaction

from accounts.models import User
from courses.models import Pair
from uploads import part_files, refusals, resumable, storage
from uploads.arrived import Arrived
from uploads.hashing import sha256_of
from uploads.models import ResumableUpload, StoredFile
from uploads.quotas import require_quota
from uploads.sending_ahead import sent_ahead
from uploads.storage import local_copy

__all__ = ["Arrived", "claim", "keep", "keep_path", "local_copy", "remove", "take"]


def take(*, user: User, upload_id: object, purpose: str) -> Arrived:
    """A person's finished resumable upload, whole and hashed. It stays until it is kept or discarded.

    Raises Refusal: unknown (another person's too), sent for another purpose, incomplete, or not what was announced.
    """
    upload = resumable.access_upload(user, upload_id)
    if upload.purpose != purpose:
        raise refusals.another_purpose()
    return sent_ahead(resumable.finished(upload))


def keep(
    arrived: Arrived, *, pair: Pair | None, owner: User | None, content_type: str = "application/octet-stream"
) -> StoredFile:
    """Keep what arrived, in the caller's transaction; on its commit it is gone from where it arrived.

    Raises Refusal when the pair's quota or the disk is full: it can be handed in again then.
    """
    with transaction.atomic(), part_files.still_there():
        _take_away(arrived)
        if pair is not None:
            # Two files at once must not both find the last room free: whoever counts holds the pair.
            Pair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
            require_quota(pair, arrived.size_bytes)
        stored = StoredFile(
            pair=pair,
            owner=owner,
            purpose=arrived.purpose,
            key=arrived.key or storage.new_key(arrived.purpose),
            sha256=arrived.sha256,
            size_bytes=arrived.size_bytes,
            name=arrived.name,
            content_type=content_type,
        )
        if not arrived.key:
            storage.put(arrived.path, stored.key)
        stored.save(force_insert=True)
        transaction.on_commit(arrived.discard)
    return stored


def keep_path(
    path: Path,
    *,
    pair: Pair | None,
    owner: User | None,
    purpose: str,
    name: str,
    content_type: str,
    is_claimed: bool = True,
) -> StoredFile:
    """Keep a file that we made ourselves; ``path`` is consumed. Until it is claimed it is swept after a day.

    No quota refuses it, though it counts: the work was done. Raises Refusal when the disk is full.
    """
    stored = StoredFile(
        pair=pair,
        owner=owner,
        purpose=purpose,
        key=storage.new_key(purpose),
        sha256=sha256_of(path),
        size_bytes=path.stat().st_size,
        name=name,
        content_type=content_type,
        is_claimed=is_claimed,
    )
    storage.put(path, stored.key)
    stored.save(force_insert=True)
    path.unlink()
    return stored


def claim(pk: int) -> StoredFile:
    """Take over what a worker made. Raises StoredFile.DoesNotExist when it was swept."""
    with transaction.atomic():
        stored = StoredFile.objects.select_for_update(of=("self",)).get(pk=pk)
        stored.is_claimed = True
        stored.save(update_fields=["is_claimed"])
    return stored


def remove(stored: StoredFile) -> None:
    """Forget a file; its bytes go on commit, unless another row names them (``uploads.receivers``)."""
    StoredFile.objects.filter(pk=stored.pk).delete()


def _take_away(arrived: Arrived) -> None:
    """Of two who hand the same upload in at once, the second finds none. Raises Refusal."""
    if arrived.upload is not None and not ResumableUpload.objects.filter(pk=arrived.upload.pk).delete()[0]:
        raise refusals.upload_unknown()
