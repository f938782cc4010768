"""Bytes go with the rows that name them, whatever removed the row: a service, or a pair or a person that goes."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from uploads import storage
from uploads.models import ResumableUpload, StoredFile
from uploads.part_files import part_of


@receiver(post_delete, sender=StoredFile, dispatch_uid="remove-the-bytes-of-a-stored-file")
def remove_bytes(instance: StoredFile, **_: Any) -> None:
    key = instance.key
    # A distant storage that does not answer is in our log, and the sweep tries again.
    transaction.on_commit(lambda: _delete_unless_named(key), robust=True)


@receiver(post_delete, sender=ResumableUpload, dispatch_uid="remove-the-bytes-of-an-upload")
def remove_part(instance: ResumableUpload, **_: Any) -> None:
    part = part_of(instance)
    transaction.on_commit(lambda: part.unlink(missing_ok=True), robust=True)


def _delete_unless_named(key: str) -> None:
    if not StoredFile.objects.filter(key=key).exists():
        storage.delete(key)
