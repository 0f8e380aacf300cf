"""Reading YAML with the place of every value, beside PyYAML without.

    python bench/documents.py FOLDER [ROUNDS]

reads all `*.yaml` below a folder. Each way runs in a process of its own, in turns, and keeps what it
has read, as a run of gonogo does. MB/s and ratios are of the fastest of the rounds: noise only adds.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from checker import documents

RSS_UNIT = 1024 * 1024 if sys.platform == "darwin" else 1024
"""What divides the kernel's figure of memory into MiB."""


def events(raw: bytes) -> Any:
    loader = yaml.CSafeLoader(raw)
    while loader.get_event() is not None:
        pass


def compose(raw: bytes) -> Any:
    return yaml.CSafeLoader(raw).get_single_node()


def load(raw: bytes) -> Any:
    return yaml.load(raw, yaml.CSafeLoader)


def read(raw: bytes) -> Any:
    return documents.read(raw, "yaml")


def read_and_ask(raw: bytes) -> Any:
    reading = documents.read(raw, "yaml")
    for document in reading.documents:
        ask(document.data, (), document.positions)
    return reading


def ask(value: Any, path: tuple[str | int, ...], positions: documents.Positions) -> None:
    positions.value(path)
    if isinstance(value, dict):
        for key, item in value.items():
            ask(item, (*path, key), positions)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            ask(item, (*path, index), positions)


WAYS: dict[str, tuple[str, Callable[[bytes], Any]]] = {
    "load": ("PyYAML CSafeLoader: data", load),
    "compose": ("PyYAML C compose: nodes with positions", compose),
    "events": ("PyYAML C events: nothing kept (the floor)", events),
    "read": ("gonogo: data, every position recorded", read),
    "ask": ("gonogo: data, every position asked for", read_and_ask),
}


def measure(way: str, folder: str) -> dict[str, float]:
    """Seconds and MiB to read everything once, after one file to get going."""
    texts = [path.read_bytes() for path in sorted(Path(folder).rglob("*.yaml")) if path.is_file()]
    _, one = WAYS[way]
    kept = [one(b"a: 1\n")]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    for raw in texts:
        try:
            kept.append(one(raw))
        except (yaml.YAMLError, ValueError):  # an impossible date is an exception to PyYAML
            kept.append(None)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    size = sum(map(len, texts)) / 1e6
    return {"seconds": seconds, "grown": (peak - before) / RSS_UNIT, "size": size, "files": len(texts)}


def main(folder: str, rounds: int) -> None:
    best: dict[str, dict[str, float]] = {}
    for _ in range(rounds):
        for way in WAYS:
            command = [sys.executable, __file__, "--way", way, folder]
            figures = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            if way not in best or figures["seconds"] < best[way]["seconds"]:
                best[way] = figures
    floor = best["load"]
    version = sys.version.split()[0]
    print(f"{floor['files']:.0f} files, {floor['size']:.2f} MB, {rounds} rounds, Python {version}\n")
    print(f"| {'':43} | MB/s | time / CSafeLoader | MiB kept |")
    print(f"|{'-' * 45}|-----:|-------------------:|---------:|")
    for way, (name, _) in WAYS.items():
        figures = best[way]
        speed, ratio = figures["size"] / figures["seconds"], figures["seconds"] / floor["seconds"]
        print(f"| {name:43} | {speed:4.1f} | {ratio:18.2f} | {figures['grown']:8.1f} |")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        json.dump(measure(sys.argv[2], sys.argv[3]), sys.stdout)
    elif sys.argv[1:]:
        main(sys.argv[1], int(sys.argv[2]) if sys.argv[2:] else 5)
    else:
        sys.exit(__doc__)
