"""What courses tell the apps above: ``configurations_drawn`` carries ``course``, inside the transaction that drew."""

from django.dispatch import Signal

configurations_drawn = Signal()
