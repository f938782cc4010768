"""The commands of ``python -m grader``, one file each, of the same form as those of ``python -m ml``.

Every file has ``HELP`` (one line), ``add_arguments(parser)``, ``run(arguments)`` -> a dictionary fit for JSON, and
``describe(result)`` -> the same for a reader. It imports nothing heavy before ``run``, so that help comes at once.
"""

from typing import Final

NAMES: Final = ("key", "check", "cards", "run", "video", "hide")
