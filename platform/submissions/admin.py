"""Tasks are edited here; what pairs handed in is only looked at."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import User
from accounts.read_only import ReadOnlyAdmin
from courses import audit, carrying
from submissions.models import Attempt, Checkpoint, Reevaluation, ReevaluationItem, Submission, Task
from submissions.signals import score_changed


@admin.register(Task)
class TaskAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("slug", "course", "data", "is_open", "convention", "public_percent", "frozen_at", "revealed_at")
    list_filter = ("course",)
    list_select_related = ("course",)
    #: What changes figures or stops a board has a page of its own, and consequences.
    readonly_fields = ("convention", "public_percent", "frozen_at", "revealed_at")

    def save_model(self, request: HttpRequest, obj: Task, form: Any, change: bool) -> None:
        """In the course's trace, as on its page; the board follows, where there is one."""
        super().save_model(request, obj, form, change)
        if change and form.changed_data:
            assert isinstance(request.user, User)
            audit.record(
                course=obj.course,
                actor=request.user,
                action="task-rules-changed",
                subject=obj.subject,
                before={name: carrying.plain(form.initial.get(name)) for name in form.changed_data},
                after={name: carrying.plain(form.cleaned_data[name]) for name in form.changed_data},
            )
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
