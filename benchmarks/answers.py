"""How fast answers are read and judged, without the web: ``python benchmarks/answers.py``.

Every line is one kind of question, answered with the truth, with each of its mistakes, and with texts that are no
answers, over and over on one core. The last lines start several processes at once: what a whole server judges.
"""

import argparse
import itertools
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from challenges.key import AnswerKey, Mistake
from challenges.spec import load_cards
from challenges.verdict import check_answer

SHAPE: Final = AnswerKey(
    {"kind": "tensor_shape", "model": "yolov5s", "image_size": [512, 512], "layer": 17},
    "sha256:0",
    (1, 128, 64, 64),
    tuple(Mistake("neighbour_layer", (1, channels, 64, 64)) for channels in range(8, 400, 8)),
)
COUNT: Final = AnswerKey(
    {"kind": "parameter_count", "model": "yolov5s"},
    "sha256:0",
    7_235_389,
    tuple(Mistake("other_model_size", 7_000_000 + number) for number in range(50)),
)
WEIGHT: Final = AnswerKey(
    {"kind": "weight_value", "model": "course", "layer": 4, "index": [8, 12, 0, 0]},
    "sha256:0",
    -0.0123456,
    tuple(Mistake("neighbour_layer", number / 1000) for number in range(1, 50)),
)
TYPED: Final = {
    "tensor_shape": (SHAPE, ["1x128x64x64", "(1, 200, 64, 64)", "torch.Size([1, 8, 64, 64])", "128 64 64", "?"]),
    "parameter_count": (COUNT, ["7 235 389", "7,2 M", "7.000025 M", "28.9 MB", "sept millions"]),
    "weight_value": (WEIGHT, ["-0,0123456", "tensor(0.0410)", "1.2e-2", "-0.0123", "1/8"]),
    "hostile": (COUNT, ["9" * 1_000_000, "1 " * 500_000, "(" * 200, "1e999999", "1,000" * 40]),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each line is measured")
    parser.add_argument("--processes", type=int, default=2, help="how many judge at once on the last line")
    parser.add_argument("--json", action="store_true", help="print one JSON object of answers per second")
    arguments = parser.parse_args()
    rates = {name: rate(key, texts, arguments.seconds) for name, (key, texts) in TYPED.items()}
    if arguments.json:
        print(json.dumps(rates))
        return
    started = time.perf_counter()
    cards = load_cards()
    loading = time.perf_counter() - started
    print(f"{'judged':<18}{'answers/s':>12}{'µs/answer':>12}")
    for name, per_second in rates.items():
        print(f"{name:<18}{per_second:>12,.0f}{1e6 / per_second:>12.1f}")
    together = rates_together(arguments.processes, arguments.seconds)
    print(f"{f'{arguments.processes} processes':<18}{together:>12,.0f}{1e6 / together:>12.1f}")
    print(f"loading {sum(len(card.quests) for card in cards)} quests: {loading * 1000:.0f} ms, once per process")


def rate(key: AnswerKey, texts: list[str], seconds: float) -> float:
    """Answers per second over at least that long."""
    check_answer(key.question, key, texts[0])  # the advice is read from its file once
    answers = 0
    started = time.perf_counter()
    for text in itertools.cycle(texts):
        check_answer(key.question, key, text)
        answers += 1
        if answers % 100 == 0 and time.perf_counter() - started > seconds:
            break
    return answers / (time.perf_counter() - started)


def rates_together(processes: int, seconds: float) -> float:
    """Answers to real questions per second, all kinds mixed, by several processes at the same time."""
    command = [sys.executable, __file__, "--json", "--seconds", str(seconds)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    found = [json.loads(process.communicate()[0]) for process in running]
    kinds = [name for name in TYPED if name != "hostile"]
    return sum(len(kinds) / sum(1 / float(rates[name]) for name in kinds) for rates in found)


if __name__ == "__main__":
    main()
