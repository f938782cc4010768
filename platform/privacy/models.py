"""How long films are kept, and who asked to be forgotten."""

from django.conf import settings
from django.db import models


class Retention(models.Model):
    """The last day, in the course's zone, on which its films are kept; null for no end. The morning after, they go.

    ``clips_told`` and ``capsules_told`` are the days that people had a letter about.
    """

    course = models.OneToOneField("courses.Course", on_delete=models.CASCADE, related_name="retention")
    clips_until = models.DateField(null=True, blank=True)
    capsules_until = models.DateField(null=True, blank=True)
    clips_told = models.DateField(null=True, editable=False)
    capsules_told = models.DateField(null=True, editable=False)

    def __str__(self) -> str:
        return f"retention of {self.course}"


class ErasureRequest(models.Model):
    """Somebody asks to be forgotten. It goes with what else is theirs when that is done, or when they withdraw it."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="erasure_request")
    words = models.CharField(max_length=400, blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["asked_at"]

    def __str__(self) -> str:
        return f"{self.person} asks to be forgotten"
