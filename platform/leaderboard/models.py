"""The board as it stands, and its revision number."""

from django.db import models


class Board(models.Model):
    """One board per task. ``revision`` grows by one with every change.

    ``rows`` are as they stand now; while the task is frozen, pairs see ``frozen_rows`` and ``frozen_said``, of
    ``frozen_revision``.
    ``state`` and what else is said beside the rows is in ``said``, so that a change of it is a change of the board.
    """

    task = models.OneToOneField("submissions.Task", on_delete=models.CASCADE, related_name="board")
    revision = models.PositiveIntegerField(default=0)
    rows = models.JSONField(default=list)
    said = models.JSONField(default=dict)
    frozen_revision = models.PositiveIntegerField(null=True, blank=True)
    frozen_rows = models.JSONField(null=True, blank=True)
    frozen_said = models.JSONField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.task} r{self.revision}"
