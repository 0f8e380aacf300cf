"""The commands beside `check`: what they print, and how they end."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from checker import __version__, kinds, shipped
from checker.authoring import schemas
from checker.cli.root import COMMANDS
from tests.cli.conftest import Gonogo
from tests.cli.workspaces import CONFIGURATION, DAY, FILES, POLICY, TESTS, write
from tests.showing import fits

NAME_ONE = (
    "gonogo schema: name one kind or file format, or ask for --list or --write FOLDER. "
    "Run gonogo schema --help."
)
GATE = """\
gate: ga
title: General availability
binds:
  - policy: launch.rollback
    params: { max_age_days: 30 }
  - rule: launch.rollback.owner
    enforcement: advisory
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return write(tmp_path)


@pytest.fixture
def gated(tmp_path: Path) -> Path:
    configuration = (
        f"{CONFIGURATION}gates: '*.gate.yaml'\nparams:\n  launch.rollback:\n    max_age_days: 60\n"
    )
    return write(write(tmp_path, gonogo=configuration), {"ga.gate.yaml": GATE})


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS), ("config", "show")])
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_shows_an_example(gonogo: Gonogo, command: tuple[str, ...], flag: str) -> None:
    ran = gonogo(*command, flag)
    assert (ran.code, ran.err) == (0, "")
    assert "Example" in ran.out
    assert f"gonogo {' '.join(command)}".strip() in ran.out.split("Example")[1]
    assert max(map(len, ran.out.splitlines())) <= 80


def test_the_command_alone_shows_its_help(gonogo: Gonogo) -> None:
    ran = gonogo()
    assert (ran.code, ran.err) == (2, "")
    assert ran.out == gonogo("--help").out


def test_the_version(gonogo: Gonogo) -> None:
    assert gonogo("--version") == (0, f"gonogo {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("chek",), "gonogo: there is no command 'chek'. Did you mean `check`? Run gonogo --help."),
        (("frobnicate",), "gonogo: there is no command 'frobnicate'. Run gonogo --help."),
        (("--nope",), "gonogo: No such option '--nope'. Run gonogo --help."),
        (("explain",), "gonogo explain: Missing argument 'RULE'. Run gonogo explain --help."),
        (("schema", "prd", "--list"), NAME_ONE),
        (("schema", "prd", "--write", "x"), NAME_ONE),
        (("schema",), NAME_ONE),
    ],
)
def test_a_wrong_command_is_told_in_one_line(
    gonogo: Gonogo, arguments: tuple[str, ...], message: str
) -> None:
    assert gonogo(*arguments) == (2, "", f"{message}\n")


# rules


def test_rules_lists_the_rules_of_the_workspace(gated: Path, gonogo: Gonogo) -> None:
    assert gonogo("rules", cwd=gated) == (
        0,
        "rule                       severity  kind         enforcement      policy                 pack  "
        "title\n"
        "launch-plan.readable       high      launch-plan  mandatory        launch-plan            -     "
        "The launch-plan can be read\n"
        "launch-plan.schema         high      launch-plan  mandatory        launch-plan            -     "
        "The launch-plan has the fields of its kind\n"
        "launch.rollback.owner      high      launch-plan  advisory at ga   launch.rollback@1.2.0  demo  "
        "The rollback has an owner\n"
        "launch.rollback.rehearsed  low       launch-plan  mandatory at ga  launch.rollback@1.2.0  demo  "
        "The rollback was rehearsed in the last 90 days\n",
        "",
    )


def test_rules_as_json(gated: Path, gonogo: Gonogo) -> None:
    ran = gonogo("rules", "--rule", "launch.rollback.owner", "--output-format", "json", cwd=gated)
    assert json.loads(ran.out) == [
        {
            "id": "launch.rollback.owner",
            "title": "The rollback has an owner",
            "description": "A launch that cannot be taken back is a bet.",
            "fix": "Name the person who would call the rollback in rollback.owner.",
            "severity": "high",
            "kind": "launch-plan",
            "policy": "launch.rollback",
            "policy_version": "1.2.0",
            "pack": "demo",
            "controls": ["SOC2:CC8.1"],
            "gates": [{"gate": "ga", "enforcement": "advisory"}],
            "location": {"path": "policies/rollback.policy.yaml", "line": 11, "column": 5},
        }
    ]


