"""manage.py demo: everything a visitor needs, then the site with its worker."""

import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import demo
from config.only_one import holding_the_data_folder


class Command(BaseCommand):
    help = "Set up the demo course (once) and serve it with its worker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--only-build", action="store_true", help="set up, and stop there")

    def handle(self, *, host: str, port: int, only_build: bool, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This makes people with a public password: say DLCV_DEMO=1 if that is what you want.")
        if not demo.is_ready():
            with holding_the_data_folder():
                self._build()
        demo.open_the_room()
        self.stdout.write(f"The people of the demo course:\n{demo.people()}\n")
        if not only_build:
            call_command("serve", host=host, port=port)

    def _build(self) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        for step in demo.build():
            self.stdout.write(f"[{time.strftime('%H:%M:%S')}] making {step} …")
            self.stdout.flush()
        demo.ready_stamp().touch()
