"""How a new course marks its capsules, as another course did, and by which rubric: their parts of a course's file."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import PurePath
from typing import Any, Final

from challenges.rubric import to_document
from challenges.rubric_file import parse_rubric, to_yaml
from courses import carrying
from courses.carrying import moment, text, whole, yes_or_no
from courses.models import Course
from marking.models import MarkingRules, RubricVersion

#: Reading one takes a moment: a file that holds more is no course of ours.
MOST_RUBRICS: Final = 40


def _decimal(value: Any) -> Decimal:
    try:
        return Decimal(text(value))
    except InvalidOperation:
        raise ValueError from None


#: The number of the sample's draw is not among them: which capsules are marked twice is each year's own.
READERS: Final[Mapping[str, carrying.Reader]] = {
    "expected_at": moment,
    "sample_percent": whole,
    "difference_from": whole,
    "adjustment_bound": _decimal,
    "takes_appeals": yes_or_no,
    "appeals_until": moment,
}


def said_of(course: Course) -> dict[str, Any] | None:
    """None where nobody has changed the usual rules."""
    rules = MarkingRules.objects.filter(course=course).first()
    return {name: carrying.plain(getattr(rules, name)) for name in READERS} if rules else None


def checked(said: object) -> dict[str, Any]:
    """The rules that a file says. Raises ValueError, naming what is none."""
    values = carrying.read_values(said, READERS)
    carrying.check_fields(MarkingRules(**values), values)
    return values


def begin(course: Course, values: Mapping[str, Any]) -> None:
    """Inside the transaction that makes the course; the values were checked when they were read."""
    MarkingRules.objects.create(course=course, **values)


def rubrics_of(course: Course) -> dict[int, str]:
    """The newest versions of the rubric, each as its file; none where the course has the one of the site."""
    versions = course.rubric_versions.order_by("-number")[:MOST_RUBRICS]
    return {version.number: to_yaml(version.document) for version in reversed(versions)}


def checked_rubric(content: str, file: PurePath) -> dict[str, Any]:
    """The document of one rubric's file. Raises CardError, naming the line."""
    return to_document(parse_rubric(content, file))


def begin_rubrics(course: Course, documents: Mapping[int, Mapping[str, Any]]) -> None:
    """Under the numbers they had: the newest counts, the older ones can be read."""
    RubricVersion.objects.bulk_create(
        [RubricVersion(course=course, number=number, document=dict(one)) for number, one in documents.items()]
    )