@pytest.mark.parametrize(
    ("arguments", "rules"),
    [
        (("--severity", "high", "--pack", "demo"), ["launch.rollback.owner"]),
        (("--rule", "*.schema"), ["launch-plan.schema"]),
        (("--kind", "launch-plan", "--pack", "demo"), ["launch.rollback.owner", "launch.rollback.rehearsed"]),
    ],
)
def test_rules_can_be_chosen(
    workspace: Path, gonogo: Gonogo, arguments: tuple[str, ...], rules: list[str]
) -> None:
    ran = gonogo("rules", *arguments, "--output-format", "json", cwd=workspace)
    assert [rule["id"] for rule in json.loads(ran.out)] == rules


def test_rules_that_are_known_and_not_here_are_none(workspace: Path, gonogo: Gonogo) -> None:
    ran = gonogo("rules", "--kind", "prd", cwd=workspace)
    assert ran.code == 3
    assert ran.err == (
        "gonogo: no rule is both known here and asked for. Run gonogo rules without options to see all.\n"
    )


def test_without_a_workspace_the_shipped_rules_are_listed(tmp_path: Path, gonogo: Gonogo) -> None:
    ran = gonogo("rules", "--output-format", "json", cwd=tmp_path)
    assert ran.code == 0
    assert {rule["pack"] for rule in json.loads(ran.out)} >= {"lifecycle", "launch-readiness"}


@pytest.mark.parametrize(
    "command", [("rules",), ("explain", "x"), ("config", "show"), ("test",), ("schema", "--list")]
)
def test_a_broken_workspace_is_said_with_its_place(
    tmp_path: Path, gonogo: Gonogo, command: tuple[str, ...]
) -> None:
    ran = gonogo(*command, cwd=write(tmp_path, gonogo="version: 1\npaks: []\n"))
    assert (ran.code, ran.out) == (2, "")
    assert "--> gonogo.yaml:2:1" in ran.err
    assert "packs" in ran.err, "what may have been meant"


# explain


def test_explain_says_all_there_is_to_say(gated: Path, gonogo: Gonogo) -> None:
    ran = gonogo("explain", "launch.rollback.rehearsed", "--clock", "2026-08-01", cwd=gated)
    assert (ran.code, ran.err) == (0, "")
    assert fits(
        "launch.rollback.rehearsed: The rollback was rehearsed in the last 90 days\n"
        "severity low, about launch-plan, policy launch.rollback@1.2.0, pack demo\n"
        "\n"
        "Why\n"
        "  A launch that cannot be taken back is a bet.\n"
        "\n"
        "Asks\n"
        "  assert (policies/rollback.policy.yaml:21)\n"
        "    within_last(subject.rollback.rehearsed_on, params.max_age_days)\n"
        "\n"
        "Reads\n"
        "  subject.rollback.rehearsed_on  day        Day it was last rehearsed.\n"
        "  params.max_age_days            parameter  How old the rehearsal may be.\n"
        "\n"
        "Parameters\n"
        "  max_age_days = 90  the default, policies/rollback.policy.yaml:8, at least 1, at most 365\n"
        "  max_age_days = 60  set in gonogo.yaml:11\n"
        "  max_age_days = 30  set for gate ga in ga.gate.yaml:5\n"
        "\n"
        "Serves\n"
        "  SOC2:CC8.1\n"
        "\n"
        "Counts\n"
        "  mandatory at ga  always  ga.gate.yaml:4\n"
        "\n"
        "Now, as of 2026-08-01\n"
        "  fail  launch-plan checkout  launches/checkout.yaml:5:17\n"
        "    rollback.rehearsed_on must be within the last 30 days; …\n"
        '    subject.rollback.rehearsed_on is "2026-05-20"\n'
        "    params.max_age_days is 30\n"
        "  fail  launch-plan search  launches/search.yaml:5:17\n"
        "    rollback.rehearsed_on must be within the last 30 days; …\n"
        '    subject.rollback.rehearsed_on is "2026-05-20"\n'
        "    params.max_age_days is 30\n",
        ran.out,
    )


