"""The calls about tasks and submissions."""

from functools import partial
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.models import User
from accounts.parsers import JsonParser
from accounts.throttling import SteadyThrottle
from courses.models import Pair
from submissions import refusals
from submissions.access import access_submission, access_task, pair_in, submissions_of, tasks_of
from submissions.models import Submission, Task
from submissions.queries import describe_task, log_of, status_of, statuses_of
from submissions.quotas import quota_of
from submissions.serializers import (
    HandInSerializer,
    LogSerializer,
    ReceiptSerializer,
    RefusalSerializer,
    SubmissionSerializer,
    TaskDetailSerializer,
    TaskSerializer,
)
from submissions.services import cancel, choose, submit_checkpoint, unchoose
from submissions.streaming import FileHandler, receive_into
from uploads import part_files
from uploads.refusals import unreadable_form
from uploads.services import take

#: How many of the newest submissions a list shows.
LIST_LENGTH = 200


class TasksView(APIView):
    @extend_schema(operation_id="tasks_list", responses=TaskSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The tasks of one's course."""
        return Response([describe_task(task) for task in tasks_of(_person(request))])


class TaskView(APIView):
    @extend_schema(operation_id="tasks_retrieve", responses={200: TaskDetailSerializer, 404: RefusalSerializer})
    def get(self, request: Request, task: str) -> Response:
        """A task's rules, and where one's pair stands today; no quota for an instructor."""
        person = _person(request)
        found = access_task(person, task)
        return Response({**describe_task(found), "quota": _quota(found, pair_in(found, person))})


class SubmissionsView(APIView):
    """A task's submissions: one's own pair's, or everybody's for an instructor."""

    parser_classes = [MultiPartParser, FormParser, JsonParser]
    throttle_scope = "submissions"
    upload_handler: FileHandler | None = None

    @extend_schema(operation_id="submissions_list", responses={200: SubmissionSerializer(many=True)})
    def get(self, request: Request, task: str) -> Response:
        """The newest submissions of one's pair; of every pair for an instructor."""
        found = access_task(_person(request), task)
        rows = submissions_of(_person(request)).filter(task=found).distinct()[:LIST_LENGTH]
        return Response(statuses_of(rows, whole=_person(request).is_instructor))

    @extend_schema(
        operation_id="submissions_create",
        request={"multipart/form-data": HandInSerializer, "application/json": HandInSerializer},
        responses={
            202: ReceiptSerializer,
            **dict.fromkeys((400, 403, 404, 409, 413, 422, 429), RefusalSerializer),
        },
    )
    def post(self, request: Request, task: str) -> Response:
        """Hand in a checkpoint: its place in the queue, or its earlier submission when the pair had sent this file."""
        person = _person(request)
        found = access_task(person, task)
        submission = self._hand_in(found, person, request)
        status = status_of(submission)
        receipt = {key: status[key] for key in ("id", "status", "position")}
        stored = status["checkpoint"]["sha256"]
        return Response({**receipt, "recognised": submission.recognised, "sha256": stored}, status=202)

    def _hand_in(self, task: Task, person: User, request: Request) -> Submission:
        pair = pair_in(task, person)
        if pair is None:
            raise refusals.no_pair()
        if not task.is_open:
            raise refusals.task_is_closed()
        fields = request.data if hasattr(request.data, "get") else {}
        identity, announced = fields.get("upload"), fields.get("sha256")
        submit = partial(
            submit_checkpoint,
            task=task,
            pair=pair,
            author=person,
            configuration=str(fields.get("configuration") or ""),
        )
        if not identity:
            assert self.upload_handler is not None
            stored = self.upload_handler.take()
            stored.require(announced)
            return submit(upload=stored)
        with part_files.still_there():
            stored = take(user=person, upload_id=identity, purpose="checkpoint")
            stored.require(announced)
            return submit(upload=stored)

    def get_throttles(self) -> list[BaseThrottle]:
        """Looking is free, handing in is not."""
        return [SteadyThrottle()] if self.request.method == "POST" else []

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """The handler must be there before anything reads the form: signing in by session does, for CSRF."""
        if request.method == "POST":
            self.upload_handler = receive_into(request)
        return super().initialize_request(request, *args, **kwargs)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        finally:
            if self.upload_handler is not None:
                self.upload_handler.discard()

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, MultiPartParserError | SuspiciousOperation):
            exc = unreadable_form()
        return super().handle_exception(exc)


class SubmissionView(APIView):
    @extend_schema(operation_id="submissions_retrieve", responses={200: SubmissionSerializer, 404: RefusalSerializer})
    def get(self, request: Request, submission_id: int) -> Response:
        """Where a submission stands, what came out, and where its pair stands today."""
        return _told(request, submission_id)


class CancelView(APIView):
    @extend_schema(
        operation_id="submissions_cancel",
        request=None,
        responses={200: SubmissionSerializer, **dict.fromkeys((404, 409), RefusalSerializer)},
    )
    def post(self, request: Request, submission_id: int) -> Response:
        """Stop an evaluation that waits or runs; it costs nothing of the day's quota."""
        cancel(submission=access_submission(_person(request), submission_id), person=_person(request))
        return _told(request, submission_id)


class ChooseView(APIView):
    responses = {200: SubmissionSerializer, **dict.fromkeys((404, 409), RefusalSerializer)}

    @extend_schema(operation_id="submissions_choose", request=None, responses=responses)
    def post(self, request: Request, submission_id: int) -> Response:
        """Make this the submission that counts, where the task lets pairs choose; until the board is frozen."""
        choose(submission=access_submission(_person(request), submission_id), person=_person(request))
        return _told(request, submission_id)

    @extend_schema(operation_id="submissions_unchoose", request=None, responses=responses)
    def delete(self, request: Request, submission_id: int) -> Response:
        """Let the best one count again."""
        unchoose(submission=access_submission(_person(request), submission_id), person=_person(request))
        return _told(request, submission_id)


class LogView(APIView):
    @extend_schema(operation_id="submissions_log", responses={200: LogSerializer, 404: RefusalSerializer})
    def get(self, request: Request, submission_id: int) -> Response:
        """The evaluation's log: whole for an instructor, its safe part for the pair."""
        whole = _person(request).is_instructor
        found = access_submission(_person(request), submission_id)
        return Response({"whole": whole, "lines": log_of(found, whole=whole)})


def _told(request: Request, submission_id: int) -> Response:
    found = access_submission(_person(request), submission_id)
    status = status_of(found, whole=_person(request).is_instructor)
    return Response({**status, "quota": _quota(found.task, found.pair)})


def _quota(task: Task, pair: Pair | None) -> dict[str, Any] | None:
    return None if pair is None else quota_of(pair, task).to_json()


def _person(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user
