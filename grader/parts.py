"""Which pictures of the hidden split are its public part: a pure function of their clusters, a percentage, a seed."""

import hashlib
from collections import Counter
from collections.abc import Sequence


def public_clusters(clusters: Sequence[str], *, percent: int, seed: str) -> frozenset[str]:
    """Clusters of the public part, given each picture's.

    Whole clusters are taken, in an order that nobody guesses without the ``seed``, until ``percent`` of the pictures is
    reached; the last one is left for the private part, unless all is public.
    """
    sizes = Counter(clusters)
    if percent >= 100:
        return frozenset(sizes)
    taken: set[str] = set()
    wanted, pictures = len(clusters) * percent / 100, 0
    for cluster in sorted(sizes, key=lambda name: order_of(name, seed))[:-1]:
        if pictures >= wanted:
            break
        taken.add(cluster)
        pictures += sizes[cluster]
    return frozenset(taken)


def order_of(cluster: str, seed: str) -> str:
    """Where a cluster stands in the secret order."""
    return hashlib.sha256((seed + cluster).encode("utf-8", "surrogateescape")).hexdigest()
