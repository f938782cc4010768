"""Whose comments are kept from somebody who has a judgement of their own to finish. Marking answers from above.

Pages ask for one version, lists for a whole course at once; both answers are one rule.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from accounts.models import User
from capsules.models import CapsuleVersion
from courses.models import Course


@dataclass(frozen=True)
class Check:
    """The authors, by key, to leave out: of a version, and of a course by pair (those pairs that have any)."""

    of_version: Callable[[CapsuleVersion, User], Collection[int]]
    of_course: Callable[[Course, User], Mapping[int, Collection[int]]]


_checks: list[Check] = []


def register(check: Check) -> None:
    """From the ``ready()`` of whatever has people judge apart."""
    if check not in _checks:
        _checks.append(check)


def hidden_authors(version: CapsuleVersion, person: User) -> set[int]:
    """Keys of the people whose comments on a version this person does not read yet."""
    return {author for check in _checks for author in check.of_version(version, person)}


def hidden_authors_by_pair(course: Course, person: User) -> dict[int, set[int]]:
    """The same for every pair of a course, in a number of queries that does not grow with it."""
    hidden: dict[int, set[int]] = {}
    for check in _checks:
        for pair, authors in check.of_course(course, person).items():
            hidden.setdefault(pair, set()).update(authors)
    return hidden
