"""Whose comments are kept from somebody who has a judgement of their own to finish. Marking answers from above."""

from collections.abc import Callable, Collection

from accounts.models import User
from capsules.models import CapsuleVersion

_checks: list[Callable[[CapsuleVersion, User], Collection[int]]] = []


def register(check: Callable[[CapsuleVersion, User], Collection[int]]) -> None:
    """From the ``ready()`` of whatever has people judge apart; ``check`` gives the authors, by key, to leave out."""
    if check not in _checks:
        _checks.append(check)


def hidden_authors(version: CapsuleVersion, person: User) -> set[int]:
    """Keys of the people whose comments on a version this person does not read yet."""
    return {author for check in _checks for author in check(version, person)}
