"""Names and values that try to become something: through a whole check, in every format there is."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from checker.model import Report
from checker.render import RENDERERS, Options
from checker.render.text import cell
from tests import judging
from tests.judging import policy, rule
from tests.render.reports import TRICKS
from tests.render.test_hostile_reports import commands
from tests.render.test_markdown_format import check as only_what_we_wrote
from tests.repositories import Made
from tests.security.attacks import attacked, blocking, checked, started

COMMANDS = {"github", "azure"}
"""Formats that are commands to a build runner: their own tests read them as the runner does."""
MARKDOWN = ("markdown", "summary", "comment")
JSON = ("json", "sarif", "checks", "suggestions", "gitlab", "bitbucket", "rdjson")
XML = ("junit", "checkstyle")
TEMPLATES = (
    "{6 * 7}",
    "{subject.owner}",
    "{{ 6 * 7 }}",
    "{% for x in [42] %}{{ x }}{% endfor %}",
    "${{ 6 * 7 }}",
    "#{6 * 7}",
    "<%= 6 * 7 %>",
    "{0.__class__}",
    "%(owner)s",
    "$owner",
)
SUGGESTION = "```suggestion\nowner: Eve\n```"
VALUES = (
    *TRICKS,
    *TEMPLATES,
    SUGGESTION,
    "/approve\n/merge",
    "=cmd|' /C calc'!A0",
    "<script>x</script>",
    "</details>",
)
PATHS = (
    b"new\nline",
    b"\n::error file=x::forged",
    b'"quoted"',
    b"'single'",
    b"tab\there",
    b"\x1b[31mred",
    "\u202egnp.ti".encode(),
    b"not \xff text",
    b"%0A%0D",
    b"-rf",
    b":(top)",
    b"*",
    b"{product}",
    b"| cell |",
    b"@ada-example",
    b"<details>",
    b"a" * 200,
    b"=1+1",
    "e\u0301".encode(),
    b" lead",
    b"x, y;z]",
)  # fmt: skip


def rendered(report: Report) -> dict[str, str]:
    return {name: render(report, Options()) for name, render in RENDERERS.items()}


def harmless(report: Report) -> None:
    """What holds of every format, and of each sort of them."""
    texts = rendered(report)
    for name, text in texts.items():
        text.encode()
        assert re.sub("[\n\u200c\u200d]", "", text).isprintable(), name
        assert name in COMMANDS or not commands(text), name
    for name in MARKDOWN:
        only_what_we_wrote(texts[name])
        assert not re.search(r"^\s*/\w", texts[name], re.MULTILINE), name
    for name in JSON:
        json.loads(texts[name])
    for name in XML:
        ElementTree.fromstring(texts[name])


def test_every_format_is_of_a_sort_that_is_read_here() -> None:
    assert {*COMMANDS, *MARKDOWN, *JSON, *XML, "terminal"} == {*RENDERERS}


@pytest.mark.parametrize("value", VALUES)
def test_a_value_stays_a_value(tmp_path: Path, value: str) -> None:
    text = json.dumps(value.encode("utf-8", "replace").decode().replace("\0", ""))
    files = {
        "policies/test.policy.yaml": policy(
            rule(
                'subject.owner == "x"', message="{subject.name} and {subject.owner}", fix="Not {subject.name}"
            )
        ),
        "a.thing.yaml": f"name: {text}\nowner: {text}\ncolour: {text}\nsteps: [ {{ id: {text} }} ]\n",
    }
    report = judging.judged(tmp_path, files)
    assert report.exit_code == 1
    harmless(report)


@pytest.mark.parametrize("value", TEMPLATES)
def test_no_data_is_ever_evaluated(tmp_path: Path, value: str) -> None:
    told = {"message": "{subject.name}", "fix": "{subject.name}"}
    files = {
        "policies/test.policy.yaml": policy(rule('subject.owner == "x"', **told)),
        "a.thing.yaml": json.dumps({"name": value, "owner": "Eve"}),
    }
    (result,) = (r for r in judging.judged(tmp_path, files).results if r.outcome == "fail")
    assert (result.message, result.fix) == (value, value)


def test_an_id_that_is_hostile_is_shown_as_it_is_and_does_nothing(tmp_path: Path) -> None:
    base = {
        "policies/test.policy.yaml": policy(rule("filled(subject.owner)")),
        "ok.thing.yaml": "owner: Ada\n",
    }
    bad = {
        f"n{number}.thing.yaml": json.dumps(
            {"id": trick.replace("\0", "").replace("\ud800", ""), "owner": ""}
        )
        for number, trick in enumerate(VALUES)
    }
    report = attacked(tmp_path, base, bad)
    assert len(blocking(report)) >= len(VALUES) - 2
    harmless(report)


def test_a_path_that_is_hostile_is_judged_and_does_nothing(tmp_path: Path) -> None:
    base = {
        "policies/test.policy.yaml": policy(rule("filled(subject.owner)")),
        "ok.thing.yaml": "owner: Ada\n",
    }
    made = started(tmp_path, base)
    for name in PATHS:
        with open(bytes(made.folder) + b"/" + name + b".thing.yaml", "wb") as file:
            file.write(b"owner: TBD\n")
    made.commit("harmless")
    report = checked(made)
    failed = {each.subject.path for each in blocking(report) if each.rule == "test.rule"}
    assert len(failed) == len(PATHS)
    harmless(report)


def tree(made: Made, *entries: bytes) -> None:
    """A commit on the branch whose tree no working tree could have."""
    listing = subprocess.run(
        ["git", "cat-file", "tree", "HEAD^{tree}"], cwd=made.folder, capture_output=True, check=True
    ).stdout
    parts = sorted([*_entries(listing), *entries], key=lambda entry: entry.partition(b" ")[2])
    done = subprocess.run(
        ["git", "hash-object", "-t", "tree", "-w", "--stdin", "--literally"],
        cwd=made.folder,
        input=b"".join(parts),
        capture_output=True,
        check=True,
    )
    commit = made.git("commit-tree", "-p", "HEAD", "-m", "x", done.stdout.decode().strip())
    made.git("update-ref", "refs/heads/change", commit)


def _entries(listing: bytes) -> list[bytes]:
    found = []
    while listing:
        end = listing.index(b"\0") + 21
        found.append(listing[:end])
        listing = listing[end:]
    return found


@pytest.mark.parametrize(
    "name",
    [
        b"..",
        b".",
        b".git",
        b"../../x.thing.yaml",
        b"/etc/x.thing.yaml",
        b"a/b.thing.yaml",
        b"x" * 5000 + b".thing.yaml",
    ],
    ids=lambda name: name[:12].decode(),
)
def test_a_name_that_no_folder_could_hold_is_no_way_out(tmp_path: Path, name: bytes) -> None:
    base = {
        "policies/test.policy.yaml": policy(rule("filled(subject.owner)")),
        "ok.thing.yaml": "owner: Ada\n",
    }
    made = started(tmp_path, base)
    made.write({"blob": "owner: TBD\n"})
    blob = bytes.fromhex(made.git("hash-object", "-w", "blob"))
    tree(made, b"100644 " + name + b"\0" + blob)
    report = checked(made)
    assert report.exit_code in (0, 1, 2)
    judged = {each.subject.path for each in report.results}
    assert judged <= {"ok.thing.yaml", name.decode()}
    harmless(report)


def test_twins_but_for_case_and_accents_are_two(tmp_path: Path) -> None:
    base = {
        "policies/test.policy.yaml": policy(rule("filled(subject.owner)")),
        "a.thing.yaml": "owner: Ada\n",
    }
    bad = {
        "A.thing.yaml": "owner: TBD\n",
        "e\u0301.thing.yaml": "owner: TBD\n",
        "\u00e9.thing.yaml": "owner: TBD\n",
    }
    report = attacked(tmp_path, base, bad)
    assert {each.subject.path for each in blocking(report)} == bad.keys()


@pytest.mark.parametrize("value", [*VALUES, "@SUM(1)", "-1+2", "\t=1", " +1"])
def test_a_cell_of_a_spreadsheet_is_text(value: str) -> None:
    assert not cell(value).lstrip().startswith(("=", "+", "-", "@"))


SHELL = "lamp$(touch owned);`touch owned`'|touch owned"


def test_a_command_that_is_shown_to_be_copied_is_none_of_its_authors(tmp_path: Path) -> None:
    """A name is one word of it, whatever shell reads it."""
    stages = [{"id": each, "title": each} for each in ("beta", "ga")]
    gate = {"gate": "ga", "title": "ga", "lifecycle": "standard", "from": "beta", "to": "ga"}
    gate |= {"binds": [{"policy": "test"}], "sign_offs": [{"role": "security"}]}
    person = {"people": [{"id": "ada", "name": "Ada Example"}]}
    role = {"roles": [{"id": "security", "title": "Security", "members": [{"person": "ada"}]}]}
    product = {
        "id": SHELL,
        "name": "Lamp",
        "owners": ["Ada Example"],
        "lifecycle": "standard",
        "stage": "beta",
    }
    base = {
        "gonogo.yaml": judging.configuration(
            products="products.yaml", gates="*.gate.yaml", lifecycles="*.lifecycle.yaml", people="people.yaml"
        ),
        "policies/test.policy.yaml": policy(rule("filled(subject.owner)", at="/owner")),
        "standard.lifecycle.yaml": json.dumps(
            {"lifecycle": "standard", "title": "Standard", "stages": stages}
        ),
        "ga.gate.yaml": json.dumps(gate),
        "people.yaml": json.dumps(person | role),
        "products.yaml": json.dumps([product]),
        "lamp.thing.yaml": json.dumps({"id": SHELL, "owner": "Ada Example", "product": SHELL}),
    }
    report = attacked(tmp_path, base, {"products.yaml": json.dumps([product | {"stage": "ga"}])})
    said = [
        text for each in report.results for text in (each.message, each.fix, *(r.text for r in each.reasons))
    ]
    found = [text for text in said if "--subject" in text]
    assert found, [judging.shown(report.diagnostics), said]
    for text in found:
        assert f"--subject {shlex.quote(SHELL)}" in text
