"""``python -m grader cards``: every quest tried before a class meets it, as ``make check-cards`` does."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from challenges.answers import Malformed, read_answer
from challenges.catalogue import read_cards
from challenges.key import AnswerKey, as_typed
from challenges.loading import QUEST_FILE
from challenges.spec import FOLDER, Judged, Quest
from challenges.variants import NothingToDraw, draw
from challenges.yaml_file import CardError
from grader import check_answer, make_answer_key
from grader.commands.key import bad_question
from grader.errors import SubmissionError

HELP: Final = "try every quest of the cards: keys of sample variants, examples judged as they say"
SECRET: Final = b"sample variants"
#: Of so many draws for one variant, most may collide; a quest whose draws all do has nothing to teach.
MOST_DRAWS: Final = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folders", metavar="FOLDER", nargs="*", type=Path, help="folders of cards (default: ours)")
    parser.add_argument("--quest", metavar="SLUG", help="this quest only")
    parser.add_argument("--samples", type=int, default=3, metavar="N", help="variants to draw of each quest (3)")
    parser.add_argument("--weights", type=Path, metavar="FILE", help='the checkpoint behind "model": "course"')


@dataclass
class Tried:
    """What was found of one quest; ``problems`` are sentences for whoever wrote it."""

    card: str
    quest: str
    kind: str
    keys: int = 0
    collided: int = 0
    mistakes: int = 0
    problems: list[str] = field(default_factory=list)


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """``{"version", "quests": [{"card", "quest", "kind", "keys", "collided", "mistakes", "problems"}], "problems"}``.

    Raises SubmissionError when a file is wrong, naming its line.
    """
    try:
        cards = read_cards(*(arguments.folders or [FOLDER]))
    except CardError as error:
        raise bad_question(str(error), str(error)) from error
    quests = [quest for card in cards for quest in card.quests if arguments.quest in (None, quest.slug)]
    if not quests:
        raise bad_question("there is no such quest", "cette quête n'existe pas")
    tried = [try_quest(quest, weights=arguments.weights, samples=arguments.samples) for quest in quests]
    return {
        "version": 1,
        "quests": [vars(each) for each in tried],
        "problems": sum(len(each.problems) for each in tried),
    }


def describe(result: dict[str, Any]) -> str:
    """A line a quest, its problems below it, and the count at the end."""
    lines = []
    for each in result["quests"]:
        mark = "✗" if each["problems"] else "✓"
        facts = f"{each['keys']} keys, {each['mistakes']} mistakes, {each['collided']} collided"
        lines.append(f"{mark} {each['card']}/{each['quest']}  {each['kind']}: {facts}")
        lines += [f"    {problem}" for problem in each["problems"]]
    return "\n".join([*lines, f"{len(result['quests'])} quests, {result['problems']} problems"])


def try_quest(quest: Quest, *, weights: Path | None, samples: int) -> Tried:
    """Draw, make the keys, type the truth back, and judge the examples."""
    tried = Tried(quest.card, quest.slug, quest.kind)
    for nth in range(samples):
        try:
            key = _sample(quest, nth, weights, tried)
        except (SubmissionError, NothingToDraw) as error:
            tried.problems.append(f"{QUEST_FILE}: no key for a sample variant: {error}")
            break
        if not quest.rules.is_handed_in:
            tried.problems += _typed_back(quest, key)
    tried.problems += _examples(quest)
    for judged in quest.examples.judged:
        tried.problems += _judged(quest, judged, weights)
    return tried


def _sample(quest: Quest, nth: int, weights: Path | None, tried: Tried) -> AnswerKey:
    """The key of a variant that does not collide. Raises NothingToDraw when every draw does."""
    for again in range(MOST_DRAWS):
        parameters = draw(SECRET, pair=f"sample {nth}", quest=quest, nth=again)
        key = make_answer_key(quest.question_for(parameters), weights=weights)
        tried.keys += 1
        if not key.collides:
            tried.mistakes = max(tried.mistakes, len(key.mistakes))
            return key
        tried.collided += 1
    raise NothingToDraw(f"{MOST_DRAWS} draws in a row collide with one of their own mistakes")


def _typed_back(quest: Quest, key: AnswerKey) -> Iterator[str]:
    """The truth itself must be right, and no mistake may be."""
    question = dict(key.question)
    if check_answer(question, key, as_typed(key.truth)).verdict != "correct":
        yield f"the truth, typed as “{as_typed(key.truth)}”, is not judged right"
    for mistake in key.mistakes:
        if mistake.code == "unit_factor":
            continue  # 27.216 for 27,216 boxes: the same figures, read as thousands
        if check_answer(question, key, as_typed(mistake.value)).verdict == "correct":
            yield f"the mistake {mistake.code}, typed as “{as_typed(mistake.value)}”, is judged right"


def _examples(quest: Quest) -> Iterator[str]:
    for text in quest.examples.readable:
        if isinstance(read_answer(quest.kind, text), Malformed):
            yield f"“{text}” should be readable"
    for text in quest.examples.malformed:
        if not isinstance(read_answer(quest.kind, text), Malformed):
            yield f"“{text}” should be malformed"


def _judged(quest: Quest, judged: Judged, weights: Path | None) -> Iterator[str]:
    try:
        question = quest.question_for(judged.parameters)
        key = make_answer_key(question, weights=weights)
    except (KeyError, SubmissionError) as error:
        yield f"no key for the example with {dict(judged.parameters)}: {error}"
        return
    for text in judged.right:
        verdict = check_answer(question, key, text)
        if verdict.verdict != "correct":
            yield f"“{text}” should be right, and is {verdict.mistake or verdict.verdict}"
    for code, text in judged.mistakes:
        verdict = check_answer(question, key, text)
        if verdict.verdict != "wrong" or (verdict.mistake or "unexplained") != code:
            yield f"“{text}” should be {code}, and is {verdict.mistake or verdict.verdict}"
