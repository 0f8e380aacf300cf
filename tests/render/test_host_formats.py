"""The formats for hosts' programs, each held to its host's rules by a strict or a foreign reader."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from checker import recorded
from checker.model import ChangedFile, Diagnostic, Edit, Excerpt, Location, Origin, Report, Result, Span
from checker.render import RENDERERS, Options
from checker.render.mends import mended
from checker.render.notes import notes
from checker.render.placing import from_root, shown
from tests.render.cases import CASES
from tests.render.changes import CHANGE, CHANGE_ALL, CLEAN_CHANGE, NEUTRAL
from tests.render.hostile import TEXTS, reports
from tests.render.reports import BROKEN, EMPTY, GREEN, MIXED, PLAN, TRICKS, at

few = settings(max_examples=30, deadline=None)


def rendered(name: str, report: Report) -> str:
    return RENDERERS[name](report, Options())


def parsed(name: str, report: Report) -> Any:
    return json.loads(rendered(name, report))


def many(number: int) -> Report:
    """A report in which that many checks failed."""
    failed = MIXED.results[3]
    return MIXED._replace(
        results=tuple(failed._replace(key=str(each), message=f"m{each}") for each in range(number)),
        diagnostics=(),
    )


def failing(text: str, **more: Any) -> Report:
    """A report with one failure that says `text` wherever it can."""
    failed = MIXED.results[3]._replace(**{"message": text, "fix": text, "rule": text, **more})
    return CHANGE._replace(results=(failed,), rules=(), diagnostics=())


# Places


@pytest.mark.parametrize(
    ("prefix", "path", "expected"),
    [
        ("", "a/b.yaml", "a/b.yaml"),
        ("governance/", "a/b.yaml", "governance/a/b.yaml"),
        ("governance/", "../policies/x.yaml", "policies/x.yaml"),
        ("governance/", "../../elsewhere/x.yaml", ""),
        ("", "../elsewhere/x.yaml", ""),
        ("", "/etc/x.yaml", ""),
        ("", "..", ""),
        ("governance/", "", ""),
        ("", "a..b/c", "a..b/c"),
        ("", "https://x", "https://x"),
        ("", "floor:gates/ga.gate.yaml", ""),
        ("governance/", "gonogo:lifecycle/pack.yaml", ""),
    ],
)
def test_a_path_is_that_from_the_root(prefix: str, path: str, expected: str) -> None:
    report = GREEN._replace(origin=Origin("", "now", "", prefix))
    found = from_root(report, Location(path, Span(1, 2, 3, 4)))
    assert (found.path, found.span) == (expected, Span(1, 2, 3, 4))


def test_the_changed_line_comes_before_the_place() -> None:
    report = GREEN._replace(origin=Origin("", "now", "", "g/"))
    result = MIXED.results[3]
    assert shown(report, result).path == "g/" + PLAN
    assert shown(report, result._replace(anchor=at("x.yaml", 3, 1, 2))) == at("g/x.yaml", 3, 1, 2)


# What is noted


@pytest.mark.parametrize(
    ("path", "said"),
    [(PLAN, f"Found in g/{PLAN}:9"), ("floor:products.yaml", "Found in floor:products.yaml:9"), ("", None)],
)
def test_what_a_changed_line_caused_says_where_it_was_found(path: str, said: str | None) -> None:
    place = Location(path, Span(9, 1, 9, 2) if path else None)
    result = CHANGE.results[0]._replace(anchor=at(PLAN, 3, 1, 2), location=place, age="new")
    report = CHANGE._replace(origin=Origin("", "now", "", "g/"), results=(result,))
    (note,) = [each for each in notes(report) if each.result]
    assert [line for line in note.text.split("\n") if line.startswith("Found in")] == ([said] if said else [])


def test_what_a_level_means() -> None:
    found = [(note.level, note.label) for note in notes(MIXED)]
    assert found == [
        ("error", "mandatory"),
        ("error", "undecided"),
        ("warning", "warning"),
        ("warning", "advisory"),
        ("notice", "upcoming"),
        ("notice", "waived"),
    ]


def test_what_a_reader_could_not_tell_apart_is_noted_once() -> None:
    """A header that is misspelt makes every row of a table fail at one place."""
    failed = MIXED.results[3]
    rows = [failed._replace(subject=failed.subject._replace(id=f"row {each}")) for each in range(3)]
    noted = notes(MIXED._replace(results=(*rows, failed._replace(message="other")), diagnostics=()))
    assert [note.text.splitlines()[-1] for note in noted] == [
        "The same holds for 2 others here.",
        "Fix: After sign-off, set status: approved",
    ]


@pytest.mark.parametrize(("report", "level"), [(CHANGE, "notice"), (CHANGE_ALL, "error")])
def test_what_was_there_before_blocks_only_when_asked(report: Report, level: str) -> None:
    found = [n for n in notes(report) if n.label == "mandatory, there before"]
    assert [note.level for note in found] == [level]


def test_a_change_of_what_judges_and_of_a_stage_is_noted() -> None:
    found = {note.code: note for note in notes(CHANGE)}
    judging = found["judging-changed"]
    assert (judging.level, judging.location.path) == ("warning", "governance/gates/ga.gate.yaml")
    assert "policies/rollback.policy.yaml" in judging.text
    stages = [note for note in notes(CHANGE) if note.code == "stage-changed"]
    assert [note.level for note in stages] == ["notice", "notice"]
    assert "The sign-off of counsel is missing" in stages[0].text


@few
@given(reports())
def test_every_note_has_words_a_file_and_a_name_of_its_own(report: Report) -> None:
    found = notes(report)
    assert len({note.fingerprint for note in found}) == len(found)
    for note in found:
        assert note.location.path or (report.origin and report.origin.prefix)
        assert re.fullmatch(r"[0-9a-f]{32}(-\d+)?", note.fingerprint)
        assert note.code
        assert note.message
        assert note.text
    blocking = [note for note in found if note.level == "error"]
    assert found[: len(blocking)] == blocking


def test_nothing_checked_is_noted_and_neutral_is_not() -> None:
    assert [(note.level, note.code) for note in notes(EMPTY)] == [("error", "nothing-checked")]
    assert notes(NEUTRAL) == notes(GREEN) == []


# GitLab

GITLAB = Draft202012Validator(
    {
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": {"type": "string", "minLength": 1},
                "check_name": {"type": "string", "minLength": 1},
                "fingerprint": {"type": "string", "minLength": 1},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "minLength": 1, "pattern": r"^(?!\./|/)"},
                        "lines": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["begin", "end"],
                            "properties": {
                                "begin": {"type": "integer", "minimum": 1},
                                "end": {"type": "integer", "minimum": 1},
                            },
                        },
                    },
                },
            },
        },
    }
)
"""GitLab's page about the format, as a schema."""


