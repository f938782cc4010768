"""``python -m dlcv``: the same as ``dlcv``."""

import sys

from dlcv.cli import main

if __name__ == "__main__":
    sys.exit(main())
