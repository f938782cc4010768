"""To a distant storage a file travels before anything is written about it: a transaction that waited for gigabytes
would have everybody wait. One that nobody keeps after all is swept there after a day.
"""

from dataclasses import replace

from uploads import purposes, storage
from uploads.arrived import Arrived


def sent_ahead(arrived: Arrived) -> Arrived:
    """The same, and where the storage has it by now; unchanged where the storage is a folder of this machine."""
    if not storage.is_distant() or purposes.find(arrived.purpose).has_own_rows:
        return arrived
    key = storage.new_key(arrived.purpose)
    storage.put(arrived.path, key)
    return replace(arrived, key=key)
