"""What people type into a field, made fit to be kept."""


def typed(text: str, longest: int | None = None) -> str:
    """Without blanks at its ends, cut after ``longest`` characters, and only with what every table takes."""
    return storable(text).strip()[:longest]


def storable(text: str) -> str:
    """Without NUL and without half a character (a lone surrogate, which JSON can say): nobody types one, and neither
    PostgreSQL nor a spreadsheet takes it."""
    return text.replace("\0", "").encode(errors="ignore").decode()
