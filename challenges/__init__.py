"""What can be asked: the cards, their quests, how answers are read and judged. No Django, no torch, no ``ml``."""
