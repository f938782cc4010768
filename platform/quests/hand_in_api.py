"""Handing in, for scripts: send, then ask what came of it."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.parsers import JsonParser
from accounts.throttling import SteadyThrottle
from courses.access import require_pair
from quests import hand_in_refusals as refusals
from quests import queries
from quests.access import access_hand_in
from quests.hand_in_queries import status_of
from quests.hand_in_uploads import TEXT_FIELD, HandInUploadHandler, receive_into
from quests.hand_in_views import material_for
from quests.hand_ins import hand_in

Serializer = serializers.Serializer[Any]


class HandInReceiptSerializer(Serializer):
    id = serializers.IntegerField()
    status = serializers.CharField()
    position = serializers.IntegerField(allow_null=True)
    recognised = serializers.BooleanField(help_text="the pair had handed in the very same before")


class HandInFileSerializer(Serializer):
    part = serializers.CharField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    digest = serializers.CharField()


class HandInStatusSerializer(Serializer):
    id = serializers.IntegerField()
    card = serializers.CharField()
    quest = serializers.CharField()
    status = serializers.CharField(help_text="checking, waiting, accepted, returned, unreadable or failed")
    position = serializers.IntegerField(allow_null=True, help_text="1 for the next one; null unless queued")
    report = serializers.DictField(allow_null=True)
    remark = serializers.CharField(allow_blank=True)
    reviewed_by = serializers.CharField(allow_null=True)
    points = serializers.IntegerField()
    error_id = serializers.CharField(allow_null=True)
    text = serializers.CharField(allow_blank=True)
    files = HandInFileSerializer(many=True)
    submitted_at = serializers.DateTimeField()


class HandInFormSerializer(Serializer):
    """The written answer, for quests that ask for one; files come in fields named after the parts of the quest."""

    text = serializers.CharField(required=False, allow_blank=True)
    file = serializers.FileField(required=False, help_text="the field bears the part's name: labels, results…")


class HandInsView(APIView):
    """What a pair hands in for a quest."""

    parser_classes = [MultiPartParser, FormParser, JsonParser]
    throttle_classes = [SteadyThrottle]
    throttle_scope = "hand-ins"
    upload_handler: HandInUploadHandler | None = None

    @extend_schema(
        operation_id="hand_ins_create",
        request={"multipart/form-data": HandInFormSerializer, "application/json": HandInFormSerializer},
        responses={202: HandInReceiptSerializer},
    )
    def post(self, request: Request, card: str, quest: str) -> Response:
        """Hand in files and words; the answer says where to ask for the verdict."""
        person = _person(request)
        pair = require_pair(person)
        found_card = queries.find_card(card)
        found_quest = queries.find_quest(found_card, quest)
        said = request.data.get(TEXT_FIELD, "") if hasattr(request.data, "get") else ""
        assert self.upload_handler is not None
        row = hand_in(
            pair=pair,
            author=person,
            card=found_card,
            quest=found_quest,
            files=self.upload_handler.take(),
            text=said if isinstance(said, str) else "",
        )
        status = status_of(row)
        receipt = {name: status[name] for name in ("id", "status", "position")}
        return Response({**receipt, "recognised": row.recognised}, status=202)

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """The handler must be there before anything reads the form: signing in by session does, for CSRF."""
        if request.method == "POST":
            self.upload_handler = receive_into(request, **self.kwargs)
        return super().initialize_request(request, *args, **kwargs)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        finally:
            if self.upload_handler is not None:
                self.upload_handler.discard()

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, MultiPartParserError | SuspiciousOperation):
            exc = refusals.unreadable_form()
        return super().handle_exception(exc)


class HandInView(APIView):
    @extend_schema(operation_id="hand_ins_retrieve", responses=HandInStatusSerializer)
    def get(self, request: Request, hand_in_id: int) -> Response:
        """Where a hand-in stands, what the machine noticed, and what a person said."""
        return Response(status_of(access_hand_in(_person(request), hand_in_id)))


class MaterialView(APIView):
    @extend_schema(operation_id="material_retrieve", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, card: str, quest: str) -> HttpResponseBase:
        """The file that was made for one's pair."""
        return material_for(_person(request), card, quest)


def _person(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user
