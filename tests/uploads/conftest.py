"""Every test of this folder has uploads of its own; and a purpose that no room has."""

import pytest

from accounts.models import User
from tests.hand_in import folders
from uploads import purposes, refusals
from uploads.purposes import Purpose

__all__ = ["folders"]

LIMIT_BYTES = 50 * 2**20


def check_head(head: bytes) -> None:
    if head.startswith(b"<html"):
        raise refusals.another_purpose()


def may_upload(person: User) -> None:
    if person.is_instructor:
        raise refusals.no_such_purpose()


@pytest.fixture
def film(monkeypatch: pytest.MonkeyPatch) -> None:
    """Students send films here; what begins like a page is none."""
    purpose = Purpose("film", lambda person: LIMIT_BYTES, check_head, may_upload, unnamed="film.mp4")
    monkeypatch.setitem(purposes._known, purpose.name, purpose)
