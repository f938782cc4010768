"""Clips as the uploads know them: who sends them, how large they may be, and what is visibly none."""

import grader
from accounts.errors import Refusal
from accounts.models import User
from courses.access import pair_of, require_pair
from datasets import refusals
from datasets.rules import rules_of
from datasets.services import PURPOSE
from uploads.purposes import Purpose


def limit_bytes(user: User) -> int:
    return rules_of(require_pair(user).course).limit_bytes


def may_upload(user: User) -> None:
    if pair_of(user) is None:
        raise refusals.no_pair()


def check_head(head: bytes) -> None:
    """Raises Refusal for what is visibly something else than a film: that spares somebody the sending of a zip."""
    other = grader.why_no_film(head)
    if other is not None:
        raise Refusal(other.code, reason=other.reason, advice=other.advice, status=422)


CLIP = Purpose(name=PURPOSE, limit_bytes=limit_bytes, check_head=check_head, may_upload=may_upload, unnamed="clip")
