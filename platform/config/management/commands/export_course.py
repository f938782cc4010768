"""manage.py export_course FILE.zip --course COURSE [--people]"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.bundles import writing
from courses.management.commands.register_weights import only_course


class Command(BaseCommand):
    help = "Write a whole course to one zip: cards, tasks, checkpoint, groups, pairs and, with --people, its roster."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--course", help="the course's slug (needed when there are several)")
        parser.add_argument("--people", action="store_true", help="with the roster; never with passwords")

    def handle(self, *, file: Path, course: str | None, people: bool, **options: Any) -> None:
        found = only_course(course)
        with file.open("wb") as target:
            writing.write(found, target, people=people)
        self.stderr.write(f"{found.title}: {file.stat().st_size} bytes.")
