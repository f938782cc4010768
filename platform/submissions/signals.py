"""What submissions tell the apps that show them.

``score_changed`` is sent with ``task`` inside the transaction that changed a score: a board that follows it can never
disagree with the scores it ranks.
"""

from django.dispatch import Signal

score_changed = Signal()
