"""What is said of a broken workspace, gate or lifecycle: the whole text, caret included."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker import run
from tests.judging import shown, write

FILES = {
    "gonogo.yaml": """\
version: 1
packs: [ ./policies ]
kinds: "*.schema.json"
lifecycles: "*.lifecycle.yaml"
gates: "*.gate.yaml"
""",
    "ga.gate.yaml": """\
gate: ga
title: GA
lifecycle: short
from: alpha
to: ga
binds:
  - policy: test
""",
    "short.lifecycle.yaml": """\
lifecycle: short
title: Short
stages: [ {id: alpha, title: Alpha}, {id: ga, title: GA} ]
""",
    "policies/p.policy.yaml": """\
policy: test
version: 1.0.0
title: Test
owner: ada
subject: thing
params: { days: { default: 2, min: 1, max: 3 } }
rules:
  - id: test.rule
    title: It holds
    assert: subject.tier < params.days
""",
}

BROKEN = {
    "a gate that binds nothing": (
        "ga.gate.yaml",
        "binds:\n  - policy: test\n",
        "binds: []\n",
        """\
error[gate-binds-nothing]: gate `ga` binds nothing, so it would let everything through
  --> ga.gate.yaml:6:8
   |
 5 | to: ga
 6 | binds: []
   |        ^^
   = fix: Bind at least one pack, policy or rule.
""",
    ),
    "an unknown policy": (
        "ga.gate.yaml",
        "policy: test",
        "policy: tets",
        """\
error[unknown-policy]: no policy is called `tets`
  --> ga.gate.yaml:7:13
   |
 6 | binds:
 7 |   - policy: tets
   |             ^^^^
   = fix: Did you mean `test`?
""",
    ),
    "an unknown pack": (
        "ga.gate.yaml",
        "policy: test",
        "pack: polices",
        """\
error[unknown-pack]: no pack is called `polices`
  --> ga.gate.yaml:7:11
   |
 6 | binds:
 7 |   - pack: polices
   |           ^^^^^^^
   = fix: Did you mean `policies`?
""",
    ),
    "an unknown rule": (
        "ga.gate.yaml",
        "policy: test",
        "rule: test.rlue",
        """\
error[unknown-rule]: no rule is called `test.rlue`
  --> ga.gate.yaml:7:11
   |
 6 | binds:
 7 |   - rule: test.rlue
   |           ^^^^^^^^^
   = fix: Did you mean `test.rule`?
""",
    ),
    "a pattern that fits no rule": (
        "ga.gate.yaml",
        "policy: test",
        'rule: "nope.*"',
        """\
error[unknown-rule]: no rule is called `nope.*`
  --> ga.gate.yaml:7:11
   |
 6 | binds:
 7 |   - rule: "nope.*"
   |           ^^^^^^^^
   = fix: gonogo rules lists what there is.
""",
    ),
    "an unknown parameter": (
        "ga.gate.yaml",
        "policy: test",
        "policy: test\n    params: { dayz: 1 }",
        """\
error[unknown-param]: nothing that `test` binds has a parameter `dayz`
  --> ga.gate.yaml:8:15
   |
 7 |   - policy: test
 8 |     params: { dayz: 1 }
   |               ^^^^
   = fix: Did you mean `days`?
""",
    ),
    "a parameter beyond its limit": (
        "ga.gate.yaml",
        "policy: test",
        "policy: test\n    params: { days: 5 }",
        """\
error[param-range]: days must be at most 3; found 5
  --> ga.gate.yaml:8:21
   |
 7 |   - policy: test
 8 |     params: { days: 5 }
   |                     ^
""",
    ),
    "a parameter of another type": (
        "ga.gate.yaml",
        "policy: test",
        "policy: test\n    params: { days: five }",
        """\
error[param-range]: days must be a whole number; found "five"
  --> ga.gate.yaml:8:21
   |
 7 |   - policy: test
 8 |     params: { days: five }
   |                     ^^^^
""",
    ),
    "an unknown stage": (
        "ga.gate.yaml",
        "from: alpha",
        "from: alhpa",
        """\
error[unknown-stage]: the lifecycle `short` has no stage `alhpa`
  --> ga.gate.yaml:4:7
   |
 3 | lifecycle: short
 4 | from: alhpa
   |       ^^^^^
   = fix: Did you mean `alpha`?
""",
    ),
    "stages in the wrong order": (
        "ga.gate.yaml",
        "from: alpha\nto: ga",
        "from: ga\nto: alpha",
        """\
