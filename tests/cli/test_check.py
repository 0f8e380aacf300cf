"""`gonogo check`: exit codes, what is asked for, where the results go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.cli import options
from checker.render import RENDERERS
from tests.cli.conftest import Gonogo
from tests.cli.workspaces import CONFIGURATION, DAY, GREEN, POLICY, RED, write
from tests.showing import fits

GATE = """\
gate: ga
title: General availability
binds:
  - pack: demo
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return write(tmp_path)


def outcomes(out: str) -> dict[tuple[str, str], str]:
    """(rule, subject) to outcome, from a JSON report."""
    return {(r["rule"], r["subject"]["id"]): r["outcome"] for r in json.loads(out)["results"]}


def codes(out: str) -> list[str]:
    return [diagnostic["code"] for diagnostic in json.loads(out)["diagnostics"]]


def test_a_failure_is_shown_with_its_place_its_reason_and_its_fix(workspace: Path, gonogo: Gonogo) -> None:
    ran = gonogo("check", "--clock", DAY, cwd=workspace)
    assert ran.code == 1
    assert ran.err == ""
    assert fits(
        "error[launch.rollback.owner]: Search names no rollback owner\n"
        "  --> launches/search.yaml:4:10 (launch-plan search)\n"
        "   |\n"
        " 3 | rollback:\n"
        " 4 |   owner: TBD\n"
        "   |          ^^^\n"
        "   = why: rollback.owner is still a placeholder: …\n"
        "…\n"
        "   = fix: Name the person who would call the rollback in rollback.owner.\n"
        "\n"
        "NOT VALID FOR A GATE: …\n"
        "NO-GO: 7 pass, 1 fail, 0 advisory, 0 upcoming, 0 waived, 0 not-applicable, 0 error\n"
        "2 subjects in 2 files, 4 rules, acme as of 2026-06-01\n"
        "Next: gonogo explain launch.rollback.owner\n",
        ran.out,
    )


@pytest.mark.parametrize(
    ("changes", "arguments", "code"),
    [
        ({"search": GREEN.replace("checkout", "search")}, (), 0),
        ({}, (), 1),
        ({"search": "id: ["}, (), 1),
        ({"rollback": POLICY.replace("filled(", "filled(,")}, (), 2),
        ({"gonogo": CONFIGURATION.replace("version: 1", "version: 2")}, (), 2),
        ({"gonogo": CONFIGURATION.replace("launches/", "lunches/")}, (), 3),
        ({}, ("--kind", "prd"), 3),
        (
            {
                "rollback": POLICY.replace(
                    "assert: filled(subject.rollback.owner)", "when: data.x\n    assert: 'true'"
                )
            },
            (),
            4,
        ),
    ],
)
@pytest.mark.parametrize("format", ["terminal", "json", "sarif", "junit", "github", "markdown"])
def test_the_exit_code_is_the_same_for_every_format(
    tmp_path: Path,
    gonogo: Gonogo,
    changes: dict[str, str],
    arguments: tuple[str, ...],
    code: int,
    format: str,
) -> None:
    folder = write(tmp_path, **changes)
    ran = gonogo("check", "--clock", DAY, "--output-format", format, *arguments, cwd=folder)
    assert (ran.code, ran.err) == (code, "")
    assert ran.out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--rule", "launch.rollback.owner"), {"launch.rollback.owner"}),
        (("--rule", "launch.*"), {"launch.rollback.owner", "launch.rollback.rehearsed"}),
        (("--rule", "*.schema", "--rule", "*.owner"), {"launch-plan.schema", "launch.rollback.owner"}),
        (("--severity", "high"), {"launch-plan.readable", "launch-plan.schema", "launch.rollback.owner"}),
    ],
)
def test_rules_can_be_chosen(
    workspace: Path, gonogo: Gonogo, arguments: tuple[str, ...], expected: set[str]
) -> None:
    ran = gonogo("check", *arguments, "--output-format", "json", cwd=workspace)
    assert {rule for rule, _ in outcomes(ran.out)} == expected