@pytest.mark.parametrize("case", CASES)
def test_gitlab_takes_every_report(case: str) -> None:
    text = rendered("gitlab", CASES[case])
    assert text.startswith("[")  # no byte-order mark
    GITLAB.validate(json.loads(text))


@few
@given(reports())
def test_gitlab_collapses_no_rows(report: Report) -> None:
    found = parsed("gitlab", report)
    assert len({each["fingerprint"] for each in found}) == len(found) == len(notes(report))


def test_gitlab_sees_the_rule_first_and_its_severity() -> None:
    found = {each["check_name"]: each["severity"] for each in parsed("gitlab", MIXED)}
    assert found == {
        "launch.privacy.approved": "blocker",
        "unused-waiver": "minor",
        "launch.rollback.owner": "info",
        "launch.rollback.rehearsed": "minor",
        "launch.rollback.step-owner": "info",
    }
    assert all(each["description"].startswith(each["check_name"]) for each in parsed("gitlab", MIXED))


def test_a_finding_keeps_its_fingerprint_whatever_it_is_held_against() -> None:
    alone = CHANGE._replace(
        comparison=None, results=tuple(each._replace(age="", anchor=None) for each in CHANGE.results)
    )
    before = {each["fingerprint"] for each in parsed("gitlab", alone)}
    assert before <= {each["fingerprint"] for each in parsed("gitlab", CHANGE)}


# Azure


def azure(text: str) -> tuple[list[tuple[dict[str, str], str]], list[str]]:
    """Commands with properties and message, and the other lines, as the agent of Azure reads them."""

    def plain(text: str, *escapes: tuple[str, str]) -> str:
        for char, spelling in (*escapes, ("\r", "%0D"), ("\n", "%0A"), ("%", "%AZP25")):
            text = text.replace(spelling, char)
        return text

    commands, others = [], []
    assert text.endswith("\n")
    for line in text.removesuffix("\n").split("\n"):
        start = line.find("##vso[")
        if start < 0:
            others.append(line)
            continue
        assert start == 0
        head, _, message = line.removeprefix("##vso[").partition("]")
        name, _, written = head.partition(" ")
        assert name == "task.logissue"
        pairs = [pair.split("=", 1) for pair in written.split(";")]
        properties = {key: plain(value, (";", "%3B"), ("]", "%5D")) for key, value in pairs}
        assert len(properties) == len(pairs)
        assert set(properties) <= {"type", "sourcepath", "linenumber", "columnnumber", "code"}
        commands.append((properties, plain(message)))
    return commands, others


