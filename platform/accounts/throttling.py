"""How often one may ask, by a clock that nobody sets."""

import time

from rest_framework.throttling import ScopedRateThrottle


class SteadyThrottle(ScopedRateThrottle):
    """By the wall clock, one that is set back by hours would keep people waiting for hours.

    The monotonic clock is this process's own, as the cache that remembers the requests is.
    """

    timer = time.monotonic
