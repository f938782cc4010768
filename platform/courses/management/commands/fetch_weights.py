"""manage.py fetch_weights yolov5s --course COURSE"""

import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.errors import Refusal
from courses.management.commands.register_weights import only_course
from courses.official_weights import OFFICIAL, fetch
from courses.registration import register_file


class Command(BaseCommand):
    help = "Bring an official YOLOv5 checkpoint (COCO), check its SHA-256, and make it the course's."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=sorted(OFFICIAL))
        parser.add_argument("--course", help="the course's slug (needed when there are several)")

    def handle(self, *, name: str, course: str | None, **options: Any) -> None:
        target_course = only_course(course)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{name}.pt"
            try:
                fetch(OFFICIAL[name], file)
                weights = register_file(course=target_course, file=file)
            except Refusal as refusal:
                raise CommandError(f"{refusal.reason['en']} {refusal.advice['en']}") from refusal
        self.stdout.write(f"{weights.name}: {weights.parameters:,} parameters, {weights.digest}")
