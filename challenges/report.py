"""What came of a hand-in: a verdict, the mistake with its advice, and the first places that are wrong.

Made by the grader (``grader.check_hand_in``), kept as JSON by the site, shown to the pair. Nothing here computes
anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, cast

from challenges.spec import Bilingual

VERSION: Final = 1
VERDICTS: Final = ("correct", "wrong", "malformed")
MOST_FINDINGS: Final = 20
LONGEST_UNDERSTOOD: Final = 200
_LANGUAGES: Final = {"en", "fr"}
_FIELDS: Final = {"version", "verdict", "mistake", "advice", "understood", "findings", "figures"}


class ReportFormatError(ValueError):
    """A stored report that is not of the version, or not of the shape, that this code reads."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was noticed. ``where`` is a place in what was handed in ("labels/a b.txt:3"), "" for all of it."""

    where: str
    text: Bilingual

    def to_json(self) -> dict[str, Any]:
        return {"where": self.where, "text": dict(self.text)}


@dataclass(frozen=True, slots=True)
class Report:
    """The judgement of one hand-in, before anybody has looked at the parts that a person judges.

    ``mistake`` is a code of ``challenges.advice``. ``understood`` says what was read, in figures that need no
    language. ``figures`` are plain numbers for the site's plots (curves, shares, leakage).
    """

    verdict: Literal["correct", "wrong", "malformed"]
    mistake: str | None
    advice: Bilingual
    understood: str = ""
    findings: tuple[Finding, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    version: int = VERSION

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "version": self.version,
            "verdict": self.verdict,
            "mistake": self.mistake,
            "advice": dict(self.advice),
            "understood": self.understood,
            "findings": [finding.to_json() for finding in self.findings],
            "figures": dict(self.figures),
        }

    @classmethod
    def from_json(cls, data: object) -> "Report":
        """The report that ``to_json`` wrote. Raises ``ReportFormatError`` for anything else."""
        if not isinstance(data, Mapping) or data.keys() != _FIELDS or data["version"] != VERSION:
            raise ReportFormatError(f"not a report of version {VERSION}")
        verdict, mistake, figures, findings = (data[name] for name in ("verdict", "mistake", "figures", "findings"))
        if verdict not in VERDICTS or not (mistake is None or isinstance(mistake, str)):
            raise ReportFormatError("a report whose verdict cannot be read")
        if not isinstance(figures, Mapping) or not isinstance(findings, list) or len(findings) > MOST_FINDINGS:
            raise ReportFormatError("a report whose findings or figures cannot be read")
        return cls(
            verdict=verdict,
            mistake=mistake,
            advice=_bilingual(data["advice"]),
            understood=_text(data["understood"])[:LONGEST_UNDERSTOOD],
            findings=tuple(_finding(item) for item in findings),
            figures=dict(figures),
        )


def _finding(value: object) -> Finding:
    if not isinstance(value, Mapping) or value.keys() != {"where", "text"}:
        raise ReportFormatError("a finding that cannot be read")
    return Finding(_text(value["where"]), _bilingual(value["text"]))


def _bilingual(value: object) -> Bilingual:
    if not isinstance(value, Mapping) or value.keys() != _LANGUAGES:
        raise ReportFormatError("a text in both languages is expected")
    return cast(Bilingual, {language: _text(value[language]) for language in sorted(_LANGUAGES)})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ReportFormatError("a text is expected")
    return value