def test_explain_says_what_a_fix_does_by_itself(tmp_path: Path, gonogo: Gonogo) -> None:
    fix = "fix: { text: Name the one who leads it., set: subject.owner, at: /rollback/owner }"
    policy = POLICY.replace("fix: Name the person who would call the rollback in rollback.owner.", fix)
    folder = write(tmp_path, {**FILES, "policies/rollback.policy.yaml": policy})
    ran = gonogo("explain", "launch.rollback.owner", cwd=folder)
    assert (
        "Fix\n  Name the one who leads it.\n"
        "  set /rollback/owner (policies/rollback.policy.yaml:17)\n    subject.owner\n"
    ) in ran.out


def test_explain_knows_a_kinds_own_rules(workspace: Path, gonogo: Gonogo) -> None:
    ran = gonogo("explain", "launch-plan.schema", cwd=workspace)
    assert ran.code == 0
    assert "brought by the kind itself" in ran.out
    assert "  pass  launch-plan checkout  launches/checkout.yaml:1:1\n" in ran.out


def test_explain_without_a_workspace(tmp_path: Path, gonogo: Gonogo) -> None:
    ran = gonogo("explain", "launch.rollback.owner", cwd=tmp_path)
    assert ran.code == 0
    assert "gonogo:launch-readiness/" in ran.out
    assert "Now, as of" not in ran.out


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        ("launch.rolback.owner", "Did you mean `launch.rollback.owner`?"),
        ("*", "gonogo rules lists what there is."),
    ],
)
def test_explain_of_an_unknown_rule(workspace: Path, gonogo: Gonogo, rule: str, hint: str) -> None:
    assert gonogo("explain", rule, cwd=workspace) == (
        2,
        "",
        f"error[unknown-rule]: no rule is called `{rule}`\n   = fix: {hint}\n",
    )


def test_explain_of_every_shipped_rule_works(gonogo: Gonogo, tmp_path: Path) -> None:
    from checker.authoring import explanation
    from checker.cli import setting

    (tmp_path / "x").mkdir()
    gonogo("schema", "--list", cwd=tmp_path / "x")
    here, wrong = setting.find(None)
    assert here is not None
    assert [found for found in wrong if found.level == "error"] == []
    product = kinds.shipped_kind("product")
    for entry in here.entries:
        text = explanation.explain(entry, None, product)
        assert text.startswith(f"{entry.info.id}: ")
        assert entry.policy is None or "\nReads\n  " in text or "params" not in text


def test_hostile_texts_of_a_policy_are_only_shown(tmp_path: Path, gonogo: Gonogo) -> None:
    hostile = POLICY.replace("A launch that cannot", '"\\x1b[31mA launch that cannot').replace(
        "a bet.", 'a bet."'
    )
    folder = write(tmp_path, rollback=hostile)
    for command in (("explain", "launch.rollback.owner"), ("rules",), ("config", "show")):
        ran = gonogo(*command, cwd=folder)
        assert ran.code == 0
        assert "\x1b" not in ran.out


# new


@pytest.mark.parametrize(("command", "what"), [("schema", "schema"), ("new", "kind")])
def test_an_unknown_kind(tmp_path: Path, gonogo: Gonogo, command: str, what: str) -> None:
    assert gonogo(command, "launch-plna", cwd=tmp_path) == (
        2,
        "",
        f"error[unknown-{what}]: no {what} is called `launch-plna`\n   = fix: Did you mean `launch-plan`?\n",
    )


@pytest.mark.parametrize("kind", kinds.shipped_names())
def test_new_writes_an_artifact_that_asks_to_be_filled_in(tmp_path: Path, gonogo: Gonogo, kind: str) -> None:
    write(tmp_path, {"gonogo.yaml": f"version: 1\nsubjects: [ {{ kind: {kind}, files: 'new/*' }} ]\n"})
    (tmp_path / "new").mkdir()
    ran = gonogo("new", kind, cwd=tmp_path / "new")
    (path,) = (tmp_path / "new").iterdir()
    assert ran == (0, f"wrote {path.name}\nNext: fill it in, then run gonogo check\n", "")
    ran = gonogo("check", "--output-format", "json")
    report = json.loads(ran.out)
    assert (ran.code, [d["code"] for d in report["diagnostics"]]) == (1, ["no-policies"])
    assert {r["rule"]: r["outcome"] for r in report["results"]} == {
        f"{kind}.readable": "pass",
        f"{kind}.schema": "fail",
    }