def test_a_report_says_what_it_was_limited_to(workspace: Path, gonogo: Gonogo) -> None:
    options = ["--rule", "launch.*", "--kind", "launch-plan", "--param", "max_age_days=30", "launches"]
    asked = ["rule launch.*", "kind launch-plan", "path launches", "param launch.rollback.max_age_days"]
    machine = gonogo("check", *options, "--output-format", "json", cwd=workspace)
    assert json.loads(machine.out)["asked"] == asked
    person = gonogo("check", *options, cwd=workspace)
    assert f"(as asked: {', '.join(asked)})" in person.out
    everything = gonogo("check", "--output-format", "json", cwd=workspace)
    assert json.loads(everything.out)["asked"] == []


@pytest.mark.parametrize(
    ("folder", "path", "subjects"),
    [
        (".", "launches", {"checkout", "search"}),
        (".", "launches/checkout.yaml", {"checkout"}),
        (".", ".", {"checkout", "search"}),
        ("launches", "checkout.yaml", {"checkout"}),
        ("launches", ".", {"checkout", "search"}),
        ("policies", "../launches/search.yaml", {"search"}),
        (".", "policies", set()),
    ],
)
def test_paths_are_relative_to_the_current_folder(
    workspace: Path, gonogo: Gonogo, folder: str, path: str, subjects: set[str]
) -> None:
    ran = gonogo("check", path, "--output-format", "json", cwd=workspace / folder)
    assert {subject for _, subject in outcomes(ran.out)} == subjects


