"""The board as it stands, and its revision number."""

from django.db import models


class Board(models.Model):
    """One board per task. ``revision`` grows by one with every change; rows are what everybody may see."""

    task = models.OneToOneField("submissions.Task", on_delete=models.CASCADE, related_name="board")
    revision = models.PositiveIntegerField(default=0)
    rows = models.JSONField(default=list)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.task} r{self.revision}"
