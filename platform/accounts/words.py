"""What people type into a field, made fit to be kept."""


def typed(text: str, longest: int | None = None) -> str:
    """Without blanks at its ends, cut after ``longest`` characters, and without NUL: nobody types one, and neither
    PostgreSQL nor a spreadsheet takes it."""
    return text.replace("\0", "").strip()[:longest]
