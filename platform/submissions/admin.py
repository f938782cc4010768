"""Tasks are edited here; what pairs handed in is only looked at."""

from django.contrib import admin

from grading.admin import ReadOnlyAdmin
from submissions.models import Checkpoint, ResumableUpload, Submission, Task


@admin.register(Task)
class TaskAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("slug", "course", "data", "is_open")
    list_filter = ("course",)
    list_select_related = ("course",)


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    list_display = ("pk", "task", "pair", "author", "checkpoint", "job", "score", "submitted_at")
    list_filter = ("task",)
    list_select_related = ("task", "pair", "author", "checkpoint", "job")


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnlyAdmin):
    list_display = ("original_name", "pair", "size_bytes", "sha256", "uploaded_at")
    list_select_related = ("pair",)


@admin.register(ResumableUpload)
class ResumableUploadAdmin(ReadOnlyAdmin):
    list_display = ("name", "owner", "size_bytes", "created_at")
    list_select_related = ("owner",)
