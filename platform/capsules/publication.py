"""Whether a pair may read what was said of its capsule. Capsules lie below marking, which answers from above."""

from collections.abc import Callable

from courses.models import Pair

checks: list[Callable[[Pair], bool]] = []


def register(check: Callable[[Pair], bool]) -> None:
    """From the ``ready()`` of whatever publishes marks; ``check`` says whether this pair's are published."""
    if check not in checks:
        checks.append(check)


def is_published(pair: Pair) -> bool:
    """False while anybody that was asked says no, and where nobody publishes anything."""
    return bool(checks) and all(check(pair) for check in checks)
