"""Small programs in the place of the hand-ins' sealed child that do what a captured one would."""

import json
import os
import time
from typing import Any

from grader.frames import write_frame
from grader.sandbox import read_instructions
from grader.seal import Plan, die_with_parent, seal

GOOD: dict[str, Any] = {
    "verdict": "wrong",
    "mistake": "label_class_zero",
    "understood": "",
    "notes": [],
    "figures": {},
    "problem": None,
}
NOTE: dict[str, Any] = {"code": "class_zero", "where": "a.txt:1", "facts": {}}
LIES: dict[str, dict[str, Any]] = {
    "unknown_mistake": {"mistake": "you_won"},
    "unknown_sentence": {"notes": [{**NOTE, "code": "you_won"}]},
    "invented_words": {"notes": [{**NOTE, "facts": {"text": "<script>"}}]},
    "too_many_notes": {"notes": [NOTE] * 21},
    "endless_figures": {"figures": {"curve": [0.5] * 10_000}},
    "correct_with_a_mistake": {"verdict": "correct"},
}


def main() -> None:
    instructions = read_instructions()
    die_with_parent(instructions["parent"])
    files = instructions["files"]
    name = os.read(files["labels"], 100).decode()
    result = int(files["result"])
    if name == "unsealed":
        os._exit(1)
    report = seal(Plan(keep=(result,), memory_bytes=1 << 28, cpu_seconds=5, weak=instructions["weak"]))
    write_frame(result, "sealed", **report)
    play(name, result)
    os._exit(0)


def play(name: str, result: int) -> None:
    if name == "garbage":
        os.write(result, b"\xff" * 5_000)
    elif name == "broken":
        write_frame(result, "broken", stage="inspecting", error="KeyError")
    elif name == "forbidden":
        os.fork()
        time.sleep(60)
    elif name == "twice":
        say(result, GOOD)
        say(result, GOOD)
    elif name in LIES:
        say(result, {**GOOD, **LIES[name]})


def say(result: int, inspection: dict[str, Any]) -> None:
    write_frame(result, "inspection", json.dumps(inspection).encode())
