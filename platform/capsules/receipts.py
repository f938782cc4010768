"""The receipt: on the page, and by e-mail to everybody of the pair."""

from typing import Final

from accounts import mail
from capsules.models import CapsuleVersion

_BODY: Final = {
    "en": "Version {number} of the capsule of pair {pair} was handed in by {author}.\n\n"
    "{what}\nCounted at: {counted} ({zone})\n{verdict}\n\nKeep this message: it is your receipt.",
    "fr": "La version {number} de la capsule du binôme {pair} a été rendue par {author}.\n\n"
    "{what}\nMoment compté : {counted} ({zone})\n{verdict}\n\nGardez ce message : c’est votre récépissé.",
}
_IN_TIME: Final = {"en": "In time.", "fr": "Dans les temps."}
_LATE: Final = {"en": "After the deadline: it is marked as late.", "fr": "Après l’échéance : elle est notée en retard."}


def write_receipt(version: CapsuleVersion) -> int:
    """To whom it was written."""
    pair = version.capsule.pair
    counted = version.counted_at.astimezone(pair.course.zone)
    author = version.handed_in_by
    said = {
        "number": version.number,
        "pair": pair.name,
        "author": author.display_name if author else "",
        "what": version.link or f"{version.name}\nSHA-256: {version.sha256}\n{version.size_bytes} bytes/octets",
        "counted": f"{counted:%Y-%m-%d %H:%M:%S.%f}",
        "zone": pair.course.zone.key,
    }
    verdict = _LATE if version.is_late else _IN_TIME
    return mail.send(
        pair.members.all(),
        subject={"en": "Your capsule was handed in", "fr": "Votre capsule est rendue"},
        body={language: text.format(**said, verdict=verdict[language]) for language, text in _BODY.items()},
    )