@few
@given(reports())
def test_azure_reads_what_was_meant(report: Report) -> None:
    commands, others = azure(rendered("azure", report))
    blocking = [note for note in notes(report) if note.level == "error"]
    errors = [properties for properties, _ in commands if properties["type"] == "error"]
    assert len(errors) == len(blocking)
    for properties, _ in commands:
        assert properties["type"] in ("error", "warning")
        assert int(properties["linenumber"]) >= 1
    assert others[0].startswith("gonogo: ")


@pytest.mark.parametrize("text", [*TRICKS, "a;b]c=d%0Ae%AZP25", "##vso[task.complete result=Succeeded;]"])
def test_azure_gives_any_text_back(text: str) -> None:
    (issue, _), _ = azure(rendered("azure", failing("x", location=at("f;]%\n" + text, 3, 4, 5)))), None
    ((properties, _), *_rest) = issue
    assert (properties["linenumber"], properties["columnnumber"]) == ("3", "4")
    assert properties["sourcepath"].startswith("governance/f;]%<U+000A>")
    commands, _ = azure(rendered("azure", failing(text)))
    assert len(commands) == 2  # the finding, and that what judges is edited


def test_azure_shows_ten_and_says_how_many_more() -> None:
    commands, others = azure(rendered("azure", many(25)))
    assert len(commands) == 10
    assert commands[-1][1].startswith("16 more errors not shown here")
    assert len(azure(rendered("azure", many(10)))[0]) == 10
    assert others[0].startswith("gonogo: NO-GO: 0 pass, 25 fail")


# Bitbucket


@few
@given(reports())
def test_bitbucket_takes_every_report(report: Report) -> None:
    found = parsed("bitbucket", report)
    summary, annotations = found["report"], found["annotations"]
    assert set(summary) == {"title", "details", "reporter", "report_type", "result", "data"}
    assert 0 < len(summary["details"]) <= 2_000
    assert len(summary["data"]) <= 10
    assert len({each["external_id"] for each in annotations}) == len(annotations)
    for each in annotations:
        assert 0 < len(each["summary"].encode("utf-16-le")) // 2 <= 450
        assert 0 < len(each["details"].encode("utf-16-le")) // 2 <= 2_000
        assert each["severity"] in ("CRITICAL", "HIGH", "MEDIUM", "LOW")
        assert each["annotation_type"] in ("VULNERABILITY", "CODE_SMELL", "BUG")
        assert each["result"] in ("PASSED", "FAILED", "SKIPPED", "IGNORED")
        assert each["line"] >= 1


@pytest.mark.parametrize(
    ("report", "result"),
    [
        (GREEN, "PASSED"),
        (NEUTRAL, "PASSED"),
        (CLEAN_CHANGE, "PASSED"),
        (MIXED, "FAILED"),
        (EMPTY, "FAILED"),
        (BROKEN, "FAILED"),
    ],
)
def test_bitbucket_passes_what_ends_with_0(report: Report, result: str) -> None:
    assert parsed("bitbucket", report)["report"]["result"] == result


def test_bitbucket_is_told_what_is_left_out() -> None:
    found = parsed("bitbucket", many(1_003))
    assert len(found["annotations"]) == 1_000
    assert "3 less pressing findings are not shown here" in found["report"]["details"]
    assert "not shown here" not in parsed("bitbucket", many(1_000))["report"]["details"]


@pytest.mark.parametrize("text", ["x" * 5_000, "\U0001f600" * 3_000, ""])
def test_bitbucket_is_sent_no_text_that_is_too_long_or_empty(text: str) -> None:
    (each,) = [a for a in parsed("bitbucket", failing(text))["annotations"] if a["result"] == "FAILED"]
    assert 0 < len(each["summary"].encode("utf-16-le")) // 2 <= 450
    assert 0 < len(each["details"].encode("utf-16-le")) // 2 <= 2_000


# reviewdog


