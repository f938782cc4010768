"""manage.py forget_person USERNAME: shows what would go; with --yes, does it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from privacy.forgetting import forget, preview


class Command(BaseCommand):
    help = "Forget a student: what others share stays without a name, the rest is removed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--yes", action="store_true", help="do it; without, only say what would be done")

    def handle(self, *, username: str, yes: bool, **options: Any) -> None:
        students = User.objects.filter(role=User.Role.STUDENT, is_superuser=False, forgotten_at__isnull=True)
        person = students.filter(username=username).first()
        if person is None:
            raise CommandError(f"No student is called {username}.")
        seen = preview(person)
        for fate in seen.pairs:
            films = f"{fate.clips} clips, {fate.films} films, {fate.hand_in_files} files handed in"
            self.stdout.write(f"pair {fate.pair}: {films}, {'kept for the others' if fate.stays else 'removed'}")
        self.stdout.write(f"texts that name them: {seen.text_count}")
        if yes:
            self.stdout.write(f"{username} is {forget(person=person, actor=None, typed=username)} from now on.")
        else:
            self.stdout.write("Nothing was changed: say --yes to do it.")
