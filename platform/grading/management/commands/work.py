"""manage.py work: take jobs from the queue until told to stop."""

import os
import signal
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from grading.worker import Worker


class Command(BaseCommand):
    help = "Make answer keys and evaluate submissions until told to stop (TERM or Ctrl-C)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--until-empty", action="store_true", help="stop once nothing waits any more")
        parser.add_argument(
            "--gpu", action="store_true", help="take the evaluations of the accelerator's queue, too (DLCV_GPU=1)"
        )

    def handle(self, *, until_empty: bool, gpu: bool, **options: Any) -> None:
        worker = Worker(until_empty=until_empty, has_gpu=gpu)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        if worker.run():
            return
        # A model is still running in a thread that nothing can stop. Its job is back in the queue: leave
        # without waiting, for the interpreter's orderly end would pull the ground from under it.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