def test_reviewdog_takes_every_report(rdjson_validator: Callable[[list[Path]], None], tmp_path: Path) -> None:
    paths = []
    for case, report in CASES.items():
        paths.append(tmp_path / f"{case}.json")
        paths[-1].write_text(rendered("rdjson", report), encoding="utf-8")
    rdjson_validator(paths)


def test_the_validator_of_reviewdog_bites(
    rdjson_validator: Callable[[list[Path]], None], tmp_path: Path
) -> None:
    path = tmp_path / "bad.json"
    path.write_text(rendered("rdjson", MIXED).replace('"path"', '"pat"'), encoding="utf-8")
    with pytest.raises(subprocess.CalledProcessError):
        rdjson_validator([path])


def ranged(span: Span, lines: tuple[str, ...], first_line: int) -> Any:
    report = failing("x", location=Location("a", span), excerpt=Excerpt(first_line, lines))
    (found,) = [each for each in parsed("rdjson", report)["diagnostics"] if each["severity"] == "ERROR"]
    return found["location"]["range"]


def test_columns_count_bytes() -> None:
    lines = ("a𐐀b: é",)
    assert ranged(Span(7, 3, 7, 4), lines, 7) == {
        "start": {"line": 7, "column": 6},
        "end": {"line": 7, "column": 7},
    }


@pytest.mark.parametrize(
    ("span", "lines", "expected"),
    [
        (Span(7, 3, 7, 4), (), (7, 7)),
        (Span(7, 3, 7, 4), ("a",), (7, 7)),  # the line is shorter: it is another one
        (Span(7, 3, 7, 4), ("x" * 1_001,), (7, 7)),  # cut
        (Span(7, 3, 9, 4), ("abc",), (7, 9)),
        (Span(7, 9, 9, 1), ("abc",), (7, 8)),  # ends before line 9
    ],
)
def test_without_the_line_there_are_no_columns(
    span: Span, lines: tuple[str, ...], expected: tuple[int, int]
) -> None:
    assert ranged(span, lines, 7) == {"start": {"line": expected[0]}, "end": {"line": expected[1]}}


def test_a_mend_is_a_suggestion_of_the_line() -> None:
    found = [each for each in parsed("rdjson", CHANGE)["diagnostics"] if "suggestions" in each]
    assert [each["suggestions"] for each in found] == [
        [
            {
                "range": {"start": {"line": 12}, "end": {"line": 12}},
                "text": "    - { id: drain, owner: Ada Example }",
            }
        ]
    ]


@pytest.mark.parametrize("text", TRICKS)
def test_a_message_is_no_markdown(text: str) -> None:
    for each in parsed("rdjson", failing(text))["diagnostics"]:
        said = MarkdownIt("gfm-like").render(each["message"])
        assert not re.findall(r"<(?!/?(?:p|br|strong|em|code|pre|s|ul|ol|li|hr|h\d|blockquote)\b)", said)
        assert not re.search(r"@\w|#\d|GH-\d", each["message"])


# Checkstyle

CHECKSTYLE = xmlschema.XMLSchema(
    """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
    <xs:element name="checkstyle"><xs:complexType>
      <xs:sequence><xs:element name="file" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
        <xs:sequence><xs:element name="error" minOccurs="1" maxOccurs="unbounded"><xs:complexType>
          <xs:attribute name="line" type="xs:positiveInteger" use="required"/>
          <xs:attribute name="column" type="xs:positiveInteger" use="required"/>
          <xs:attribute name="severity" use="required"><xs:simpleType><xs:restriction base="xs:string">
            <xs:enumeration value="error"/><xs:enumeration value="warning"/><xs:enumeration value="info"/>
          </xs:restriction></xs:simpleType></xs:attribute>
          <xs:attribute name="message" type="xs:string" use="required"/>
          <xs:attribute name="source" type="xs:string" use="required"/>
        </xs:complexType></xs:element></xs:sequence>
        <xs:attribute name="name" type="xs:string" use="required"/>
      </xs:complexType></xs:element>
      </xs:sequence>
      <xs:attribute name="version" type="xs:string" use="required"/>
    </xs:complexType></xs:element></xs:schema>"""
)
"""What Checkstyle itself writes, as a schema."""


@few
@given(reports())
def test_checkstyle_is_well_formed_and_complete(report: Report) -> None:
    text = rendered("checkstyle", report)
    CHECKSTYLE.validate(text)
    root = ElementTree.fromstring(text)
    names = [file.get("name") for file in root]
    assert len(set(names)) == len(names)
    assert len(root.findall("file/error")) == len(notes(report))