error[stage-order]: `alpha` does not come after `ga` in the lifecycle `short`
  --> ga.gate.yaml:5:5
   |
 4 | from: ga
 5 | to: alpha
   |     ^^^^^
   = fix: Its stages are alpha, ga.
""",
    ),
    "an unknown lifecycle": (
        "ga.gate.yaml",
        "lifecycle: short",
        "lifecycle: shrt",
        """\
error[unknown-lifecycle]: there is no lifecycle `shrt`
  --> ga.gate.yaml:3:12
   |
 2 | title: GA
 3 | lifecycle: shrt
   |            ^^^^
   = fix: Did you mean `short`?
""",
    ),
    "no standard lifecycle": (
        "ga.gate.yaml",
        "lifecycle: short\n",
        "",
        """\
error[unknown-lifecycle]: there is no lifecycle `standard`
  --> ga.gate.yaml:1:1
   |
 1 | gate: ga
   | ^^^^^^^^
   = fix: Add the pack `lifecycle`, or name a file in `lifecycles`.
""",
    ),
    "a newer format of a gate": (
        "ga.gate.yaml",
        "gate: ga",
        "format: 3\ngate: ga",
        """\
error[newer-format]: this file is written in format 3; this gonogo reads format 1
  --> ga.gate.yaml:1:9
   |
 1 | format: 3
   |         ^
   = fix: Upgrade gonogo: pip install --upgrade gonogo.
""",
    ),
    "a binding of two things": (
        "ga.gate.yaml",
        "policy: test",
        "policy: test\n    pack: policies",
        """\
error[schema-form]: only one of `pack` and `policy` may be given in `binds[0]`
  --> ga.gate.yaml:7:5
   |
 6 | binds:
 7 |   - policy: test
   |     ^^^^^^^^^^^^
 8 |     pack: policies
""",
    ),
    "a stage twice": (
        "short.lifecycle.yaml",
        "id: ga",
        "id: alpha",
        """\
error[duplicate-stage]: stage `alpha` stands here for the second time
  --> short.lifecycle.yaml:3:43
   |
 2 | title: Short
 3 | stages: [ {id: alpha, title: Alpha}, {id: alpha, title: GA} ]
   |                                           ^^^^^
   = fix: A lifecycle passes each stage once.
""",
    ),
    "an unknown time zone": (
        "gonogo.yaml",
        "version: 1",
        "version: 1\ntimezone: Europe/Lodnon",
        """\
error[unknown-timezone]: there is no time zone `Europe/Lodnon`
  --> gonogo.yaml:2:11
   |
 1 | version: 1
 2 | timezone: Europe/Lodnon
   |           ^^^^^^^^^^^^^
   = fix: Write an IANA name such as Europe/London.
""",
    ),
    "a time zone that is a path": (
        "gonogo.yaml",
        "version: 1",
        "version: 1\ntimezone: ../../etc/passwd",
        """\
error[unknown-timezone]: there is no time zone `../../etc/passwd`
  --> gonogo.yaml:2:11
   |
 1 | version: 1
 2 | timezone: ../../etc/passwd
   |           ^^^^^^^^^^^^^^^^
   = fix: Write an IANA name such as Europe/London.
""",
    ),
    "a pack that is not shipped": (
        "gonogo.yaml",
        "./policies",
        "launch-readyness",
        """\
error[unknown-pack]: no shipped pack is called `launch-readyness`
  --> gonogo.yaml:2:10
   |
 1 | version: 1
 2 | packs: [ launch-readyness ]
   |          ^^^^^^^^^^^^^^^^
   = fix: Did you mean `launch-readiness`?
""",
    ),
    "a folder without policies": (
        "gonogo.yaml",
        "./policies",
        "./polices",
        """\
error[empty-pack]: there is no folder ./polices
  --> gonogo.yaml:2:10
   |
 1 | version: 1
 2 | packs: [ ./polices ]
   |          ^^^^^^^^^
   = fix: Mend the path, or drop the pack.
""",
    ),
    "patterns that leave the workspace": (
        "gonogo.yaml",
        "gates: ",
        "subjects:\n  - { kind: thing, files: [ a.yaml, ../b/*.yaml ], exclude: /etc/* }\ngates: ",
        """\