def test_new_overwrites_nothing(tmp_path: Path, gonogo: Gonogo) -> None:
    (tmp_path / "prd.md").write_text("mine")
    assert gonogo("new", "prd", cwd=tmp_path) == (
        2,
        "",
        "gonogo: prd.md is already there. It stays as it is; remove it, or name another file.\n",
    )
    assert (tmp_path / "prd.md").read_text() == "mine"


def test_new_says_where_it_would_be_overlooked(workspace: Path, gonogo: Gonogo) -> None:
    found = gonogo("new", "launch-plan", "launches/express.yaml", cwd=workspace)
    assert (found.code, found.err) == (0, "")
    overlooked = gonogo("new", "launch-plan", "plans/express.yaml")
    assert overlooked.code == 0
    assert overlooked.err == (
        "gonogo: gonogo.yaml looks for no launch-plan there. "
        "Add to its `subjects`: { kind: launch-plan, files: plans/express.yaml }\n"
    )


def test_new_makes_the_folders_on_the_way(tmp_path: Path, gonogo: Gonogo) -> None:
    assert gonogo("new", "prd", "a/b/prd.yaml", cwd=tmp_path).code == 0
    assert (tmp_path / "a/b/prd.yaml").is_file()
    ran = gonogo("new", "launch-plan", "launch.md")
    assert ran.err == "gonogo: launch.md does not say in which format to write. Name a file *.yaml.\n"


# config


def test_config_shows_each_value_with_its_origin(gated: Path, gonogo: Gonogo) -> None:
    assert gonogo("config", "show", cwd=gated) == (
        0,
        "workspace\n"
        "  name      acme           gonogo.yaml:2\n"
        "  timezone  Europe/London  gonogo.yaml:3\n"
        "\n"
        "packs\n"
        "  ./policies  1.0.0, 1 policy, 2 rules  gonogo.yaml:4\n"
        "\n"
        "kinds\n"
        "  launch-plan  Launch plan  shipped\n"
        "  product      Product      shipped\n"
        "\n"
        "gates\n"
        "  ga  policy launch.rollback, mandatory      ga.gate.yaml:4\n"
        "  ga  rule launch.rollback.owner, advisory  ga.gate.yaml:6\n".replace("ory      ga", "ory     ga")
        + "\n"
        "params\n"
        "  launch.rollback.max_age_days  60               gonogo.yaml:11\n"
        "  launch.rollback.max_age_days  30, for gate ga  ga.gate.yaml:5\n"
        "\n"
        "subjects\n"
        "  launch-plan  launches/{launch}.yaml: 2 files  gonogo.yaml:6\n"
        "      launches/checkout.yaml\n"
        "      launches/search.yaml\n",
        "",
    )


def test_config_as_json_lists_every_file(tmp_path: Path, gonogo: Gonogo) -> None:
    launches = {f"launches/l{n}.yaml": "id: a\n" for n in range(9)}
    folder = write(write(tmp_path), launches)
    assert "      6 more\n" in gonogo("config", "show", cwd=folder).out
    values = json.loads(gonogo("config", "show", "--output-format", "json").out)
    (subjects,) = (value for value in values if value["section"] == "subjects")
    assert len(subjects["files"]) == 11
    assert subjects["origin"] == "gonogo.yaml:6"


def test_what_is_not_stated_has_no_origin_but_the_default(tmp_path: Path, gonogo: Gonogo) -> None:
    folder = write(tmp_path / "acme", {"gonogo.yaml": "version: 1\n"})
    assert gonogo("config", "show", cwd=folder).out == (
        "workspace\n  name      acme  default\n  timezone  UTC   default\n"
        "\n"
        "kinds\n  product  Product  shipped\n"
    )


# test


def test_test_runs_the_packs_of_the_workspace(workspace: Path, gonogo: Gonogo) -> None:
    assert gonogo("test", cwd=workspace) == (0, "..\n\n2 cases of 1 policy, all as expected\n", "")


