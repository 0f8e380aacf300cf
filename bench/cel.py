"""What expressions cost: microseconds a record and to compile, beside Google's C++ engine in the same run.

python bench/cel.py [--records 5000] [--repeat 7]
"""

from __future__ import annotations

import argparse
import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from checker import cel  # noqa: E402

CONDITIONS = (
    "subject.tier <= 2 && has(subject.rollback.owner)",
    'subject.status in ["draft", "final"]',
    'subject.steps.all(s, s.owner != "")',
    'subject.name.matches("^[a-z]+$")',
)
FAILING = 'subject.steps.all(s, s.owner != "" && s.minutes < 10)'


def records(count: int) -> list[dict[str, Any]]:
    """Launch plans as plain dicts, with some fields that no condition reads."""
    return [
        {
            "subject": {
                "id": f"launch-{i}",
                "name": "checkout" if i % 7 else f"checkout-{i % 50}",
                "tier": i % 3 + 1,
                "status": ("draft", "final", "withdrawn")[i % 3],
                "rollback": {"owner": "Ada Example", "rehearsed_on": "2026-05-20"} if i % 5 else {},
                "steps": [{"id": f"s{k}", "owner": "Ben Sample", "minutes": 5 * k} for k in range(4)],
                "markets": ["DE", "FR", "IT"],
                "notes": {"text": "none", "links": [{"text": "a", "url": "https://example.org"}]},
            }
        }
        for i in range(count)
    ]


def median(run: Callable[[], object], repeat: int) -> float:
    """Median seconds of a run, after one that warms up."""
    run()
    times = []
    gc.collect()
    gc.disable()
    for _ in range(repeat):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    gc.enable()
    return statistics.median(times)


def evaluate_all(evaluate: Callable[[Any], object], data: list[dict[str, Any]]) -> Callable[[], None]:
    def run() -> None:
        for record in data:
            evaluate(record)

    return run


def quietly(evaluate: Callable[[Any], object]) -> Callable[[Any], object]:
    def run(record: Any) -> object:
        try:
            return evaluate(record)
        except cel.EvaluationError:
            return None

    return run


def theirs() -> Any:
    """An environment of the C++ engine; None where it is not installed."""
    try:
        google = import_module("cel_expr_python.cel")
    except ImportError:
        return None
    return google.NewEnv(variables={"subject": google.Type.DYN})


def their_value(program: Any, record: dict[str, Any]) -> object:
    return program.eval(data=record)


def fresh(code: str, repeat: int) -> float:
    """Median seconds of a new interpreter that runs `code`."""
    return median(lambda: subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True), repeat)


def row(name: str, ours: float, other: float | None, unit: str = "µs") -> None:
    beside = "" if other is None else f"{other:10.2f} {unit}{other / ours:8.1f} x"
    print(f"{name:<60}{ours:10.2f} {unit}{beside}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=5000)
    parser.add_argument("--repeat", type=int, default=7)
    options = parser.parse_args()
    data = records(options.records)
    count = len(data)
    environment = cel.Environment({"subject": cel.DYN})
    google = theirs()
    print(f"{'':<60}{'ours':>13}{'C++':>13}{'ratio':>10}")
    totals = [0.0, 0.0]
    for text in CONDITIONS:
        evaluate = quietly(environment.compile(text).evaluate)
        ours = median(evaluate_all(evaluate, data), options.repeat) / count * 1e6
        other = None
        if google is not None:
            program = google.compile(text)
            run = evaluate_all(partial(their_value, program), data)
            other = median(run, options.repeat) / count * 1e6
        totals[0] += ours
        totals[1] += other or 0.0
        row(f"a record: {text}", ours, other)
    row("a record: the four together", totals[0], totals[1] if google is not None else None)
    for text in CONDITIONS:
        ours = median(partial(compile_fully, environment, text), 200) * 1e6
        other = None
        if google is not None:
            other = median(partial(google.compile, text), 200) * 1e6
        row(f"to compile: {text}", ours, other)
    program = environment.compile(FAILING)
    ours = median(evaluate_all(program.explain, data[:500]), options.repeat) / 500 * 1e6
    row(f"to explain: {FAILING}", ours, None)
    bare = fresh("import typing, dataclasses", options.repeat)
    ours = fresh("import typing, dataclasses, checker.cel", options.repeat) - bare
    row("to import, beyond typing and dataclasses", ours * 1e3, None, "ms")


def compile_fully(environment: cel.Environment, text: str) -> None:
    """Parse, check, and make the closures, which otherwise waits for the first evaluation."""
    program = environment.compile(text)
    program.compiler.closure(program.tree)


if __name__ == "__main__":
    main()
