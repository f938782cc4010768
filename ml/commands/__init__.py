"""The commands of ``python -m ml``, one file each.

Every file has ``HELP`` (one line), ``add_arguments(parser)``, ``run(arguments)`` -> a dictionary fit for JSON, and
``describe(result)`` -> the same for a reader. It imports nothing heavy before ``run``, so that help comes at once.
"""

from typing import Final

NAMES: Final = ("trace", "weight", "read", "evaluate", "detect")
