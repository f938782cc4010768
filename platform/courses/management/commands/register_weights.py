"""manage.py register_weights FILE --course COURSE"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.errors import Refusal
from courses.models import Course
from courses.registration import register_file


class Command(BaseCommand):
    help = "Make a checkpoint the one that a course's weight questions are about."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="any checkpoint that `python -m ml read` can open")
        parser.add_argument("--course", help="the course's slug (needed when there are several)")
        parser.add_argument("--name", default="", help="how students will see it called (the file's name)")

    def handle(self, *, file: Path, course: str | None, name: str, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"{file} is not a file")
        try:
            weights = register_file(course=only_course(course), file=file, name=name)
        except Refusal as refusal:
            raise CommandError(f"{refusal.reason['en']} {refusal.advice['en']}") from refusal
        self.stdout.write(
            f"{weights.name}: {weights.architecture}, {weights.parameters:,} parameters, {weights.digest}"
        )


def only_course(slug: str | None) -> Course:
    """The course of that slug, or the only one there is."""
    courses = Course.objects.filter(slug=slug) if slug else Course.objects.all()
    found = list(courses[:2])
    if len(found) == 1:
        return found[0]
    known = ", ".join(Course.objects.values_list("slug", flat=True)) or "none yet"
    raise CommandError(f"which course? Give --course with one of: {known}")
