"""Films with boxes as the uploads know them: a worker makes them, nobody sends one, and they count as the pair's."""

from typing import Final, NoReturn

from django.http import Http404

from accounts.models import User
from uploads.purposes import Purpose

PURPOSE: Final = "detection"


def _nobody(user: User) -> NoReturn:
    raise Http404("nothing is sent for this")


def _any_head(head: bytes) -> None:
    """Never asked: nobody gets so far."""


DETECTION: Final = Purpose(name=PURPOSE, limit_bytes=lambda user: 0, check_head=_any_head, may_upload=_nobody)
