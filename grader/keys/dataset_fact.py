"""``dataset_fact``: what the description of a public data set says, as the installed ultralytics package ships it."""

from collections.abc import Mapping
from typing import Any

from grader import shipped_datasets
from grader.errors import SubmissionError
from grader.keys.draft import Draft


def draft(question: Mapping[str, Any]) -> Draft:
    """How many classes the data set has: the names of its yaml file."""
    named = shipped_datasets.class_names()
    name = _known(question["dataset"], tuple(named))
    made = Draft(truth=len(named[name]), notes=[", ".join(named[name])[:500]])
    made.add("last_index_for_count", len(named[name]) - 1, "the last number")
    made.add("background_counted", len(named[name]) + 1, "one more")
    made.add("background_counted", len(named[name]) + 2, "two more")
    made.add_others("other_dataset", [(len(names), other) for other, names in named.items()])
    return made


def _known(asked: str, names: tuple[str, ...]) -> str:
    for name in names:
        if name.casefold() == asked.casefold():
            return name
    raise SubmissionError(
        "unknown_dataset",
        {
            "en": f"the ultralytics package describes no “{asked[:60]}”",
            "fr": f"le paquet ultralytics ne décrit aucun « {asked[:60]} »",
        },
        {"en": f"It describes {', '.join(names)}.", "fr": f"Il décrit {', '.join(names)}."},
    )