error[pattern-leaves]: ../b/*.yaml leads out of the workspace, where nothing is looked for
  --> gonogo.yaml:6:37
   |
 5 | subjects:
 6 |   - { kind: thing, files: [ a.yaml, ../b/*.yaml ], exclude: /etc/* }
   |                                     ^^^^^^^^^^^
   = fix: Write it relative to the folder of gonogo.yaml.

error[pattern-leaves]: /etc/* leads out of the workspace, where nothing is looked for
  --> gonogo.yaml:6:61
   |
 5 | subjects:
 6 |   - { kind: thing, files: [ a.yaml, ../b/*.yaml ], exclude: /etc/* }
   |                                                             ^^^^^^
   = fix: Write it relative to the folder of gonogo.yaml.
""",
    ),
    "a kind of no subjects": (
        "gonogo.yaml",
        "version: 1",
        "version: 1\nsubjects:\n  - { kind: thnig, files: x.yaml }",
        """\
error[unknown-kind]: there is no kind `thnig`
  --> gonogo.yaml:3:13
   |
 2 | subjects:
 3 |   - { kind: thnig, files: x.yaml }
   |             ^^^^^
   = fix: Did you mean `thing`?
""",
    ),
    "an unknown capture": (
        "gonogo.yaml",
        "version: 1",
        'version: 1\nsubjects:\n  - { kind: thing, files: "{name}.yaml", product: path.product }',
        """\
error[expression]: `path` has no field `product`
  --> gonogo.yaml:3:56
   |
 2 | subjects:
 3 |   - { kind: thing, files: "{name}.yaml", product: path.product }
   |                                                        ^^^^^^^
   = fix: The fields are file, folder, name
""",
    ),
    "an unknown field in an id": (
        "gonogo.yaml",
        "version: 1",
        "version: 1\nsubjects:\n  - { kind: thing, files: x.yaml, id: subject.idd }",
        """\
error[expression]: `thing` has no field `idd`
  --> gonogo.yaml:3:47
   |
 2 | subjects:
 3 |   - { kind: thing, files: x.yaml, id: subject.idd }
   |                                               ^^^
   = fix: Did you mean `id`?
""",
    ),
    "an id that is no text": (
        "gonogo.yaml",
        "version: 1",
        "version: 1\nsubjects:\n  - { kind: thing, files: x.yaml, id: subject.tier }",
        """\
error[type]: `id` must be text; this gives a whole number
  --> gonogo.yaml:3:39
   |
 2 | subjects:
 3 |   - { kind: thing, files: x.yaml, id: subject.tier }
   |                                       ^^^^^^^^^^^^
   = fix: Write string(…) around it.
""",
    ),
    "a parameter of no policy": (
        "gonogo.yaml",
        "version: 1",
        "version: 1\nparams:\n  tset: { days: 1 }",
        """\
error[unknown-policy]: no policy is called `tset`
  --> gonogo.yaml:3:3
   |
 2 | params:
 3 |   tset: { days: 1 }
   |   ^^^^
   = fix: Did you mean `test`?
""",
    ),
    "an unknown parameter of a policy": (
        "gonogo.yaml",
        "version: 1",
        "version: 1\nparams:\n  test: { dasy: 1 }",
        """\
error[unknown-param]: policy `test` has no parameter `dasy`
  --> gonogo.yaml:3:11
   |
 2 | params:
 3 |   test: { dasy: 1 }
   |           ^^^^
   = fix: Did you mean `days`?
""",
    ),
    "a parameter of a policy beyond its limit": (
        "gonogo.yaml",
        "version: 1",
        "version: 1\nparams:\n  test: { days: 0 }",
        """\
error[param-range]: days must be at least 1; found 0
  --> gonogo.yaml:3:17
   |
 2 | params:
 3 |   test: { days: 0 }
   |                 ^
""",
    ),
    "a newer format": (
        "gonogo.yaml",
        "version: 1",
        "version: 2",
        """\
error[newer-format]: this file is written in format 2; this gonogo reads format 1
  --> gonogo.yaml:1:10
   |
 1 | version: 2
   |          ^
   = fix: Upgrade gonogo: pip install --upgrade gonogo.
""",
    ),
    "no version": (
        "gonogo.yaml",
        "version: 1\n",
        "",
        """\
error[schema-required]: `version` is required
  --> gonogo.yaml:1:1
   |
 1 | packs: [ ./policies ]
   | ^^^^^^^^^^^^^^^^^^^^^
   = fix: The version of this file format.
""",
    ),
    "no gate where gates are named": (
        "gonogo.yaml",
        "*.gate.yaml",
        "gates/*.gate.yaml",
        """\
error[no-file]: no file fits gates/*.gate.yaml
  --> gonogo.yaml:5:8
   |
 4 | lifecycles: "*.lifecycle.yaml"
 5 | gates: "gates/*.gate.yaml"
   |        ^^^^^^^^^^^^^^^^^^^
   = fix: Mend the pattern, or drop `gates`.
""",
    ),
    "reference data that is not there": (
        "gonogo.yaml",
        "version: 1",
        "version: 1\ndata: { groups: groups.yaml }",
        """\
error[missing]: groups.yaml: There is no such file.
  --> gonogo.yaml:2:17
   |
 1 | version: 1
 2 | data: { groups: groups.yaml }
   |                 ^^^^^^^^^^^
""",
    ),
    "reference data that is a folder": (
        "gonogo.yaml",
        "version: 1",
        "version: 1\ndata: { groups: policies }",
        """\
error[not-a-file]: policies: This is a folder, not a file.
  --> gonogo.yaml:2:17
   |
 1 | version: 1
 2 | data: { groups: policies }
   |                 ^^^^^^^^
   = fix: Put a file in its place, or name another.
""",
    ),
    "reference data outside of the workspace": (
        "gonogo.yaml",
        "version: 1",
        "version: 1\ndata: { groups: ../groups.yaml }",
        """\
error[outside-workspace]: ../groups.yaml: The file lies outside of the workspace.
  --> gonogo.yaml:2:17
   |
 1 | version: 1
 2 | data: { groups: ../groups.yaml }
   |                 ^^^^^^^^^^^^^^
   = fix: Copy the file into the workspace, or extend the workspace.
""",
    ),
}
"""What is wrong: the file, what stands there, what stands there instead, and what is said."""


IDLE = {
    "no policy": (
        {"gonogo.yaml": "version: 1\nsubjects: [ { kind: prd, files: '*.md' } ]\n"},
        """\
warning[no-policies]: no policy judges anything here: only the shape of the artifacts is checked
  --> gonogo.yaml:1:1
   |
 1 | version: 1
   | ^^^^^^^^^^
   = fix: Name packs in `packs`, such as lifecycle.
""",
    ),
    "a kind that nothing collects": (
        {
            **FILES,
            "gonogo.yaml": FILES["gonogo.yaml"] + 'subjects: [ { kind: prd, files: "things/*" } ]\n',
        },
        """\
warning[not-collected]: nothing collects thing, so nothing is judged by test
  --> gonogo.yaml:6:11
   |
 5 | gates: "*.gate.yaml"
 6 | subjects: [ { kind: prd, files: "things/*" } ]
   |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = fix: Add `- { kind: thing, files: "thing/*.yaml" }` to `subjects`, with \
`optional: true` where there is none yet.
""",
    ),
}
"""What judges nothing: the files, and what is said."""


@pytest.mark.parametrize("name", IDLE)
def test_what_judges_nothing_is_said(tmp_path: Path, name: str) -> None:
    files, expected = IDLE[name]
    workspace, diagnostics = run.load(str(write(tmp_path, files)))
    assert workspace is not None
    assert shown(diagnostics) == expected


def test_the_workspace_is_sound(tmp_path: Path) -> None:
    collecting = FILES["gonogo.yaml"] + "subjects: [ { kind: thing, files: things/* } ]\n"
    workspace, diagnostics = run.load(str(write(tmp_path, {**FILES, "gonogo.yaml": collecting})))
    assert workspace is not None
    assert diagnostics == ()


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_workspace_is_shown_with_its_place_and_its_fix(tmp_path: Path, name: str) -> None:
    path, old, new, expected = BROKEN[name]
    assert old in FILES[path]
    workspace, diagnostics = run.load(str(write(tmp_path, {**FILES, path: FILES[path].replace(old, new)})))
    assert workspace is None
    assert shown(diagnostics) == expected


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_pack_that_cannot_be_listed_is_named_once(tmp_path: Path) -> None:
    folder = write(tmp_path, FILES)
    (folder / "policies").chmod(0o000)
    try:
        workspace, diagnostics = run.load(str(folder))
    finally:
        (folder / "policies").chmod(0o700)
    assert workspace is None
    found = [(d.location.path, d.message) for d in diagnostics if d.location]
    assert found.count(("policies", "The file cannot be read: Permission denied.")) == 1
