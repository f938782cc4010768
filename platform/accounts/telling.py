"""Telling somebody that what they asked for was declined, on the next page they see."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import get_language

from accounts.errors import Refusal


def say(request: HttpRequest, refusal: Refusal) -> None:
    """The reason and the advice, in the reader's language."""
    language = (get_language() or "fr")[:2]
    said = (text.get(language) or text["en"] for text in (refusal.reason, refusal.advice))
    messages.error(request, " ".join(said))
