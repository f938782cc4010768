"""One file a command: ``HELP``, ``add_arguments`` and ``run``."""

NAMES = ("login", "logout", "tasks", "submit", "status", "cancel", "choose", "board", "log")
