"""Files on their way, and files that are kept: whose they are, what for, and where their bytes lie."""

import uuid

from django.conf import settings
from django.db import models


class ResumableUpload(models.Model):
    """A file that arrives in pieces; how much of it is there is the size of the part on disk.

    ``created_at`` is when it was begun, by the server's clock. ``concat`` is tus's Upload-Concat as it was received: of
    one of several parts that will be put together ("partial"), or of what was put together.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=20, default="checkpoint")
    name = models.CharField(max_length=200)
    size_bytes = models.PositiveBigIntegerField()
    concat = models.TextField(blank=True)
    announced_sha256 = models.CharField(max_length=64, blank=True, help_text="what the sender says it will be")
    sha256 = models.CharField(max_length=64, blank=True, help_text="of what arrived; empty until it is known")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True, help_text="when its last byte arrived")

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_part(self) -> bool:
        return self.concat == "partial"


class StoredFile(models.Model):
    """Bytes kept in the site's storage under ``key``, and whose they are. Several rows may name the same bytes.

    ``is_claimed`` is false for what a worker made and nobody has taken over yet: swept after a day.
    """

    pair = models.ForeignKey("courses.Pair", null=True, on_delete=models.CASCADE, related_name="stored_files")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    purpose = models.CharField(max_length=20)
    key = models.CharField(max_length=200, db_index=True, help_text="relative to the storage")
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    name = models.CharField(max_length=200, help_text="what its sender called it, in one visible line")
    content_type = models.CharField(max_length=80, default="application/octet-stream")
    is_claimed = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name