def test_the_schema_of_checkstyle_bites() -> None:
    assert not CHECKSTYLE.is_valid(
        rendered("checkstyle", MIXED).replace('severity="info"', 'severity="note"')
    )


def test_checkstyle_knows_how_each_stands() -> None:
    root = ElementTree.fromstring(rendered("checkstyle", MIXED))
    found = {(e.get("source"), e.get("severity")) for e in root.iter("error")}
    assert found == {
        ("gonogo.launch.privacy.approved", "error"),
        ("gonogo.launch.rollback.rehearsed", "error"),
        ("gonogo.launch.rollback.rehearsed", "warning"),
        ("gonogo.launch.rollback.owner", "info"),
        ("gonogo.launch.rollback.step-owner", "info"),
        ("gonogo.unused-waiver", "warning"),
    }


# Checks

CHECKS = Draft202012Validator(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["name", "head_sha", "conclusion", "output"],
        "properties": {
            "name": {"pattern": "^gonogo( .+)?$"},
            "head_sha": {"type": "string", "pattern": "^([0-9a-f]{40}|[0-9a-f]{64})?$"},
            "conclusion": {"enum": ["success", "failure", "neutral", "action_required"]},
            "output": {
                "type": "object",
                "additionalProperties": False,
                "required": ["title", "summary", "annotations"],
                "properties": {
                    "title": {"type": "string", "minLength": 1, "maxLength": 255},
                    "summary": {"type": "string", "minLength": 1, "maxLength": 65_535},
                    "annotations": {
                        "type": "array",
                        "maxItems": 1_000,
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["path", "start_line", "end_line", "annotation_level", "message"],
                            "properties": {
                                "path": {"type": "string", "minLength": 1},
                                "start_line": {"type": "integer", "minimum": 1},
                                "end_line": {"type": "integer", "minimum": 1},
                                "start_column": {"type": "integer", "minimum": 1},
                                "end_column": {"type": "integer", "minimum": 1},
                                "annotation_level": {"enum": ["notice", "warning", "failure"]},
                                "title": {"type": "string", "minLength": 1, "maxLength": 255},
                                "message": {"type": "string", "minLength": 1},
                            },
                            "dependentRequired": {
                                "start_column": ["end_column"],
                                "end_column": ["start_column"],
                            },
                        },
                    },
                },
            },
        },
    }
)
"""GitHub's pages about check runs, as a schema."""


@settings(max_examples=20, deadline=None)
@given(reports())
def test_github_takes_every_check_run(report: Report) -> None:
    run = parsed("checks", report)
    CHECKS.validate(run)
    for each in run["output"]["annotations"]:
        assert len(each["message"].encode()) <= 64 * 1024
        assert each["start_line"] <= each["end_line"]
        assert "start_column" not in each or each["start_line"] == each["end_line"]


@pytest.mark.parametrize(
    ("report", "conclusion"),
    [
        (GREEN, "success"),
        (CLEAN_CHANGE, "success"),
        (NEUTRAL, "neutral"),
        (MIXED, "failure"),
        (BROKEN, "failure"),
        (EMPTY, "action_required"),
        (GREEN._replace(verdict="undecided", exit_code=4), "action_required"),
    ],
)
def test_what_nobody_decided_does_not_pass(report: Report, conclusion: str) -> None:
    assert parsed("checks", report)["conclusion"] == conclusion


def test_a_thousand_annotations_and_how_many_more() -> None:
    output = parsed("checks", many(1_007))["output"]
    assert len(output["annotations"]) == 1_000
    assert "7 less pressing annotations are left out." in output["summary"]
    CHECKS.validate(parsed("checks", many(1_007)))


def test_the_summary_stays_within_its_limit() -> None:
    report = many(3_000)
    long = tuple(each._replace(message="m" * 300) for each in report.results)
    CHECKS.validate(parsed("checks", report._replace(results=long)))


def test_a_commit_is_named_only_if_it_is_one() -> None:
    assert parsed("checks", CHANGE)["head_sha"] == "9d8e7f6a5b4c3d2e1f009d8e7f6a5b4c3d2e1f00"
    assert parsed("checks", MIXED)["head_sha"] == ""


# Suggestions

EDIT = Edit(Span(14, 11, 14, 18), "approved", "  status: pending")


