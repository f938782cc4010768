"""The queue as administrators see it: to look, and to try an answer key again."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.read_only import ReadOnlyAdmin
from grading.models import AnswerKey, Details, GradingJob, Worker
from grading.services import retry_answer_key


@admin.register(GradingJob)
class GradingJobAdmin(ReadOnlyAdmin):
    list_display = (
        "pk",
        "kind",
        "subject",
        "status",
        "attempt",
        "priority",
        "created_at",
        "finished_at",
        "error_id",
    )
    list_filter = ("kind", "status")
    search_fields = ("subject", "error_id")


@admin.register(Details)
class DetailsAdmin(ReadOnlyAdmin):
    list_display = ("pk", "job", "frozen_layers", "began_there")
    list_select_related = ("job",)


@admin.register(AnswerKey)
class AnswerKeyAdmin(ReadOnlyAdmin):
    list_display = ("digest", "question", "is_ready", "job", "created_at")
    list_select_related = ("job",)
    actions = ("try_again",)

    @admin.action(description="Try again to make these keys (those that failed)")
    def try_again(self, request: HttpRequest, rows: QuerySet[AnswerKey]) -> None:
        queued = [row for row in rows if retry_answer_key(answer_key=row)]
        self.message_user(request, f"{len(queued)} queued")


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    list_display = ("name", "started_at", "seen_at")
