"""Measure the far end: very many results, files, changes, waivers, and the largest single files.

    python bench/scale.py [--only NAME ...] [--part 1.0] [--write]

Each case is made twice, half as large and whole, below `.bench/scale`. What a command takes at both sizes
gives its growth: 2 is a straight line, and more than GOAL ends with 1. `--part` makes every case smaller by
that factor. Nothing is downloaded.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import asking
from compare import ROOT, table, write
from measure import Figure, Job, environment, once

from checker.render import RENDERERS

BEGIN, END = "<!-- bench/scale.py writes from here -->", "<!-- bench/scale.py writes to here -->"
GOAL = 2.3
"""How much more twice as much may take."""
RULES = 10
WORKSPACE = {
    "version": 1,
    "name": "scale",
    "packs": ["./policies"],
    "kinds": "kinds/*.schema.json",
    "subjects": [{"kind": "thing", "files": "things/**/*.yaml"}],
}
THING = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "steps": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"id": {"type": "string"}, "owner": {"type": "string"}},
            },
        },
        **{f"field{n}": {"type": "string"} for n in range(RULES)},
    },
}
FIELDS = [
    {"id": f"thing.field{n}", "title": f"Field {n} is filled", "assert": f"filled(subject.field{n})"}
    for n in range(RULES)
]
OWNERS = [
    {
        "id": "thing.owner",
        "title": "Every step has an owner",
        "each": "subject.steps",
        "assert": "filled(item.owner)",
        "allow_empty": True,
    }
]
TBD = "".join(f"field{n}: TBD\n" for n in range(RULES))
SOUND = "".join(f"field{n}: Ada Example\n" for n in range(RULES))

PEOPLE = "people:\n  - { id: ada, name: Ada Example }\n  - { id: ben, name: Ben Sample }\n"
SEEN = {"subject": "gone", "saw": f"sha256:{'0' * 64}"}
GONOGO = (sys.executable, "-m", "checker")
CHECKOUT = {**environment({}), "PYTHONPATH": str(ROOT)}

Files = dict[str, str]


class Case(NamedTuple):
    """A workspace of some size, and what is run in it."""

    about: str
    unit: str
    """What there are so many of."""
    size: int
    make: Callable[[Path, int], None]
    runs: Mapping[str, Sequence[str]]
    """The arguments of gonogo by what the table calls them."""


def laid(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def judged(rules: Sequence[Mapping[str, object]], **configuration: object) -> Files:
    """What judges: the configuration, one kind and one policy."""
    policy = {"policy": "thing", "version": "1.0.0", "title": "Things", "owner": "ada", "subject": "thing"}
    return {
        "gonogo.yaml": json.dumps({**WORKSPACE, **configuration}),
        "kinds/thing.schema.json": json.dumps(THING),
        "policies/pack.yaml": "pack: scale\nversion: 1.0.0\ntitle: Scale\n",
        "policies/thing.policy.yaml": json.dumps({**policy, "rules": list(rules)}),
    }


def thing(number: int) -> str:
    """The path of an artifact; folders stay small."""
    return f"things/{number // 100:04}/thing-{number:06}.yaml"


def git(folder: Path, *arguments: str) -> None:
    person = ["-c", "user.name=Ada Example", "-c", "user.email=ada@example.org", "-c", "gc.auto=0"]
    subprocess.run(["git", *person, *arguments], cwd=folder, check=True, capture_output=True)


def committed(folder: Path, *states: Mapping[str, str]) -> None:
    """A repository with a commit for each state, laid over the one before."""
    git(folder, "init", "-q", "-b", "main")
    for state in states:
        laid(folder, state)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "state")


def failing(folder: Path, size: int) -> None:
    """A change after which so many checks fail, half of them before it too."""
    artifacts = size // RULES
    things = {thing(n): f"id: t{n}\n{TBD}" for n in range(artifacts)}
    before = dict(list(things.items())[: artifacts // 2])
    committed(folder, {**judged(FIELDS), **before}, things)


def sound(folder: Path, size: int) -> None:
    """So many small artifacts, of which a change breaks three."""
    things = {thing(n): f"id: t{n}\nfield0: Ada Example\n" for n in range(size)}
    touched = dict.fromkeys(list(things)[:: size // 3][:3], "id: t\nfield0: TBD\n")
    committed(folder, {**judged(FIELDS[:1]), **things}, touched)


def touched(folder: Path, size: int) -> None:
    """A change that edits so many files, every second with a failure."""
    things = {thing(n): f"id: t{n}\n{SOUND}" for n in range(size)}
    edited = {
        path: text.replace("field3: Ada Example", "field3: TBD" if n % 2 else "field3: Ben Sample")
        for n, (path, text) in enumerate(things.items())
    }
    committed(folder, {**judged(FIELDS), **things}, edited)


def repeated(folder: Path, size: int) -> None:
    """One file in which so many lines fail with the same words."""
    steps = "".join(f"  - {{ id: s{n} }}\n" for n in range(size))
    committed(
        folder, {**judged(OWNERS), thing(0): "id: t0\nsteps: []\n"}, {thing(0): f"id: t0\nsteps:\n{steps}"}
    )


def moved(folder: Path, size: int) -> None:
    """A change that takes so many products to another stage; each lacks what the gate asks for."""

    def register(stage: str) -> str:
        return "".join(
            f"- {{ id: p{n}, name: P{n}, owners: [ Ada Example ], stage: {stage} }}\n" for n in range(size)
        )

    files = judged(
        FIELDS[:2],
        packs=["./policies", "lifecycle"],
        products="products.yaml",
        people="people.yaml",
        gates="*.gate.yaml",
        subjects=[{"kind": "thing", "files": "things/{product}.yaml", "product": "path.product"}],
    )
    asked = {"from": "beta", "to": "ga", "binds": [{"pack": "scale"}], "sign_offs": [{"role": "legal"}]}
    files["ga.gate.yaml"] = json.dumps({"gate": "ga", "title": "May it go?", **asked})
    files["people.yaml"] = PEOPLE + "roles:\n  - { id: legal, members: [ { person: ada } ] }\n"
    things = {f"things/p{n}.yaml": f"id: t{n}\nfield0: TBD\n" for n in range(size)}
    committed(
        folder, {**files, **things, "products.yaml": register("beta")}, {"products.yaml": register("ga")}
    )


def accepted(folder: Path, size: int) -> None:
    """Failures that a baseline accepts."""
    artifacts = size // RULES
    files = judged(FIELDS, people="people.yaml", waivers="waivers/*.waiver.yaml")
    things = {thing(n): f"id: t{n}\n{TBD}" for n in range(artifacts)}
    laid(folder, {**files, **things, "people.yaml": PEOPLE})
    terms = [
        "--owner",
        "Ada Example",
        "--approver",
        "Ben Sample",
        "--reason",
        "Older.",
        "--expires",
        "2027-01-31",
    ]
    subprocess.run([*GONOGO, "baseline", *terms], cwd=folder, env=CHECKOUT, check=True, capture_output=True)


def waived(folder: Path, size: int) -> None:
    """So many waivers, each about something that is gone."""
    about = {"rule": "thing.field0", "owner": "Ada Example", "approver": "Ben Sample", "reason": "Older."}
    term = {"granted": "2026-11-01", "expires": "2027-01-31"}
    register = {
        f"waivers/w{n}.waiver.yaml": json.dumps(
            {"waiver": f"w{n}", "subject": f"gone-{n}", "accepts": [SEEN], **about, **term}
        )
        for n in range(size)
    }
    files = judged(FIELDS[:1], people="people.yaml", waivers="waivers/*.waiver.yaml")
    things = {thing(n): f"id: t{n}\nfield0: Ada Example\n" for n in range(size)}
    laid(folder, {**files, **things, **register, "people.yaml": PEOPLE})


def rows_of_a_table(folder: Path, size: int) -> None:
    """A register as one CSV file, whose rows look at each other."""
    records = "".join(f"r{n},p,{'TBD' if n % 100 == 0 else 'Ada'}\n" for n in range(size))
    related = {"id": "thing.alone", "title": "It is not alone", "assert": "size(related('thing')) > 1"}
    files = judged([FIELDS[0], related], subjects=[{"kind": "thing", "files": "*.csv"}])
    laid(folder, {**files, "register.csv": f"id,product,field0\n{records}"})


def one_file(folder: Path, size: int) -> None:
    """One YAML file of so many bytes."""
    step = "  - {{ id: s{:06}, owner: Ada Example }}\n"
    steps = "".join(step.format(n) for n in range(size // len(step.format(0))))
    laid(folder, {**judged(OWNERS), thing(0): f"id: t0\nsteps:\n{steps}"})


def prose(folder: Path, size: int) -> None:
    """One Markdown file of so many characters: a paragraph full of links, tables, lists, headings."""
    quarter = size // 4
    parts: tuple[Callable[[int], str], ...] = (
        lambda n: f"[label {n}](https://example.org/{n}) ",
        lambda n: f"| a{n} | b{n} |\n{'|---|---|' + chr(10) if not n else ''}",
        lambda n: f"- [ ] item {n}\n",
        lambda n: f"## Part {n}\n\nSome words about it.\n\n",
    )
    texts = []
    for part in parts:
        text = "".join(part(n) for n in range(quarter // len(part(1))))
        texts.append(text[:quarter].rpartition("\n")[0] or text[: quarter - 10])
    files = judged([], subjects=[{"kind": "prd", "files": "*.md"}])
    del files["policies/thing.policy.yaml"], files["policies/pack.yaml"]
    files["gonogo.yaml"] = json.dumps({**json.loads(files["gonogo.yaml"]), "packs": ["launch-readiness"]})
    laid(folder, {**files, "a.md": "---\nid: a\n---\n" + "\n\n".join(texts)})


CHANGE = ("check", "--base", "HEAD~1")
WHOLE = ("check", "--no-cache")
COMPARED = {"`check --base`": CHANGE}


def told(*command: str) -> dict[str, Sequence[str]]:
    """A command in every format."""
    return {
        f"`{' '.join(command[:2])} --output-format {name}`": (*command, "--output-format", name)
        for name in RENDERERS
    }


CHECKED = {"`check`": WHOLE}
CASES: Mapping[str, Case] = {
    "failing": Case("checks that fail, half of them new", "failure", 100_000, failing, told(*CHANGE)),
    "sound": Case("small artifacts, three of them changed", "file", 100_000, sound, {**CHECKED, **COMPARED}),
    "touched": Case("files that a change edits", "file", 20_000, touched, COMPARED),
    "repeated": Case("lines of one file that fail alike", "line", 5_000, repeated, COMPARED),
    "moved": Case("products that a change moves to a stage", "product", 2_000, moved, COMPARED),
    "accepted": Case("failures in a baseline", "failure", 100_000, accepted, CHECKED),
    "waived": Case("waivers of what is gone", "waiver", 2_000, waived, CHECKED),
    "table": Case("rows of a CSV file, with `related`", "row", 200_000, rows_of_a_table, CHECKED),
    "yaml": Case("bytes of a YAML file", "byte", 12_000_000, one_file, CHECKED),
    "prose": Case("characters of a Markdown file", "character", 1_000_000, prose, CHECKED),
}


def made(name: str, size: int, cache: Path) -> Path:
    """The folder of a case at a size, made once."""
    folder = cache / f"{name}-{size}"
    if not folder.is_dir():
        fresh = cache / f"{name}-{size}.part"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        CASES[name].make(fresh, size)
        fresh.rename(folder)
    return folder


def taken(name: str, run: Sequence[str], size: int, cache: Path) -> tuple[Figure, int]:
    """What one run took, and the bytes that it wrote."""
    folder, output = made(name, size, cache), cache / "output"
    job = Job(f"{name}: {' '.join(run)}", [*GONOGO, *run], folder, CHECKOUT, frozenset({0, 1, 4}))
    return once(job, output), output.stat().st_size


class Growth(NamedTuple):
    """What one command took at both sizes."""

    label: str
    size: int
    half: Figure
    whole: Figure
    written: int

    @property
    def ratio(self) -> float:
        return self.whole.processor / self.half.processor

    def row(self) -> list[str]:
        kept = (self.whole.megabytes - self.half.megabytes) * 2**20 / (self.size - self.size // 2)
        each = self.whole.processor / self.size * 1e6
        figures = f"{each:,.1f}", f"{self.ratio:.2f}", f"{self.whole.megabytes:.0f}", f"{kept:,.0f}"
        return [self.label, f"{self.whole.processor:.1f}", *figures, f"{self.written / self.size:,.1f}"]


def grown(name: str, part: float, cache: Path) -> Iterator[Growth]:
    """Every command of a case; the first run of each folder fills caches and is not counted."""
    case = CASES[name]
    size = int(case.size * part)
    for each in (size // 2, size):
        taken(name, next(iter(case.runs.values())), each, cache)
    for label, run in case.runs.items():
        (half, _), (whole, written) = (taken(name, run, each, cache) for each in (size // 2, size))
        yield Growth(label, size, half, whole, written)


def main() -> int:
    """Parse the options, measure, print; 1 where something grows faster than the goal."""
    parser = asking.parser(__doc__, rounds=1)
    parser.add_argument("--only", nargs="+", choices=CASES, default=list(CASES), help="these cases alone")
    parser.add_argument("--part", type=float, default=1.0, help="of the size of every case (default: all)")
    options = parser.parse_args()
    cache: Path = options.cache.resolve() / "scale"
    cache.mkdir(parents=True, exist_ok=True)
    found = {name: list(grown(name, options.part, cache)) for name in options.only}
    lines = [
        asking.circumstances(options.rounds).replace("medians of 1 runs that take turns", "one run each")
    ]
    for name, rows in found.items():
        case = CASES[name]
        lines.append(f"{rows[0].size:,} {case.about}:\n")
        head = ["", "s", f"µs a {case.unit}", "× half", "MiB", f"bytes a {case.unit}", "written"]
        lines += table(head, [each.row() for each in rows])
    text = "\n".join(lines)
    print(text)
    if options.write:
        write(text, BEGIN, END)
    steep = [f"{name}, {each.label}" for name, rows in found.items() for each in rows if each.ratio > GOAL]
    if steep:
        print(f"grow faster than {GOAL} × when doubled: {'; '.join(steep)}", file=sys.stderr)
    return int(bool(steep))


if __name__ == "__main__":
    raise SystemExit(main())