def test_the_workspace_can_be_named_from_elsewhere(
    workspace: Path, gonogo: Gonogo, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    ran = gonogo("check", "--workspace", workspace, workspace / "launches" / "search.yaml", cwd=elsewhere)
    assert ran.code == 1
    assert "--> launches/search.yaml:4:10" in ran.out


@pytest.mark.parametrize(
    ("as_of", "outcome"),
    [
        ("2026-08-18", "pass"),  # day 90
        ("2026-08-19", "fail"),
        ("2026-08-18T22:59:59Z", "pass"),  # in London it is summer, and a minute to midnight
        ("2026-08-18T23:00:00Z", "fail"),
        ("2026-05-19", "fail"),  # the rehearsal is yet to come
    ],
)
def test_the_day_is_that_of_the_workspace(workspace: Path, gonogo: Gonogo, as_of: str, outcome: str) -> None:
    ran = gonogo("check", "--clock", as_of, "--output-format", "json", cwd=workspace)
    assert outcomes(ran.out)["launch.rollback.rehearsed", "checkout"] == outcome


def test_without_a_day_it_is_today_and_two_runs_agree(workspace: Path, gonogo: Gonogo) -> None:
    first = gonogo("check", "--output-format", "json", cwd=workspace)
    assert first == gonogo("check", "--output-format", "json")
    as_of = json.loads(first.out)["as_of"]
    assert as_of[11:19] == "23:59:59"


@pytest.mark.parametrize(
    ("param", "outcome"),
    [
        ("max_age_days=12", "pass"),
        ("max_age_days=11", "fail"),
        ("launch.rollback.max_age_days=11", "fail"),
        (" max_age_days = 11", "fail"),
    ],
)
def test_parameters_can_be_set(workspace: Path, gonogo: Gonogo, param: str, outcome: str) -> None:
    ran = gonogo("check", "--clock", DAY, "--param", param, "--output-format", "json", cwd=workspace)
    assert outcomes(ran.out)["launch.rollback.rehearsed", "checkout"] == outcome


@pytest.mark.parametrize(
    ("default", "text", "value"),
    [
        (90, "12", 12),
        (90, "-1", -1),
        (90, "1.5", "1.5"),
        (90, str(2**63), str(2**63)),
        (1.5, "2", 2.0),
        (1.5, "inf", "inf"),
        (True, "false", False),
        (True, "no", "no"),
        ("a", "12", "12"),
        (["a"], "b, c", ["b", "c"]),
        (["a"], "", []),
    ],
)
def test_a_parameter_has_the_type_of_its_default(default: object, text: str, value: object) -> None:
    from checker.cli.selection import read_value
    from checker.policy.policies import Param

    read = read_value(Param("x", default), text)  # type: ignore[arg-type]
    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize(
    ("arguments", "code", "message", "hint"),
    [
        (
            ("--rule", "launch.rolback.owner"),
            "unknown-rule",
            "no rule is called `launch.rolback.owner`",
            "Did you mean `launch.rollback.owner`?",
        ),
        (("--rule", "x.*"), "unknown-rule", "no rule is called `x.*`", "gonogo rules lists what there is."),
        (
            ("--kind", "launch-plna"),
            "unknown-kind",
            "no kind is called `launch-plna`",
            "Did you mean `launch-plan`?",
        ),
        (
            ("--param", "max_age_days"),
            "param-syntax",
            "`max_age_days` sets no parameter",
            "Write --param NAME=VALUE or --param POLICY.NAME=VALUE.",
        ),
        (
            ("--param", "max_age=1"),
            "unknown-param",
            "no policy has a parameter `max_age`",
            "Did you mean `max_age_days`?",
        ),
        (
            ("--param", "launch.rolback.max_age_days=1"),
            "unknown-policy",
            "no policy is called `launch.rolback`",
            "Did you mean `launch.rollback`?",
        ),
        (
            ("--param", "max_age_days=366"),
            "param-range",
            "max_age_days must be at most 365; found 366",
            "It is a parameter of the policy launch.rollback.",
        ),
        (
            ("--param", "max_age_days=soon"),
            "param-range",
            'max_age_days must be a whole number; found "soon"',
            "It is a parameter of the policy launch.rollback.",
        ),
    ],
)
def test_what_the_command_line_asks_for_in_vain_is_a_diagnostic(
    workspace: Path, gonogo: Gonogo, arguments: tuple[str, ...], code: str, message: str, hint: str
) -> None:
    ran = gonogo("check", *arguments, "--output-format", "json", cwd=workspace)
    (found,) = json.loads(ran.out)["diagnostics"]
    assert (ran.code, found["code"], found["message"], found["hint"]) == (2, code, message, hint)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("nope.yaml",),
            "gonogo: there is no file or folder nope.yaml. Paths are relative to the current folder.",
        ),
        (
            ("--clock", "yesterday"),
            "gonogo check: Invalid value for '--clock': 'yesterday' is neither a day such as 2026-06-01 "
            "nor a time such as 2026-06-01T12:00:00Z. Run gonogo check --help.",
        ),
        (
            ("--clock", "2026-06-01T12:00:00"),
            "gonogo check: Invalid value for '--clock': '2026-06-01T12:00:00' is neither a day such as "
            "2026-06-01 nor a time such as 2026-06-01T12:00:00Z. Run gonogo check --help.",
        ),
        (
            ("--output-format", "pdf"),
            f"gonogo check: Invalid value for '--output-format': 'pdf' is not one of {', '.join(RENDERERS)}. "
            "Run gonogo check --help.",
        ),
        (
            ("--output-format", "json="),
            "gonogo check: Invalid value for '--output-format': 'json=' names no file. "
            "Run gonogo check --help.",
        ),
        (
            ("--output-format", "json", "--output-format", "sarif"),
            "gonogo: json and sarif cannot share standard output. "
            "Write one into a file: --output-format sarif=FILE.",
        ),
        (
            ("--workspace", "policies"),
            "gonogo: there is no gonogo.yaml in policies. Run gonogo init in policies to make one.",
        ),
        (
            ("--severty", "high"),
            "gonogo check: No such option '--severty'. Did you mean '--severity'? Run gonogo check --help.",
        ),
    ],
)
def test_a_wrong_command_line_is_told_in_one_line(
    workspace: Path, gonogo: Gonogo, arguments: tuple[str, ...], message: str
) -> None:
    assert gonogo("check", *arguments, cwd=workspace) == (2, "", f"{message}\n")


def test_a_path_outside_of_the_workspace_is_refused(tmp_path: Path, gonogo: Gonogo) -> None:
    folder = write(tmp_path / "in")
    (tmp_path / "out.yaml").write_text(RED)
    ran = gonogo("check", "../out.yaml", cwd=folder)
    assert ran.err == (
        f"gonogo: ../out.yaml is not in the workspace {folder}. Run gonogo there, or state --workspace DIR.\n"
    )


