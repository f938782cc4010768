"""manage.py export_person USERNAME FILE.zip: what the site keeps about somebody."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from privacy.exporting import members_of
from privacy.gathering import gather
from privacy.zip_stream import blocks


class Command(BaseCommand):
    help = "Write what the site keeps about one person into a zip, as their own page does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("file", type=Path)

    def handle(self, *, username: str, file: Path, **options: Any) -> None:
        person = User.objects.filter(username=username).first()
        if person is None:
            raise CommandError(f"Nobody is called {username}.")
        try:
            with file.open("xb") as target:
                file.chmod(0o600)
                for block in blocks(members_of(person, gather(person))):
                    target.write(block)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        self.stdout.write(f"{file}: {file.stat().st_size} bytes")
