"""A course's gradebook: the rules that marks follow, each version of them, and how the marks leave for elsewhere."""

from django.conf import settings
from django.db import models


class RulesVersion(models.Model):
    """Rules of a course as they were saved, never changed: the newest version counts (``gradebook.rules``)."""

    course = models.ForeignKey("courses.Course", on_delete=models.CASCADE, related_name="gradebook_rules")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["course", "number"], name="gradebook_rules_are_numbered")]

    def __str__(self) -> str:
        return f"rules of {self.course}, version {self.number}"


class Gradebook(models.Model):
    """One course's: the columns of its files (``gradebook.columns``), and since when people read their own row."""

    course = models.OneToOneField("courses.Course", on_delete=models.CASCADE, related_name="gradebook")
    columns = models.JSONField(default=list, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"gradebook of {self.course}"