def test_without_a_workspace_the_way_to_one_is_told(tmp_path: Path, gonogo: Gonogo) -> None:
    ran = gonogo("check", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert (
        ran.err
        == f"gonogo: there is no gonogo.yaml in {tmp_path} or above it. Run gonogo init to make one.\n"
    )


def test_one_evaluation_many_outputs(workspace: Path, gonogo: Gonogo) -> None:
    both = ("--output-format", "terminal", "--output-format", "json=a=b.json")
    ran = gonogo("check", *both, "--output-format", "markdown=report.md", cwd=workspace)
    assert ran.out.startswith("error[launch.rollback.owner]")
    assert json.loads((workspace / "a=b.json").read_text())["exit_code"] == 1
    assert (workspace / "report.md").read_text()
    assert ran.out == gonogo("check").out


def test_when_all_goes_into_files_the_verdict_is_said(workspace: Path, gonogo: Gonogo) -> None:
    files = ("--output-format", "json=a.json", "--output-format", "sarif=b.sarif")
    assert gonogo("check", *files, cwd=workspace) == (1, "", "gonogo: no-go, see a.json, b.sarif\n")
    assert gonogo("check", "--quiet", *files) == (1, "", "")


def test_a_report_is_written_whole_or_not_at_all(workspace: Path, gonogo: Gonogo) -> None:
    ran = gonogo(
        "check", "--output-format", "terminal", "--output-format", "json=no/report.json", cwd=workspace
    )
    assert ran.code == 2
    assert ran.err == (
        "gonogo: cannot write no/report.json: No such file or directory. Nothing of it was written.\n"
    )
    assert ran.out.startswith("error[launch.rollback.owner]"), "the other output is there all the same"


@pytest.mark.parametrize(
    ("arguments", "environment", "colored"),
    [
        ((), {}, False),
        (("--color", "always"), {}, True),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ((), {"FORCE_COLOR": ""}, False),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colours_heed_the_environment(
    workspace: Path,
    gonogo: Gonogo,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    colored: bool,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in gonogo("check", *arguments, cwd=workspace).out) is colored


def test_quiet_and_statistics(workspace: Path, gonogo: Gonogo) -> None:
    quiet = gonogo("check", "--quiet", cwd=workspace).out
    assert "NO-GO" in quiet
    assert "Next:" not in quiet
    assert "\ntotal " in gonogo("check", "--statistics").out


# What is given is bad


@pytest.mark.parametrize(
    ("changes", "code", "diagnostics"),
    [
        ({"gonogo": ""}, 2, ["empty"]),
        ({"gonogo": CONFIGURATION.replace("version: 1", "version: 7")}, 2, ["newer-format"]),
        ({"gonogo": CONFIGURATION.replace("launch-plan", "launch-plna")}, 2, ["unknown-kind"]),
        ({"gonogo": CONFIGURATION.replace("launches/", "lunches/")}, 3, ["no-subjects"]),
        ({"gonogo": "version: 1\npacks: [ ./policies ]\n"}, 3, ["not-collected"]),
        ({"gonogo": f"{CONFIGURATION}gates: '*.gate.yaml'\n"}, 2, ["no-file"]),
        ({"gonogo": CONFIGURATION.replace("./policies", "polices")}, 2, ["unknown-pack"]),
        (
            {"rollback": POLICY.replace("filled(subject.rollback.owner)", "subject.rolback.owner != ''")},
            2,
            ["expression"],
        ),
        ({"rollback": POLICY.replace("version: 1.2.0", "format: 2\nversion: 1.2.0")}, 2, ["newer-format"]),
        (
            {
                "rollback": POLICY.replace(
                    "filled(subject.rollback.owner)", 'subject.name.matches("(a)\\\\1")'
                )
            },
            2,
            ["expression"],
        ),
        ({"rollback": ""}, 2, ["empty"]),
        ({"rollback": "&a [ *a ]"}, 2, ["cyclic-alias"]),
    ],
)
def test_a_fault_of_what_judges_ends_with_a_diagnostic(
    tmp_path: Path, gonogo: Gonogo, changes: dict[str, str], code: int, diagnostics: list[str]
) -> None:
    folder = write(tmp_path, **changes)
    ran = gonogo("check", "--output-format", "json", cwd=folder)
    assert (ran.code, codes(ran.out)) == (code, diagnostics)


def test_a_gate_that_binds_nothing_is_a_diagnostic(tmp_path: Path, gonogo: Gonogo) -> None:
    folder = write(tmp_path, gonogo=f"{CONFIGURATION}gates: '*.gate.yaml'\n")
    (folder / "ga.gate.yaml").write_text("gate: ga\ntitle: GA\nbinds: []\n")
    ran = gonogo("check", cwd=folder)
    assert ran.code == 2
    assert ran.out.startswith("error[gate-binds-nothing]") or "at least" in ran.out


def test_a_syntax_error_has_its_caret_inside_the_yaml(tmp_path: Path, gonogo: Gonogo) -> None:
    broken = POLICY.replace("filled(subject.rollback.owner)", "filled(subject.rollback.owner) && && true")
    ran = gonogo("check", "--clock", DAY, cwd=write(tmp_path, rollback=broken))
    assert ran.code == 2
    assert ran.out.startswith(
        "error[expression]: unexpected && where a value is expected\n"
        "  --> policies/rollback.policy.yaml:14:47\n"
        "   |\n"
        "13 |     severity: high\n"
        "14 |     assert: filled(subject.rollback.owner) && && true\n"
        "   |                                               ^^\n"
        "\n"
        "UNDECIDED: nothing was checked, and that is not a pass\n"
    )


@pytest.mark.parametrize(
    ("artifact", "rule", "code"),
    [
        ("", "launch-plan.readable", "There is nothing in this file."),
        ("a: &a [ *a ]", "launch-plan.readable", ""),
        ("id: [", "launch-plan.readable", ""),
        ("\x00", "launch-plan.readable", ""),
        (b"\xff\xff", "launch-plan.readable", ""),
        ("tire: 1\n", "launch-plan.schema", ""),
    ],
)
def test_a_fault_of_what_is_judged_is_a_result_and_the_others_go_on(
    tmp_path: Path, gonogo: Gonogo, artifact: str | bytes, rule: str, code: str
) -> None:
    folder = write(tmp_path, search=artifact)
    ran = gonogo("check", "--output-format", "json", "--clock", DAY, cwd=folder)
    results = json.loads(ran.out)["results"]
    failed = {
        r["rule"] for r in results if r["outcome"] == "fail" and r["subject"]["path"].endswith("search.yaml")
    }
    assert rule in failed
    assert {r["outcome"] for r in results if r["subject"]["id"] == "checkout"} == {"pass"}
    assert any(code in r["message"] for r in results)
    assert (ran.code, codes(ran.out)) == (1, [])


def test_an_expression_that_runs_out_of_its_budget_is_an_error_that_names_it(
    tmp_path: Path, gonogo: Gonogo
) -> None:
    heavy = "subject.steps.all(a, subject.steps.all(b, subject.steps.all(c, a + b + c >= 0)))"
    items = '{"type": "array", "items": {"type": "integer"}}'
    schema = f'{{"type": "object", "properties": {{"id": {{"type": "string"}}, "steps": {items}}}}}'
    policy = (
        POLICY.replace("launch-plan", "heavy")
        .replace("filled(subject.rollback.owner)", heavy)
        .replace('message: "{subject.name} names no rollback owner"', "allow_empty: true")
        .split("  - id: launch.rollback.rehearsed")[0]
    )
    configuration = CONFIGURATION.replace("launch-plan", "heavy") + "kinds: '*.schema.json'\n"
    steps = ", ".join(map(str, range(1000)))
    folder = write(
        tmp_path, gonogo=configuration, rollback=policy, search=None, checkout=f"id: a\nsteps: [{steps}]\n"
    )
    (folder / "heavy.schema.json").write_text(schema)
    ran = gonogo("check", "--output-format", "json", cwd=folder)
    (result,) = (r for r in json.loads(ran.out)["results"] if r["rule"] == "launch.rollback.owner")
    assert result["outcome"] == "error"
    assert "budget" in result["message"]
    assert ran.code == 4


def test_a_file_that_changes_while_it_is_read_is_a_failed_result(
    workspace: Path, gonogo: Gonogo, monkeypatch: pytest.MonkeyPatch
) -> None:
    from checker.transports import disk

    up_to = disk._read_up_to

    def growing(descriptor: int, size: int) -> bytes:
        content = up_to(descriptor, size)
        if content.startswith(RED.encode()):
            with (workspace / "launches" / "search.yaml").open("a") as file:
                file.write("# more\n")
        return content

    monkeypatch.setattr(disk, "_read_up_to", growing)
    ran = gonogo("check", cwd=workspace)
    assert ran.code == 1
    assert "error[launch-plan.readable]: The file changed while it was read." in ran.out


def test_the_name_of_the_configuration_is_one() -> None:
    from checker.policy import loading

    assert options.CONFIGURATION == loading.CONFIGURATION
