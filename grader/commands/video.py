"""``python -m grader video FILM``: a film looked at by hand, in a sealed child, as a worker would."""

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from grader import VideoFacts, extract_frames, prepare_video, probe_video
from grader.contract import Progress
from grader.errors import SubmissionError

HELP: Final = "say what a film is; copy it as browsers play it, take its frames"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("film", type=Path, metavar="FILM")
    parser.add_argument("--poster", type=Path, metavar="FILE.jpg", help="write its poster")
    parser.add_argument("--copy", type=Path, metavar="FILE.mp4", help="write the copy that people watch")
    parser.add_argument("--frames", type=Path, metavar="FILE.zip", help="write its frames")
    parser.add_argument("--rate", default="30", metavar="N", help="frames a second, or all (default: 30)")
    parser.add_argument("--folder", default="clip", metavar="PATH", help="folder inside the archive (default: clip)")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """What was found, as JSON. Raises SubmissionError for what is no film that can be read."""
    film: Path = arguments.film
    if not film.is_file():
        raise SubmissionError(
            "file_missing",
            {"en": f"There is no file {film}", "fr": f"Le fichier {film} n'existe pas"},
            {"en": "Give the path of a film.", "fr": "Donnez le chemin d'un film."},
        )
    if arguments.copy:
        made = prepare_video(film, arguments.copy, on_progress=_show)
        facts, poster, copy = made.facts, made.poster, made.copy.to_json()
    else:
        (facts, poster), copy = probe_video(film), None
    if arguments.poster:
        arguments.poster.write_bytes(poster)
    return {"facts": facts.to_json(), "copy": copy, "frames": _frames(arguments) if arguments.frames else None}


def describe(result: dict[str, Any]) -> str:
    """A line on the film, one on each thing that was made of it."""
    lines = [_line(VideoFacts.from_json(result["facts"]))]
    if result["copy"]:
        lines.append(f"copy: {_line(VideoFacts.from_json(result['copy']))}")
    if result["frames"]:
        frames = result["frames"]
        lines.append(f"frames: {frames['count']}, {frames['duplicates']} more showed nothing new")
    return "\n".join(lines)


def _frames(arguments: argparse.Namespace) -> dict[str, int]:
    made = extract_frames(
        arguments.film, arguments.frames, rate=arguments.rate, folder=arguments.folder, on_progress=_show
    )
    return {"count": made.count, "duplicates": made.duplicates}


def _line(facts: VideoFacts) -> str:
    turned = f", turned by {facts.rotation}°" if facts.rotation else ""
    rate = f"{facts.frame_rate:g}{' (variable)' if facts.is_variable_rate else ''} frames a second"
    codecs = " + ".join(filter(None, (facts.video_codec, facts.audio_codec)))
    notes = f" [{', '.join(facts.notes)}]" if facts.notes else ""
    size = f"{facts.width} × {facts.height}{turned}"
    return f"{facts.container}, {codecs}, {size}, {facts.duration_seconds:.1f} s at {rate}{notes}"


def _show(progress: Progress) -> None:
    if progress.done in (0, progress.total):
        print(f"{progress.stage} {progress.done}/{progress.total}", file=sys.stderr)
