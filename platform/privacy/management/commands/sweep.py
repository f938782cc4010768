"""manage.py sweep: the daily round, for sites that run without ``serve``; ``serve`` does it by itself."""

from typing import Any

from django.core.management.base import BaseCommand

from privacy.rounds import sweep_everything


class Command(BaseCommand):
    help = "Remove what broke off while arriving, what no row names any more, and films whose last day is over."

    def handle(self, **options: Any) -> None:
        swept = sweep_everything()
        self.stdout.write(", ".join(f"{what}: {count}" for what, count in swept.items()))
