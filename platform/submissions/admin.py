"""Tasks are edited here; what pairs handed in is only looked at."""

from django.contrib import admin
from django.http import HttpRequest

from accounts.read_only import ReadOnlyAdmin
from submissions.models import Attempt, Checkpoint, Reevaluation, ReevaluationItem, Submission, Task
from submissions.signals import score_changed


@admin.register(Task)
class TaskAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("slug", "course", "data", "is_open", "convention", "public_percent", "frozen_at", "revealed_at")
    list_filter = ("course",)
    list_select_related = ("course",)
    #: What changes figures or stops a board has a page of its own, and consequences.
    readonly_fields = ("convention", "public_percent", "frozen_at", "revealed_at")

    def save_model(self, request: HttpRequest, obj: Task, form: object, change: bool) -> None:
        """The board follows, where there is one."""
        super().save_model(request, obj, form, change)
        if obj.submissions.exists():
            score_changed.send(sender=Submission, task=obj)


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    list_display = ("pk", "task", "pair", "author", "checkpoint", "job", "score", "submitted_at")
    list_filter = ("task",)
    list_select_related = ("task", "pair", "author", "checkpoint", "job")


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnlyAdmin):
    list_display = ("original_name", "pair", "size_bytes", "sha256", "uploaded_at")
    list_select_related = ("pair",)


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ("pk", "task", "pair", "submission", "job", "made_at")
    list_filter = ("task",)
    list_select_related = ("task", "pair", "submission__task", "submission__pair", "job")


@admin.register(Reevaluation)
class ReevaluationAdmin(ReadOnlyAdmin):
    list_display = ("pk", "task", "started_by", "reason", "state", "created_at", "ended_at")
    list_filter = ("task", "state")
    list_select_related = ("task", "started_by")


@admin.register(ReevaluationItem)
class ReevaluationItemAdmin(ReadOnlyAdmin):
    list_display = ("pk", "campaign", "submission", "job")
    list_select_related = ("campaign__task", "submission__task", "submission__pair", "job")
