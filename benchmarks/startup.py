"""What the web process and sealed children cost to start, without torch and with it: seconds, megabytes, ratios."""

import os
import statistics
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
RUNS = 5
MEASURE = """
import resource, time
started = time.perf_counter()
{program}
seconds = time.perf_counter() - started
print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
SITE = "import config.asgi; from django.urls import get_resolver; get_resolver().url_patterns"
REHEARSAL = "from grader.rehearsal import rehearse; rehearse(torch={torch}, onnx=False, configuration='')"
CHILD = f"import grader.predict; {REHEARSAL}"
PROGRAMS = {
    "Python alone": "pass",
    "the site": SITE,
    "the site and torch": f"{SITE}; import torch",
    "the site, torch and ultralytics": f"{SITE}; import torch; from ultralytics.nn import tasks",
    "a sealed child, rehearsed": CHILD.format(torch=False),
    "a sealed child with torch, rehearsed": CHILD.format(torch=True),
}


def measure(program: str) -> tuple[float, float]:
    """Median seconds to import, and the largest resident memory, in megabytes."""
    environment = {**os.environ, "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'platform'}"}
    runs = []
    for _ in range(RUNS):
        code = MEASURE.format(program=program)
        run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        runs.append(tuple(map(float, run.stdout.splitlines()[-1].split())))  # libraries may greet first
    seconds, megabytes = zip(*runs, strict=True)
    return statistics.median(seconds), max(megabytes)


def main() -> None:
    results = {name: measure(program) for name, program in PROGRAMS.items()}
    base_seconds, base_megabytes = results["the site"]
    print(f"{'what is imported':34} {'s':>7} {'ratio':>7} {'MB':>7} {'ratio':>7}")
    for name, (seconds, megabytes) in results.items():
        ratios = seconds / base_seconds, megabytes / base_megabytes
        print(f"{name:34} {seconds:7.2f} {ratios[0]:7.2f} {megabytes:7.0f} {ratios[1]:7.2f}")


if __name__ == "__main__":
    main()