@pytest.mark.parametrize(
    ("folder", "arguments"),
    [
        (".", ("policies",)),
        (".", ("policies/rollback.tests.yaml",)),
        (".", ("policies/rollback.policy.yaml",)),
        (".", (".",)),
        ("policies", ()),
        ("policies", (".",)),
        ("launches", ("../policies",)),
    ],
)
def test_test_takes_files_and_folders(
    workspace: Path, gonogo: Gonogo, folder: str, arguments: tuple[str, ...]
) -> None:
    assert gonogo("test", *arguments, cwd=workspace / folder).out.endswith(
        "2 cases of 1 policy, all as expected\n"
    )


def test_test_works_on_a_pack_without_a_workspace(tmp_path: Path, gonogo: Gonogo) -> None:
    write(tmp_path, {path: text for path, text in FILES.items() if path.startswith("policies/")})
    assert gonogo("test", "policies", cwd=tmp_path).code == 0
    assert gonogo("test", cwd=tmp_path / "policies").code == 0
    assert gonogo("test", cwd=tmp_path).code == 0


def test_test_finds_the_packs_of_a_workspace_elsewhere(
    workspace: Path, gonogo: Gonogo, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    assert gonogo("test", "--workspace", workspace, cwd=elsewhere).out == (
        "..\n\n2 cases of 1 policy, all as expected\n"
    )


def test_names_of_cases_are_only_shown(tmp_path: Path, gonogo: Gonogo) -> None:
    tests = TESTS.replace("name: all is there", 'name: "\\x1b[31m"').replace('{ "*": pass }', '{ "*": fail }')
    ran = gonogo("test", cwd=write(tmp_path, {**FILES, "policies/rollback.tests.yaml": tests}))
    assert ran.code == 1
    assert "(<U+001B>[31m)" in ran.out


def test_test_says_what_is_not_as_expected(tmp_path: Path, gonogo: Gonogo) -> None:
    tests = TESTS.replace("Ada Example", '""').split("  - name: nothing is there")[0]
    ran = gonogo("test", cwd=write(tmp_path, {**FILES, "policies/rollback.tests.yaml": tests}))
    assert (ran.code, ran.err) == (1, "")
    assert fits(
        "F\n"
        "\n"
        "launch.rollback.owner: expected pass, got fail\n"
        "  --> policies/rollback.tests.yaml:10:15 (all is there)\n"
        "   = Checkout names no rollback owner\n"
        "…\n"
        '   = subject.rollback.owner is ""\n'
        "\n"
        "launch.rollback.owner: no failing case\n"
        "  --> policies/rollback.policy.yaml:11:9\n"
        "\n"
        "launch.rollback.rehearsed: no failing case\n"
        "  --> policies/rollback.policy.yaml:18:9\n"
        "\n"
        "1 case of 1 policy, 1 failed, 2 rules not covered\n",
        ran.out,
    )


def test_test_of_nothing_is_no_pass(tmp_path: Path, gonogo: Gonogo) -> None:
    ran = gonogo("test", cwd=tmp_path)
    assert ran.code == 3
    assert ran.err == (
        "gonogo: nothing to test. Write NAME.tests.yaml beside NAME.policy.yaml, or name a --pack.\n"
    )
    bare = write(tmp_path / "bare", {"gonogo.yaml": "version: 1\npacks: [ lifecycle ]\n"})
    assert gonogo("test", cwd=bare).code == 3


def test_a_policy_without_tests_is_not_covered(tmp_path: Path, gonogo: Gonogo) -> None:
    folder = write(tmp_path, {path: text for path, text in FILES.items() if not path.endswith(".tests.yaml")})
    ran = gonogo("test", cwd=folder)
    assert ran.code == 1
    assert "launch.rollback.owner: no passing and no failing case" in ran.out


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nope", "gonogo: there is no file or folder nope. Paths are relative to the current folder.\n"),
        (
            "gonogo.yaml",
            "gonogo: gonogo.yaml is neither a folder nor a *.tests.yaml. "
            "Name the folder of a pack, or one of its tests files.\n",
        ),
    ],
)
def test_test_of_what_is_no_test(workspace: Path, gonogo: Gonogo, path: str, message: str) -> None:
    assert gonogo("test", path, cwd=workspace) == (2, "", message)


def test_test_reports_a_broken_policy_with_its_caret(tmp_path: Path, gonogo: Gonogo) -> None:
    ran = gonogo("test", cwd=write(tmp_path, rollback=POLICY.replace("filled(", "filld(")))
    assert ran.code == 2
    assert "--> policies/rollback.policy.yaml:14:13" in ran.err


