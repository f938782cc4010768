"""What somebody reads who guessed too often: a page on the site, JSON in the API."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

_REASON = {
    "en": "Too many wrong passwords for this name from this computer.",
    "fr": "Trop de mots de passe incorrects pour ce nom depuis cet ordinateur.",
}
_ADVICE = {
    "en": "It opens again by itself in a quarter of an hour.",
    "fr": "L’accès se rouvre tout seul dans un quart d’heure.",
}


def locked_out(
    request: HttpRequest, original: HttpResponse | None, credentials: Mapping[str, Any] | None
) -> HttpResponse:
    """For axes, in place of the view's own answer."""
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "locked_out", "reason": _REASON, "advice": _ADVICE}, status=429)
    return render(request, "accounts/locked_out.html", status=429)
