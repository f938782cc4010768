"""``python -m grader run JOB.json``: one evaluation job from start to end, as a worker would."""

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from grader import run_job
from grader.contract import Job, Progress, read_json
from grader.errors import GraderError, SubmissionError

HELP: Final = "evaluate one checkpoint as a worker would: predict in a sealed child, score here"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB.json", help="a job: a file's path, or the JSON itself")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """The outcome's JSON. Raises SubmissionError when the job or its weights are refused, GraderError when we fail."""
    job = read_job(arguments.job)
    for field, path in (("weights", job.weights), ("data", job.data)):
        if not path.is_file():
            raise _bad_job(f"{field}: there is no file {path}", f"{field} : il n'y a pas de fichier {path}")
    outcome = run_job(job, on_progress=_show)
    if outcome.status == "failed":
        print("\n".join(outcome.log), file=sys.stderr)
        error = GraderError("the job failed")
        error.id = outcome.error_id or error.id
        raise error
    if outcome.reason and outcome.advice:
        print("\n".join(outcome.log), file=sys.stderr)
        raise SubmissionError("refused", outcome.reason, outcome.advice)
    return outcome.to_json()


def describe(result: dict[str, Any]) -> str:
    """The log, then the numbers as a table, those of the parts below."""
    metrics = result["metrics"]
    rows = [f"{'class':<24}{'AP50':>8}{'AP50-95':>9}{'P':>8}{'R':>8}{'objects':>9}"]
    for name, row in {"all": _means(metrics), **metrics["per_class"]}.items():
        ratios = f"{row['ap50']:8.4f}{row['ap50_95']:9.4f}{row['precision']:8.4f}{row['recall']:8.4f}"
        rows.append(f"{name[:23]:<24}{ratios}{row['instances']:9d}")
    low, high = metrics["intervals"]["map50_95"]
    rows.append(f"95 % confidence interval of mAP50-95: {low:.4f} … {high:.4f}")
    rows += [f"{name}: mAP50-95 {_interval(part)}" for name, part in (result["parts"] or {}).items()]
    return "\n".join([*result["log"], "", *rows])


def read_job(text: str) -> Job:
    """A job from a path or from JSON. Raises SubmissionError (``bad_job``) naming what is wrong."""
    try:
        content = text if text.lstrip().startswith("{") else Path(text).read_text(encoding="utf-8")
        return Job.from_json(read_json(content))
    except OSError as error:
        raise _bad_job(f"{text[:200]} cannot be read", f"{text[:200]} est illisible") from error
    except ValueError as error:  # a UnicodeDecodeError too
        raise _bad_job(f"this is not a job: {error}", f"ce n'est pas un travail : {error}") from error


def _interval(part: dict[str, Any]) -> str:
    low, high = part["intervals"]["map50_95"]
    return f"{part['map50_95']:.4f} ({low:.4f} … {high:.4f}), {part['images']} pictures in {part['clusters']} groups"


def _means(metrics: dict[str, Any]) -> dict[str, Any]:
    return {**metrics, "ap50": metrics["map50"], "ap50_95": metrics["map50_95"]}


def _bad_job(reason: str, french: str) -> SubmissionError:
    return SubmissionError(
        "bad_job",
        {"en": reason, "fr": french},
        {
            "en": "A job has version, id, weights, data, split, image_size and classes; the rest is in"
            " docs/evaluation.md.",
            "fr": "Un travail contient version, id, weights, data, split, image_size et classes ; le reste est dans"
            " docs/evaluation.md.",
        },
    )


def _show(progress: Progress) -> None:
    if progress.done in (0, progress.total):
        print(f"{progress.stage} {progress.done}/{progress.total}", file=sys.stderr)
