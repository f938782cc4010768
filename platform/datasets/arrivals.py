"""Clips as the uploads know them: who sends them, how large they may be, and what is visibly none."""

from accounts.models import User
from courses.access import pair_of, require_pair
from datasets import refusals
from datasets.containers import check_head
from datasets.rules import rules_of
from datasets.services import PURPOSE
from uploads.purposes import Purpose


def limit_bytes(user: User) -> int:
    return rules_of(require_pair(user).course).limit_bytes


def may_upload(user: User) -> None:
    if pair_of(user) is None:
        raise refusals.no_pair()


CLIP = Purpose(name=PURPOSE, limit_bytes=limit_bytes, check_head=check_head, may_upload=may_upload, unnamed="clip")
