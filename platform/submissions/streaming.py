"""A checkpoint in a form goes straight to disk, as every upload does."""

from django.conf import settings
from django.http import HttpRequest

from uploads import forms_receiving
from uploads.forms_receiving import FileHandler

__all__ = ["FileHandler", "receive_into", "receives_checkpoint"]


def receive_into(request: HttpRequest) -> FileHandler:
    """For calls, where a form is read before anybody has signed in: checkpoints have one limit for all."""
    return forms_receiving.receive_into(request, "checkpoint", limit_bytes=settings.CHECKPOINT_LIMIT_BYTES)


#: For pages: the view gets the handler as its second argument and calls ``handler.take()``.
receives_checkpoint = forms_receiving.receives_file("checkpoint", limit_bytes=lambda: settings.CHECKPOINT_LIMIT_BYTES)
