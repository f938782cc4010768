"""How the API says no: the same two fields everywhere, a reason and an advice, each in both languages."""

import logging
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from accounts.errors import Refusal
from courses.arrivals import disk_is_full, is_disk_full
from grader import SubmissionError

logger = logging.getLogger(__name__)


class NotHere(APIView):
    """What stands at every address under ``/api/`` that is not a call: programs read JSON, not a page."""

    permission_classes = [AllowAny]
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Whatever the method."""
        raise Http404


_SENTENCES: dict[int, tuple[dict[str, str], dict[str, str]]] = {
    400: (
        {"en": "The request could not be read.", "fr": "La requête est illisible."},
        {
            "en": "See /api/docs/ for what this call expects.",
            "fr": "Voyez /api/docs/ pour ce que cet appel attend.",
        },
    ),
    401: (
        {"en": "Nobody is signed in.", "fr": "Personne n’est connecté."},
        {
            "en": "Get a token with POST /api/token/, then send it as “Authorization: Token …”.",
            "fr": "Obtenez un jeton avec POST /api/token/, puis envoyez-le : « Authorization: Token … ».",
        },
    ),
    403: (
        {"en": "This is not allowed.", "fr": "Ce n’est pas permis."},
        {"en": "Reload the page and sign in again.", "fr": "Rechargez la page et reconnectez-vous."},
    ),
    404: (
        {"en": "There is nothing here.", "fr": "Il n’y a rien ici."},
        {"en": "Check the address.", "fr": "Vérifiez l’adresse."},
    ),
    405: (
        {"en": "This address does not take that method.", "fr": "Cette adresse n’accepte pas cette méthode."},
        {"en": "See /api/docs/.", "fr": "Voyez /api/docs/."},
    ),
    429: (
        {"en": "Too many requests.", "fr": "Trop de requêtes."},
        {
            "en": "Wait, then try again: the header Retry-After says how many seconds.",
            "fr": "Attendez, puis réessayez : l’en-tête Retry-After dit combien de secondes.",
        },
    ),
}


def explain(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: theirs get a sentence and an advice, ours an id and nothing else."""
    if is_disk_full(error):
        logger.error("the disk is full", exc_info=error)
        error = disk_is_full()
    if isinstance(error, Refusal | SubmissionError):
        return Response(
            {"code": error.code, "reason": dict(error.reason), "advice": dict(error.advice)},
            status=getattr(error, "status", status.HTTP_400_BAD_REQUEST),
        )
    if isinstance(error, SuspiciousOperation):  # a form with too many fields, or one too large: theirs, as on a page
        error = exceptions.ParseError()
    answer = exception_handler(error, context)
    if answer is None:
        return _ours(error)
    if isinstance(error, Http404):
        answer.status_code = 404
    if isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        answer.status_code = 403
    reason, advice = _SENTENCES.get(answer.status_code, _SENTENCES[400])
    details = answer.data if isinstance(error, exceptions.ValidationError) else None
    answer.data = {"reason": reason, "advice": advice} | ({"details": details} if details else {})
    return answer


def _ours(error: Exception) -> Response:
    error_id = uuid.uuid4().hex[:12]
    logger.error("error %s", error_id, exc_info=error)
    return Response(
        {
            "reason": {
                "en": f"Something broke on our side (error {error_id}).",
                "fr": f"Quelque chose a cassé de notre côté (erreur {error_id}).",
            },
            "advice": {
                "en": "Nothing was counted against you. Try again, and give this number to your instructor.",
                "fr": "Rien ne vous a été compté. Réessayez, et donnez ce numéro à votre enseignant.",
            },
            "error_id": error_id,
        },
        status=500,
    )