def suggested(edit: Edit = EDIT, **more: Any) -> list[dict[str, Any]]:
    """What is suggested for one failure in a file of which lines 10 to 20 are new."""
    assert CHANGE.comparison
    comparison = CHANGE.comparison._replace(files=(ChangedFile(PLAN, "", ((3, 4), (10, 20))),))
    report = failing("x", edit=edit, **more)._replace(comparison=comparison)
    found: list[dict[str, Any]] = parsed("suggestions", report)
    return found


def offered(body: str) -> str:
    """The one suggestion in a comment, read as Markdown."""
    fences = [each for each in MarkdownIt("gfm-like").parse(body) if each.type == "fence"]
    assert [each.info for each in fences] == ["suggestion"]
    return fences[0].content


def test_a_line_is_offered_anew() -> None:
    (comment,) = suggested()
    assert {**comment, "body": ""} == {"path": f"governance/{PLAN}", "line": 14, "side": "RIGHT", "body": ""}
    assert offered(comment["body"]) == "  status: approved\n"


@pytest.mark.parametrize(
    ("edit", "more"),
    [
        (EDIT._replace(span=Span(9, 11, 9, 18)), {}),
        (EDIT._replace(span=Span(21, 11, 21, 18)), {}),
        (EDIT._replace(span=Span(14, 11, 15, 2)), {}),
        (EDIT._replace(span=Span(14, 11, 14, 99)), {}),
        (EDIT._replace(whole_line=""), {}),
        (EDIT._replace(text="pending"), {}),
        (EDIT._replace(text="a\nb"), {}),
        (EDIT._replace(text="\u202eb"), {}),
        (EDIT, {"location": at("elsewhere.yaml", 14, 11, 18)}),
        (EDIT, {"waived": MIXED.results[2].waived}),
    ],
)
def test_what_github_would_refuse_is_not_offered(edit: Edit, more: dict[str, Any]) -> None:
    assert suggested(edit, **more) == []


def test_without_a_base_there_is_nothing_to_suggest() -> None:
    assert parsed("suggestions", CHANGE._replace(comparison=None)) == []


@few
@given(st.one_of(TEXTS, st.text("`~ a", max_size=30), st.sampled_from(TRICKS)), TEXTS)
def test_no_text_ends_a_suggestion(text: str, message: str) -> None:
    line = f"  status: {text}"
    edit = Edit(Span(14, 3, 14, 9), "state", line)
    for comment in suggested(edit, message=message, rule=message):
        assert offered(comment["body"]) == f"  state: {text}\n"


def test_mends_of_one_line_are_one_suggestion() -> None:
    line = "{ a: 1, b: 2 }"
    one, two = Edit(Span(14, 6, 14, 7), "10", line), Edit(Span(14, 12, 14, 13), "20", line)
    clash = Edit(Span(14, 3, 14, 8), "z", line)
    assert mended(line, [one, two, one, clash]) == "{ a: 10, b: 20 }"
    assert mended(line, [clash, one, two]) == "{ z, b: 20 }".replace("z,", "z")
    results: tuple[Result, ...] = tuple(
        MIXED.results[3]._replace(rule=f"r{n}", edit=edit) for n, edit in enumerate((one, two))
    )
    assert CHANGE.comparison
    comparison = CHANGE.comparison._replace(files=(ChangedFile(PLAN, "", ((14, 14),)),))
    (comment,) = parsed("suggestions", CHANGE._replace(results=results, comparison=comparison))
    assert offered(comment["body"]) == "{ a: 10, b: 20 }\n"
    assert all(name in comment["body"] for name in ("r0", "r1"))


def test_a_defect_without_a_file_is_shown_all_the_same() -> None:
    report = GREEN._replace(diagnostics=(Diagnostic("unknown-rule", "no such rule"),))
    for name in ("gitlab", "azure", "bitbucket", "rdjson", "checkstyle", "checks"):
        assert "no such rule" in rendered(name, report), name


@pytest.mark.parametrize("case", sorted(case for case in CASES if "hostile" not in case))
def test_a_report_that_was_written_down_says_the_same(case: str) -> None:
    again = recorded.report(parsed("json", CASES[case]))
    for name in ("checks", "suggestions", "gitlab", "azure", "bitbucket", "checkstyle"):
        assert rendered(name, again) == rendered(name, CASES[case]), name


@pytest.mark.parametrize("name", ["gitlab", "rdjson"])
def test_a_finding_is_a_line(name: str) -> None:
    """Lists without an end are written one by one: indented as a whole they take many times their size."""
    assert rendered(name, many(30)).count("\n") - rendered(name, many(20)).count("\n") == 10
