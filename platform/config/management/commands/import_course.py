"""manage.py import_course FILE.zip --instructor NAME [--people]"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.errors import Refusal
from accounts.models import User
from config.bundles import bringing, reading


class Command(BaseCommand):
    help = "Make a new course of a zip that export_course, or the site, has written."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--instructor", required=True, help="who teaches it: a name of this site")
        parser.add_argument("--people", action="store_true", help="with the people of its roster")

    def handle(self, *, file: Path, instructor: str, people: bool, **options: Any) -> None:
        person = User.objects.filter(username=instructor, role=User.Role.INSTRUCTOR).first()
        if person is None:
            raise CommandError(f"{instructor} is no instructor of this site.")
        try:
            with file.open("rb") as opened:
                bundle = reading.read(opened)
                past = bringing.plan(bundle).past
                course, report = bringing.bring(bundle=bundle, file=opened, instructor=person, people=people)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        except Refusal as refusal:
            raise CommandError(f"{refusal.reason['en']} {refusal.advice['en']}") from refusal
        for username, password in report.passwords.items():
            self.stdout.write(f"{username},{password}")
        for name, date in past.items():
            self.stderr.write(f"{name} was over ({date.isoformat()}) and is left out: set this year's.")
        self.stderr.write(f"{course.title} is here as {course.slug}: {len(report.created)} people added.")
