"""What the uploads are told of capsules: who may send one, how large, and what it visibly is not."""

from django.utils import timezone

import grader
from accounts.errors import Refusal
from accounts.models import User
from capsules import refusals
from capsules.access import rules_of
from capsules.handing_in import PURPOSE, require_open
from capsules.models import CapsuleRules
from courses.access import pair_of
from uploads.purposes import Purpose, register


def register_purpose() -> None:
    register(
        Purpose(
            name=PURPOSE, limit_bytes=limit_bytes, check_head=check_head, may_upload=may_upload, unnamed="capsule.mp4"
        )
    )


def limit_bytes(user: User) -> int:
    pair = pair_of(user)
    return (rules_of(pair.course) if pair else CapsuleRules()).limit_bytes


def check_head(head: bytes) -> None:
    """The gate that costs nothing; whether it really is a film is found out by the sealed child. Raises Refusal."""
    other = grader.why_no_film(head)
    if other is not None:
        raise Refusal("no_film", reason=other.reason, advice=other.advice, status=415)


def may_upload(user: User) -> None:
    """Raises Refusal before a byte travels."""
    pair = pair_of(user)
    if pair is None:
        raise refusals.no_pair()
    require_open(pair, now=timezone.now())
