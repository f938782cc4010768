"""The calls about clips: list them, send one, follow it, delete it."""

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
from courses.access import pair_of
from datasets import refusals
from datasets.access import access_clip, clips_of, related
from datasets.models import Clip
from datasets.queries import show, status_of
from datasets.rules import rules_of
from datasets.serializers import ClipReceiptSerializer, ClipSerializer, NewClipSerializer
from datasets.services import PURPOSE, add_clip, delete_clip
from datasets.views import read_number
from submissions.serializers import RefusalSerializer
from uploads import refusals as upload_refusals
from uploads.forms_receiving import FileHandler, receive_into
from uploads.services import take

#: How many clips a list shows.
LIST_LENGTH = 500


class ClipsView(APIView):
    """A pair's clips; every pair's for an instructor."""

    parser_classes = [MultiPartParser, FormParser, JsonParser]
    throttle_scope = "clips"
    upload_handler: FileHandler | None = None

    @extend_schema(operation_id="clips_list", responses={200: ClipSerializer(many=True)})
    def get(self, request: Request) -> Response:
        """Each with its state, its place in the queue, its facts and its number of frames."""
        found = clips_of(_person(request)).order_by("-pair__course", "pair", "sequence", "pk")[:LIST_LENGTH]
        return Response(_told(list(found)))

    @extend_schema(
        operation_id="clips_create",
        request={"multipart/form-data": NewClipSerializer, "application/json": NewClipSerializer},
        responses={202: ClipReceiptSerializer, **dict.fromkeys((400, 403, 409, 413, 422, 429), RefusalSerializer)},
    )
    def post(self, request: Request) -> Response:
        """Send a film: the next free sequence of one's pair, or the place of ``sequence``."""
        clip = self._add(request)
        (told,) = _told([related(Clip.objects.filter(pk=clip.pk)).get()])
        return Response({**told, "recognised": clip.recognised}, status=202)

    def _add(self, request: Request) -> Clip:
        person = _person(request)
        pair = pair_of(person)
        if pair is None:
            raise refusals.no_pair()
        fields = request.data if hasattr(request.data, "get") else {}
        if upload := fields.get("upload"):
            arrived = take(user=person, upload_id=upload, purpose=PURPOSE)
        else:
            assert self.upload_handler is not None
            arrived = self.upload_handler.take()
        arrived.require(fields.get("sha256"))
        sequence = fields.get("sequence")
        number = read_number(str(sequence)) if sequence not in (None, "") else None
        if sequence not in (None, "") and number is None:
            raise refusals.no_such_sequence(rules_of(pair.course).clips_expected)
        return add_clip(pair=pair, author=person, arrived=arrived, sequence=number)

    def get_throttles(self) -> list[BaseThrottle]:
        """Looking is free, sending is not."""
        return [SteadyThrottle()] if self.request.method == "POST" else []

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """The handler must be there before anything reads the form: signing in by session does, for CSRF."""
        if request.method == "POST":
            self.upload_handler = receive_into(request, PURPOSE)
        return super().initialize_request(request, *args, **kwargs)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        finally:
            if self.upload_handler is not None:
                self.upload_handler.discard()

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, MultiPartParserError | SuspiciousOperation):
            exc = upload_refusals.unreadable_form()
        return super().handle_exception(exc)


class ClipView(APIView):
    @extend_schema(operation_id="clips_retrieve", responses={200: ClipSerializer, 404: RefusalSerializer})
    def get(self, request: Request, clip_id: int) -> Response:
        """Where a clip stands, and what came out."""
        (told,) = _told([access_clip(_person(request), clip_id)])
        return Response(told)

    @extend_schema(operation_id="clips_destroy", responses={204: None, 404: RefusalSerializer})
    def delete(self, request: Request, clip_id: int) -> Response:
        """Remove a clip and all that was made of it."""
        delete_clip(clip=access_clip(_person(request), clip_id), person=_person(request))
        return Response(status=204)


def _told(clips: list[Clip]) -> list[dict[str, Any]]:
    """With one course's rules at a time: an instructor of two reads both."""
    courses = {clip.pair.course for clip in clips}
    told: dict[int, dict[str, Any]] = {}
    for course in courses:
        shown = show([clip for clip in clips if clip.pair.course_id == course.pk], rules_of(course))
        told |= {each.clip.pk: status_of(each) for each in shown}
    return [told[clip.pk] for clip in clips]


def _person(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user