# completion


@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_completion_prints_what_the_shell_reads(tmp_path: Path, gonogo: Gonogo, shell: str) -> None:
    ran = gonogo("completion", shell, cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert "_GONOGO_COMPLETE" in ran.out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("gonogo ch", {"check"}),
        ("gonogo check --rule launch.rollback.o", {"launch.rollback.owner"}),
        ("gonogo explain launch.rollback.", {"launch.rollback.owner", "launch.rollback.rehearsed"}),
        ("gonogo schema launch", {"launch-plan"}),
        ("gonogo schema pr", {"prd", "product"}),
        ("gonogo check --output-format j", {"json", "junit"}),
        ("gonogo check --severity h", {"high"}),
        ("gonogo completion z", {"zsh"}),
    ],
)
def test_completion_knows_commands_rules_kinds_and_formats(
    workspace: Path, gonogo: Gonogo, monkeypatch: pytest.MonkeyPatch, words: str, expected: set[str]
) -> None:
    monkeypatch.setenv("_GONOGO_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    ran = gonogo(cwd=workspace)
    assert ran.code == 0
    assert {line.partition(",")[2] for line in ran.out.split()} == expected


def test_completion_is_silent_where_there_is_no_workspace(
    tmp_path: Path, gonogo: Gonogo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_GONOGO_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "gonogo explain l")
    monkeypatch.setenv("COMP_CWORD", "2")
    ran = gonogo(cwd=tmp_path)
    assert (ran.code, ran.out.strip(), ran.err) == (0, "", "")


# init


def test_init_says_what_it_did(tmp_path: Path, gonogo: Gonogo) -> None:
    folder = write(tmp_path / "acme", {"docs/prd.md": "# A\n", "people/groups.yaml": "product-leads: []\n"})
    assert gonogo("init", cwd=folder) == (
        0,
        "found 1 prd: docs/prd.md\n"
        f"wrote {schemas.FOLDER}: {len(shipped.schema_names())} schemas for editors\n"
        "wrote gates/ga.gate.yaml: what counts from the stage ga on\n"
        "wrote gates/build.gate.yaml: what counts from the stage build on\n"
        "wrote gates/definition.gate.yaml: what counts from the stage definition on\n"
        "kept people/groups.yaml, which is there already\n"
        "wrote products.yaml: the register of products\n"
        "wrote gonogo.yaml: what is checked, and by what\n"
        "Next: gonogo check\n",
        "",
    )


def test_init_overwrites_nothing(workspace: Path, gonogo: Gonogo) -> None:
    assert gonogo("init", cwd=workspace) == (
        2,
        "",
        "gonogo: gonogo.yaml is already there. gonogo config show tells what is in effect.\n",
    )
    assert (workspace / "gonogo.yaml").read_text() == CONFIGURATION


def test_init_can_be_asked_what_it_would_do(tmp_path: Path, gonogo: Gonogo) -> None:
    ran = gonogo("init", "--dry-run", cwd=tmp_path)
    assert ran.code == 0
    assert ran.out.startswith("==> gonogo.yaml\n# yaml-language-server:")
    assert ran.out.endswith("==> .gonogo/schemas/\n# The schemas that gonogo schema --write writes.\n")
    assert list(tmp_path.iterdir()) == []


def test_init_says_that_the_workspace_above_no_longer_counts(workspace: Path, gonogo: Gonogo) -> None:
    ran = gonogo("init", "launches", cwd=workspace)
    assert ran.code == 0
    assert ran.err == f"gonogo: {workspace / 'gonogo.yaml'} no longer counts in this folder\n"


def test_init_in_another_folder(tmp_path: Path, gonogo: Gonogo) -> None:
    (tmp_path / "acme").mkdir()
    assert gonogo("init", "acme", cwd=tmp_path).code == 0
    assert gonogo("check", "--workspace", "acme", "--clock", DAY).code == 1


def test_explain_names_the_kinds_that_a_rule_looks_up(tmp_path: Path, gonogo: Gonogo) -> None:
    shown = gonogo("explain", "prd.key-result.current", cwd=tmp_path).out.partition("\nReads\n")[2]
    assert re.search(r"^  okr +kind +Other subjects, found by", shown, re.MULTILINE)
