"""What the game tells whoever watches: the room's projector, a team-mate's open card."""

from django.dispatch import Signal

#: Sent inside the transaction that changed a pair's card: pair, card (slug), quest (slug), what, by (who, or None) and
#: data (public numbers only). ``what`` is ``solved``, ``wrong``, ``hint``, ``handed_in``, ``returned``, ``unlocked``,
#: ``line``, ``full``.
card_changed = Signal()
