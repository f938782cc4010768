"""manage.py import_roster FILE.csv --course COURSE"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.errors import Refusal
from accounts.roster import read_roster
from courses.management.commands.register_weights import only_course
from courses.services import import_roster


class Command(BaseCommand):
    help = "Add the people of a CSV roster (username, role, group, pair …) to a course."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--course", help="the course's slug (needed when there are several)")

    def handle(self, *, file: Path, course: str | None, **options: Any) -> None:
        try:
            report = import_roster(course=only_course(course), rows=read_roster(file.read_bytes()))
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        except Refusal as refusal:
            raise CommandError(f"{refusal.reason['en']} {refusal.advice['en']}") from refusal
        for username, password in report.passwords.items():
            self.stdout.write(f"{username},{password}")
        self.stderr.write(f"{len(report.created)} added, {len(report.updated)} already there.")
