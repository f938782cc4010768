"""What files are uploaded for. Each room says it of its own: how large, what they may look like, who may send one."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from accounts.errors import Refusal
from accounts.models import User
from courses.arriving import HEAD_BYTES
from uploads import refusals

__all__ = ["HEAD_BYTES", "Purpose", "counted", "find", "kept_as_files", "register"]


@dataclass(frozen=True)
class Purpose:
    """One use of uploads; registered by its room when the site starts.

    ``limit_bytes`` may depend on the person's course. ``check_head`` raises Refusal on the first bytes (``HEAD_BYTES``
    of them) of what is visibly something else. ``may_upload`` raises Http404 or Refusal for who has no business here.
    ``counts`` says whether the files are held against the pair's quota; ``unnamed`` is what a file without a name is
    called; ``has_own_rows``, whether the room keeps the bytes under keys of its own, without a StoredFile.
    """

    name: str
    limit_bytes: Callable[[User], int]
    check_head: Callable[[bytes], None]
    may_upload: Callable[[User], None]
    counts: bool = True
    unnamed: str = "file"
    has_own_rows: bool = False
    too_large: Callable[[int], Refusal] = refusals.too_large

    def most_bytes(self, user: User) -> int:
        """What this person's files may have: the site's own limit stands above every course's."""
        return min(self.limit_bytes(user), settings.UPLOAD_LIMIT_BYTES)


_known: dict[str, Purpose] = {}


def register(purpose: Purpose) -> None:
    """From ``AppConfig.ready``. A second purpose of the same name is a mistake of ours."""
    if _known.get(purpose.name, purpose) is not purpose:
        raise ValueError(f"two rooms want uploads for {purpose.name!r}")
    _known[purpose.name] = purpose


def find(name: str) -> Purpose:
    """Raises Refusal for what nobody uploads anything for."""
    try:
        return _known[name]
    except KeyError as error:
        raise refusals.no_such_purpose() from error


def counted() -> list[str]:
    """Names of the purposes whose files are held against a pair's quota."""
    return [purpose.name for purpose in _known.values() if purpose.counts]


def kept_as_files() -> list[str]:
    """Names of the purposes whose files are StoredFiles."""
    return [purpose.name for purpose in _known.values() if not purpose.has_own_rows]
