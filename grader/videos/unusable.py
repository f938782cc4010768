"""Inside the walls: this film cannot be used. A code and short facts; the sentence is written outside."""


class Unusable(Exception):
    """It is refused. ``code`` and ``facts`` are those of ``grader.videos.sentences``; ``detail`` is for our log."""

    detail: str = ""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = {name: str(fact)[:60] for name, fact in facts.items()}
