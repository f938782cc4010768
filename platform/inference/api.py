"""The calls about detections: start one on a clip, follow it, stop it, remove it."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.models import User
from accounts.throttling import SteadyThrottle
from datasets.access import access_clip
from datasets.models import Clip
from inference import refusals
from inference.access import access_run, checkpoints_for, runs_on
from inference.queries import rows_of, status_of
from inference.serializers import DetectionReceiptSerializer, DetectionSerializer, NewDetectionSerializer
from inference.services import Choices, remove_run, start_run, stop_run, usual_image_size
from submissions.serializers import RefusalSerializer

#: How many of the newest a list shows.
LIST_LENGTH = 200


class DetectionsView(APIView):
    """A clip's detections."""

    throttle_scope = "detections"

    @extend_schema(
        operation_id="detections_list", responses={200: DetectionSerializer(many=True), 404: RefusalSerializer}
    )
    def get(self, request: Request, clip_id: int) -> Response:
        """The newest first, without their timelines."""
        clip = access_clip(_person(request), clip_id)
        return Response(rows_of(runs_on(clip)[:LIST_LENGTH]))

    @extend_schema(
        operation_id="detections_create",
        request=NewDetectionSerializer,
        responses={
            202: DetectionReceiptSerializer,
            **dict.fromkeys((400, 404, 409, 422, 429), RefusalSerializer),
        },
    )
    def post(self, request: Request, clip_id: int) -> Response:
        """Run one of the pair's evaluated checkpoints on the clip; the same again is the one that was made."""
        person = _person(request)
        clip = access_clip(person, clip_id)
        fields = request.data if isinstance(request.data, dict) else {}
        submission = _number(fields.get("submission"), "submission")
        choices = _choices(clip, int(submission), fields)
        run = start_run(clip=clip, submission_pk=int(submission), author=person, choices=choices)
        return Response({**status_of(access_run(person, None, run.pk)), "recognised": run.recognised}, status=202)

    def get_throttles(self) -> list[BaseThrottle]:
        """Looking is free, asking for work is not."""
        return [SteadyThrottle()] if self.request.method == "POST" else []


class DetectionView(APIView):
    @extend_schema(operation_id="detections_retrieve", responses={200: DetectionSerializer, 404: RefusalSerializer})
    def get(self, request: Request, detection_id: int) -> Response:
        """Where a detection stands, and what came out."""
        return Response(status_of(access_run(_person(request), None, detection_id)))

    @extend_schema(operation_id="detections_destroy", responses={204: None, 404: RefusalSerializer})
    def delete(self, request: Request, detection_id: int) -> Response:
        """Remove a detection and its film."""
        remove_run(run=access_run(_person(request), None, detection_id), person=_person(request))
        return Response(status=204)


class CancelView(APIView):
    @extend_schema(
        operation_id="detections_cancel",
        request=None,
        responses={200: DetectionSerializer, **dict.fromkeys((404, 409), RefusalSerializer)},
    )
    def post(self, request: Request, detection_id: int) -> Response:
        """Stop a detection that waits or runs; it does not count."""
        person = _person(request)
        stop_run(run=access_run(person, None, detection_id), person=person)
        return Response(status_of(access_run(person, None, detection_id)))


def _choices(clip: Clip, submission_pk: int, fields: dict[str, object]) -> Choices:
    """What is left out is what the page suggests."""
    submission = checkpoints_for(clip).filter(pk=submission_pk).first()
    if submission is None:
        raise refusals.no_such_checkpoint()
    size = _number(fields.get("image_size", usual_image_size(submission)), "image_size")
    if size != int(size):
        raise refusals.bad_settings("image_size")
    given = {name: _number(fields[name], name) for name in ("confidence", "iou") if name in fields}
    return Choices(int(size), **given)


def _number(value: object, name: str) -> float:
    """JSON's numbers, and those of a form; never infinite."""
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        number = None
    if number is None or not abs(number) < 2**31:
        raise refusals.bad_settings(name)
    return round(number, 4)


def _person(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user
