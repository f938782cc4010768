"""How a page that takes a file answers: to its script in JSON, to everybody else with a page."""

from django.http import HttpRequest, JsonResponse

from accounts.errors import Refusal
from grader import SubmissionError


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def declined(refusal: Refusal | SubmissionError) -> JsonResponse:
    """Code, reason and advice in both languages, as the API gives them."""
    said = {"code": refusal.code, "reason": dict(refusal.reason), "advice": dict(refusal.advice)}
    return JsonResponse(said, status=getattr(refusal, "status", 400))
