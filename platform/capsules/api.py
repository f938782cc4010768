"""Capsules, for scripts: where one's pair stands, handing in, and what was said once that is published."""

from typing import Any, Final

from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.models import User
from accounts.parsers import JsonParser
from accounts.throttling import SteadyThrottle
from capsules.access import reads_comments, rules_of
from capsules.handing_in import PURPOSE, deadline_of, hand_in_file, hand_in_link
from capsules.models import CapsuleRules, CapsuleVersion, Comment
from capsules.page import current_of
from capsules.serializers import CapsuleFormSerializer, CapsuleSerializer, CommentSerializer, VersionSerializer
from capsules.showing import length_of, state_of
from capsules.views import begun_at
from courses.access import require_pair
from courses.models import Pair
from submissions.serializers import RefusalSerializer
from uploads.forms_receiving import FileHandler, receive_into
from uploads.services import take


class CapsuleView(APIView):
    """The capsule of one's pair."""

    parser_classes = [MultiPartParser, FormParser, JsonParser]
    throttle_scope = "hand-ins"
    handler: FileHandler | None = None

    @extend_schema(operation_id="capsule_retrieve", responses={200: CapsuleSerializer, 404: RefusalSerializer})
    def get(self, request: Request) -> Response:
        """The deadline, what counts now, and every version with its receipt."""
        pair = require_pair(_person(request))
        rules = rules_of(pair.course)
        current = current_of(pair)
        rows = CapsuleVersion.objects.filter(capsule__pair=pair).select_related("job", "handed_in_by")
        said = {
            "deadline": _deadline(pair, rules),
            "current": describe(current, rules) if current else None,
            "versions": [describe(one, rules) for one in rows],
        }
        return Response(said)

    @extend_schema(
        operation_id="capsule_create",
        request={"multipart/form-data": CapsuleFormSerializer, "application/json": CapsuleFormSerializer},
        responses={
            202: VersionSerializer,
            **dict.fromkeys((400, 403, 404, 409, 413, 415, 422, 429), RefusalSerializer),
        },
    )
    def post(self, request: Request) -> Response:
        """Hand in a file, a finished upload or a link: the receipt comes back."""
        person = _person(request)
        pair = require_pair(person)
        version = self._hand_in(pair, person, request)
        return Response(describe(version, rules_of(pair.course)), status=202)

    def _hand_in(self, pair: Pair, person: User, request: Request) -> CapsuleVersion:
        fields = request.data if hasattr(request.data, "get") else {}
        if link := fields.get("link"):
            return hand_in_link(pair=pair, author=person, link=str(link), asked_at=begun_at(request._request))
        if upload := fields.get("upload"):
            arrived = take(user=person, upload_id=upload, purpose=PURPOSE)
        else:
            assert self.handler is not None
            arrived = self.handler.take()
        arrived.require(fields.get("sha256"))
        return hand_in_file(pair=pair, author=person, arrived=arrived)

    def get_throttles(self) -> list[BaseThrottle]:
        """Looking is free, handing in is not."""
        return [SteadyThrottle()] if self.request.method == "POST" else []

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """The handler must be there before anything reads the form: signing in by session does, for CSRF."""
        if request.method == "POST":
            self.handler = receive_into(request, PURPOSE, limit_bytes=_largest())
        return super().initialize_request(request, *args, **kwargs)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        finally:
            if self.handler is not None:
                self.handler.discard()

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(ParseError() if isinstance(exc, MultiPartParserError) else exc)


class CommentsView(APIView):
    @extend_schema(operation_id="capsule_comments", responses={200: CommentSerializer(many=True)})
    def get(self, request: Request) -> Response:
        """What was said of the version that counts, in the order of the film; nothing before it is published."""
        person = _person(request)
        version = current_of(require_pair(person))
        if version is None or not reads_comments(person, version):
            return Response([])
        rows = version.comments.filter(is_removed=False).select_related("author")
        return Response([_comment(one) for one in rows])


#: What is told of a version as it is.
_TOLD: Final = (
    "number", "kind", "link", "name", "sha256", "size_bytes", "begun_at", "finished_at", "counted_at", "is_late",
)  # fmt: skip


def describe(version: CapsuleVersion, rules: CapsuleRules) -> dict[str, Any]:
    """A version as VersionSerializer says."""
    state = state_of(version)
    return {
        "id": version.pk,
        **{name: getattr(version, name) for name in _TOLD},
        "state": state,
        "handed_in_by": version.handed_in_by.username if version.handed_in_by else None,
        "facts": version.facts,
        "length": length_of(version, rules),
        "reason": (version.job.outcome or {}).get("reason") if state == "refused" and version.job else None,
    }


def _deadline(pair: Pair, rules: CapsuleRules) -> dict[str, Any]:
    deadline = deadline_of(pair, rules)
    return {
        "opens_at": rules.opens_at,
        "due_at": deadline.due_at,
        "counts_from": deadline.counts_from,
        "latest_arrival": deadline.latest_arrival(),
        "accepts_late": rules.accepts_late,
        "accepts_links": rules.accepts_links,
        "limit_bytes": rules.limit_bytes,
        "zone": pair.course.zone.key,
    }


def _comment(one: Comment) -> dict[str, Any]:
    names = ("at_seconds", "text", "drawing", "by_instructor", "created_at")
    said = {name: getattr(one, name) for name in names}
    return {"id": one.pk, "author": one.author.username if one.author else None, "thread": one.thread_id, **said}


def _largest() -> int:
    """Who asks is known once the form is read: until then the largest course's limit holds."""
    limits = CapsuleRules.objects.order_by("-limit_bytes").values_list("limit_bytes", flat=True)
    return max(limits.first() or 0, CapsuleRules().limit_bytes)


def _person(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user
