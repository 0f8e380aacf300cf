"""What an author sees when a policy is broken: the whole text, caret included.

The caret must stand under the characters that are wrong in the file, however YAML quotes and folds them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import run
from tests.judging import shown, write

HEAD = """\
policy: test
version: 1.0.0
title: Test
owner: ada
subject: thing
rules:
  - id: test.rule
    title: It holds
"""


def said(folder: Path, policy: str, **files: str) -> str:
    """The diagnostics of a workspace with this policy, as a terminal shows them."""
    workspace, diagnostics = run.load(str(write(folder, {"policies/p.policy.yaml": policy, **files})))
    assert (workspace is None) == any(diagnostic.level == "error" for diagnostic in diagnostics)
    return shown(diagnostics)


@pytest.mark.parametrize(
    "written",
    [
        "filled(subject.rolback.owner)",
        '"filled(subject.rolback.owner)"',
        "'subject.name == ''x'' && filled(subject.rolback.owner)'",
        '"subject.name == \\"x\\" && filled(subject.rolback.owner)"',
        "\"subject.name == '\\u00e9\\xe9' && filled(subject.rolback.owner)\"",
        "\"subject.name == '\\tx' &&\\nfilled(subject.rolback.owner)\"",
        "subject.name == 'é😀' && filled(subject.rolback.owner)",
        ">-\n      filled(subject.name)\n      && filled(subject.rolback.owner)",
        ">\n      filled(subject.name)\n      && filled(subject.rolback.owner)",
        ">-\n\n      subject.draft &&\n        filled(subject.id)\n\n      && subject.rolback.owner",
        "|\n      filled(subject.name)\n      && filled(subject.rolback.owner)",
        "|2-\n        filled(subject.name) &&\n      filled(subject.rolback.owner)",
        "filled(subject.name)\n      && filled(subject.rolback.owner)",
        '"filled(subject.name)\n      && filled(subject.rolback.owner)"',
        '"filled(subject.name) \\\n      && filled(subject.rolback.owner)"',
        "'filled(subject.name)\n\n      && filled(subject.rolback.owner)'",
    ],
)
def test_the_caret_stands_under_the_unknown_field(tmp_path: Path, written: str) -> None:
    policy = f"{HEAD}    assert: {written}\n"
    before = policy.partition("rolback")[0]
    number, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    lines = policy.splitlines()
    under = " " * (column - 1 + before.count("😀"))  # which is two columns wide
    assert said(tmp_path, policy).splitlines() == [
        "error[expression]: `thing` has no field `rolback`",
        f"  --> policies/p.policy.yaml:{number}:{column}",
        "   |",
        f"{number - 1:>2} | {lines[number - 2]}".rstrip(),
        f"{number:>2} | {lines[number - 1]}",
        f"   | {under}^^^^^^^",
        "   = fix: Did you mean `rollback`?",
    ]


BROKEN: dict[str, tuple[tuple[str, str] | None, str, str]] = {
    "a syntax error": (
        None,
        "    assert: filled(subject.name) && && true\n",
        """\
error[expression]: unexpected && where a value is expected
  --> policies/p.policy.yaml:9:37
   |
 8 |     title: It holds
 9 |     assert: filled(subject.name) && && true
   |                                     ^^
""",
    ),
    "an unclosed parenthesis": (
        None,
        "    assert: filled(subject.name\n",
        """\
error[expression]: expected ) to close `filled(subject.name`
  --> policies/p.policy.yaml:9:32
   |
 8 |     title: It holds
 9 |     assert: filled(subject.name
   |                                ^
""",
    ),
    "a wrong type": (
        None,
        '    assert: subject.tier <= "two"\n',
        """\
error[expression]: `<=` cannot compare a whole number with text
  --> policies/p.policy.yaml:9:13
   |
 8 |     title: It holds
 9 |     assert: subject.tier <= "two"
   |             ^^^^^^^^^^^^^^^^^^^^^
   = fix: A number is written without quotes
""",
    ),
    "no truth": (
        None,
        "    assert: subject.tier\n",
        """\
error[type]: `assert` must be true or false; this gives a whole number
  --> policies/p.policy.yaml:9:13
   |
 8 |     title: It holds
 9 |     assert: subject.tier
   |             ^^^^^^^^^^^^
   = fix: Compare it with something.
""",
    ),
    "an unknown function": (
        None,
        "    assert: filed(subject.name)\n",
        """\
error[expression]: unknown function `filed`
  --> policies/p.policy.yaml:9:13
   |
 8 |     title: It holds
 9 |     assert: filed(subject.name)
   |             ^^^^^
   = fix: Did you mean `filled`?
""",
    ),
    "a block that ends too early": (
        None,
        "    assert: |\n      (subject.name != ''\n    fix: Name it.\n",
        """\
error[expression]: expected ) to close `(subject.name != ''`
  --> policies/p.policy.yaml:10:26
   |
 9 |     assert: |
10 |       (subject.name != ''
   |                          ^
""",
    ),
    "a pattern that would backtrack": (
        None,
        "    assert: subject.name.matches('(a)\\\\1')\n",
        r"""
error[expression]: the pattern is wrong: invalid escape sequence: \1
  --> policies/p.policy.yaml:9:34
   |
 8 |     title: It holds
 9 |     assert: subject.name.matches('(a)\\1')
   |                                  ^^^^^^^^
   = fix: Patterns run in linear time: without look-around and back-references
""",
    ),
    "a text compared with a moment": (
        None,
        "    assert: subject.launch_on > now\n",
        """\
error[expression]: `>` cannot compare text with a point in time
  --> policies/p.policy.yaml:9:13
   |
 8 |     title: It holds
 9 |     assert: subject.launch_on > now
   |             ^^^^^^^^^^^^^^^^^^^^^^^
   = fix: Turn the text into a point in time or a length of time first
""",
    ),
    "a comparison with null": (
        None,
        "    assert: subject.name != null\n",
        """\
error[null-comparison]: null is absent, so a comparison with null never says what it seems to
  --> policies/p.policy.yaml:9:13
   |
 8 |     title: It holds
 9 |     assert: subject.name != null
   |             ^^^^^^^^^^^^^^^^^^^^
   = fix: Write has(x) or filled(x).
""",
    ),
    "an unguarded all": (
        None,
        "    assert: subject.steps.all(s, filled(s.owner))\n",
        """\
warning[empty-passes]: this holds when subject.steps is empty
  --> policies/p.policy.yaml:9:13
   |
 8 |     title: It holds
 9 |     assert: subject.steps.all(s, filled(s.owner))
   |             ^^^^^^^^^^^^^
   = fix: Add `size(subject.steps) > 0 &&`, or `allow_empty: true` to the rule where empty is fine.
""",
    ),
    "an unguarded exists": (
        None,
        "    assert: '!subject.steps.exists(s, s.done)'\n",
        """\
warning[empty-passes]: this holds when subject.steps is empty
  --> policies/p.policy.yaml:9:15
   |
 8 |     title: It holds
 9 |     assert: '!subject.steps.exists(s, s.done)'
   |               ^^^^^^^^^^^^^
   = fix: Add `size(subject.steps) > 0 &&`, or `allow_empty: true` to the rule where empty is fine.
""",
    ),
    "an unguarded size": (
        None,
        "    assert: subject.steps.filter(s, s.done).size() == 0\n",
        """\
warning[empty-passes]: this holds when subject.steps is empty
  --> policies/p.policy.yaml:9:13
   |
 8 |     title: It holds
 9 |     assert: subject.steps.filter(s, s.done).size() == 0
   |             ^^^^^^^^^^^^^
   = fix: Add `size(subject.steps) > 0 &&`, or `allow_empty: true` to the rule where empty is fine.
""",
    ),
    "a day in the future": (
        None,
        "    assert: subject.draft && age(subject.name) <= 30\n",
        """\
warning[future-passes]: this holds for a day in the future, whose age is negative
  --> policies/p.policy.yaml:9:30
   |
 8 |     title: It holds
 9 |     assert: subject.draft && age(subject.name) <= 30
   |                              ^^^^^^^^^^^^^^^^^
   = fix: Write within_last(subject.name, …), or add `age(subject.name) >= 0 &&`.
""",
    ),
    "an assertion that depends on nothing": (
        None,
        "    assert: subject.draft || true\n",
        """\
warning[constant]: this is always true, whatever is checked
  --> policies/p.policy.yaml:9:13
   |
 8 |     title: It holds
 9 |     assert: subject.draft || true
   |             ^^^^^^^^^^^^^^^^^^^^^
   = fix: Read a field of the subject.
""",
    ),
    "a brace that nothing closes": (
        None,
        '    assert: subject.draft\n    message: "{subject.name has no owner"\n',
        """\
error[expression]: this { has no closing }
  --> policies/p.policy.yaml:10:15
   |
 9 |     assert: subject.draft
10 |     message: "{subject.name has no owner"
   |               ^
   = fix: Write {{ for the brace itself.
""",
    ),
    "a brace that closes nothing": (
        None,
        '    assert: subject.draft\n    message: "subject.name} has no owner"\n',
        """\
error[expression]: this } closes nothing
  --> policies/p.policy.yaml:10:27
   |
 9 |     assert: subject.draft
10 |     message: "subject.name} has no owner"
   |                           ^
   = fix: Write }} for the brace itself.
""",
    ),
    "an unknown field in a message": (
        None,
        "    assert: subject.draft\n    message: \"{subject.name + '}'} and {subject.nam}\"\n",
        """\
error[expression]: `thing` has no field `nam`
  --> policies/p.policy.yaml:10:49
   |
 9 |     assert: subject.draft
10 |     message: "{subject.name + '}'} and {subject.nam}"
   |                                                 ^^^
   = fix: Did you mean `name`?
""",
    ),
    "a title about the subject": (
        ("It holds", "It holds for {subject.name}"),
        "    assert: subject.draft\n",
        """\
error[title]: a title can only name params
  --> policies/p.policy.yaml:8:12
   |
 7 |   - id: test.rule
 8 |     title: It holds for {subject.name}
   |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = fix: A title stands for all subjects; what differs goes into `message`.
""",
    ),
    "an exclamation mark read as a tag": (
        None,
        "    assert: !subject.draft\n",
        """\
error[unknown-tag]: YAML reads `!subject.draft` as a tag, and this tag is not known here.
  --> policies/p.policy.yaml:9:13
   |
 8 |     title: It holds
 9 |     assert: !subject.draft
   |             ^^^^^^^^^^^^^^
   = fix: Put the whole text in quotes: assert: '!subject.draft'
""",
    ),
    "a comment inside of a text": (
        None,
        '    assert: subject.name.contains(" # ") && subject.draft\n',
        """\
error[expression]: the text that begins here is not closed
  --> policies/p.policy.yaml:9:35
   |
 8 |     title: It holds
 9 |     assert: subject.name.contains(" # ") && subject.draft
   |                                   ^
   = fix: YAML reads " #" as the beginning of a comment: put the whole expression in quotes.
""",
    ),
    "a colon that makes a mapping": (
        None,
        "    assert: subject.draft ? filled(subject.name) : true\n",
        """\
error[yaml-syntax]: A second colon with a space behind it makes a mapping where none can stand.
  --> policies/p.policy.yaml:9:50
   |
 8 |     title: It holds
 9 |     assert: subject.draft ? filled(subject.name) : true
   |                                                  ^
   = fix: Put the whole text in quotes: assert: 'subject.draft ? filled(subject.name) : true'
""",
    ),
    "a leading brace": (
        None,
        '    assert: {"a": 1}.a == 1\n',
        """\
error[yaml-syntax]: A key is expected here, at the indentation of the keys above.
  --> policies/p.policy.yaml:9:21
   |
 8 |     title: It holds
 9 |     assert: {"a": 1}.a == 1
   |                     ^
   = fix: Put the whole text in quotes: assert: '{"a": 1}.a == 1'
""",
    ),
    "a leading bracket": (
        None,
        '    assert: ["a"].exists(x, x == subject.name)\n',
        """\
error[yaml-syntax]: A key is expected here, at the indentation of the keys above.
  --> policies/p.policy.yaml:9:18
   |
 8 |     title: It holds
 9 |     assert: ["a"].exists(x, x == subject.name)
   |                  ^
   = fix: Put the whole text in quotes: assert: '["a"].exists(x, x == subject.name)'
""",
    ),
    "a leading quote": (
        None,
        '    assert: "a" in subject.tags\n',
        """\
error[yaml-syntax]: A key is expected here, at the indentation of the keys above.
  --> policies/p.policy.yaml:9:17
   |
 8 |     title: It holds
 9 |     assert: "a" in subject.tags
   |                 ^
   = fix: Put the whole text in quotes: assert: '"a" in subject.tags'
""",
    ),
    "a leading quote of the other kind": (
        None,
        "    assert: 'a' in subject.tags\n",
        """\
error[yaml-syntax]: A key is expected here, at the indentation of the keys above.
  --> policies/p.policy.yaml:9:17
   |
 8 |     title: It holds
 9 |     assert: 'a' in subject.tags
   |                 ^
   = fix: Put the whole text in quotes: assert: '''a'' in subject.tags'
""",
    ),
    "a leading asterisk": (
        None,
        "    assert: *x subject.draft\n",
        """\
error[unknown-alias]: `*x` refers to an anchor that is not defined above it.
  --> policies/p.policy.yaml:9:13
   |
 8 |     title: It holds
 9 |     assert: *x subject.draft
   |             ^^
   = fix: Put the whole text in quotes: assert: '*x subject.draft'
""",
    ),
    "a mapping": (
        None,
        "    assert: { subject.draft }\n",
        """\
error[schema-type]: `rules[0].assert` must be text; found a mapping
  --> policies/p.policy.yaml:9:13
   |
 8 |     title: It holds
 9 |     assert: { subject.draft }
   |             ^^^^^^^^^^^^^^^^^
   = fix: Put the whole text in quotes: assert: '{ subject.draft }'
""",
    ),
    "a truth that YAML reads": (
        None,
        "    assert: true\n",
        """\
error[schema-type]: `rules[0].assert` must be text; found true
  --> policies/p.policy.yaml:9:13
   |
 8 |     title: It holds
 9 |     assert: true
   |             ^^^^
   = fix: Put the whole text in quotes: assert: 'true'
""",
    ),
    "a number in a mapping that is meant": (
        None,
        "    assert: filled(subject.name)\n    fix: { text: Name it., set: 2 }\n",
        """\
error[schema-type]: `rules[0].fix.set` must be text; found 2
  --> policies/p.policy.yaml:10:33
   |
 9 |     assert: filled(subject.name)
10 |     fix: { text: Name it., set: 2 }
   |                                 ^
   = fix: Put it in quotes: "2".
""",
    ),
    "a leading quote in a mend": (
        None,
        '    assert: filled(subject.name)\n    fix:\n      text: Name it.\n      set: "a" + subject.name\n',
        """\
error[yaml-syntax]: A key is expected here, at the indentation of the keys above.
  --> policies/p.policy.yaml:12:16
   |
11 |       text: Name it.
12 |       set: "a" + subject.name
   |                ^
   = fix: Put the whole text in quotes: set: '"a" + subject.name'
""",
    ),
    "a leading quote in a mend in braces": (
        None,
        '    assert: filled(subject.name)\n    fix: { text: Name it., set: "a" + subject.name }\n',
        """\
error[yaml-syntax]: This mapping is not closed, or a comma between two entries is missing.
  --> policies/p.policy.yaml:10:10
   |
 9 |     assert: filled(subject.name)
10 |     fix: { text: Name it., set: "a" + subject.name }
   |          ^
   = fix: Look for the missing `}` or `,`; quote a text that begins with `{`.
""",
    ),
    "nothing": (
        None,
        "    assert:\n",
        """\
error[schema-required]: `rules[0].assert` is required
  --> policies/p.policy.yaml:9:5
   |
 8 |     title: It holds
 9 |     assert:
   |     ^^^^^^
   = fix: What must be true. A CEL expression.
""",
    ),
    "a misspelt field of the rule": (
        None,
        "    asert: subject.draft\n",
        """\
error[schema-required]: `rules[0].assert` is required
  --> policies/p.policy.yaml:7:5
   |
 6 | rules:
 7 |   - id: test.rule
   |     ^^^^^^^^^^^^^
   = fix: What must be true. A CEL expression.

error[schema-unknown-field]: unknown field `asert` in `rules[0]`: did you mean `assert`?
  --> policies/p.policy.yaml:9:5
   |
 8 |     title: It holds
 9 |     asert: subject.draft
   |     ^^^^^
   = fix: Write `assert`, or remove the field.
""",
    ),
    "an unknown severity": (
        None,
        "    assert: subject.draft\n    severity: severe\n",
        """\
error[schema-choice]: `rules[0].severity` must be critical, high, medium or low; found "severe"
  --> policies/p.policy.yaml:10:15
   |
 9 |     assert: subject.draft
10 |     severity: severe
   |               ^^^^^^
   = fix: Sorts results; never decides. medium when left out.
""",
    ),
    "a key without each": (
        None,
        "    assert: subject.draft\n    key: item.id\n",
        """\
error[schema-required]: `rules[0].each` is required where `key` is given
  --> policies/p.policy.yaml:7:5
   |
 6 | rules:
 7 |   - id: test.rule
   |     ^^^^^^^^^^^^^
   = fix: The list whose elements are checked one by one; each is bound as `item`. A CEL expression.
""",
    ),
    "a comma in a text within braces": (
        (
            HEAD,
            HEAD.replace("rules:", "params:\n  n: { default: 3, description: Days, as a number }\nrules:"),
        ),
        "    assert: filled(subject.name)\n",
        """\
error[schema-unknown-field]: unknown field `as a number` in `params.n`
  --> policies/p.policy.yaml:7:39
   |
 6 | params:
 7 |   n: { default: 3, description: Days, as a number }
   |                                       ^^^^^^^^^^^
   = fix: A comma in { } begins a new field: put a text with commas in quotes.
""",
    ),
    "an item without each": (
        None,
        "    assert: filled(item.id)\n",
        """\
error[expression]: unknown variable `item`
  --> policies/p.policy.yaml:9:20
   |
 8 |     title: It holds
 9 |     assert: filled(item.id)
   |                    ^^^^
   = fix: The variables are subject, old, is_new, params, now, data, path, product; a text has quotes: "item"
""",
    ),
    "an unknown field of an item": (
        None,
        "    assert: filled(item.ownr)\n    each: subject.steps\n",
        """\
error[expression]: `thing.steps[]` has no field `ownr`
  --> policies/p.policy.yaml:9:25
   |
 8 |     title: It holds
 9 |     assert: filled(item.ownr)
   |                         ^^^^
   = fix: Did you mean `owner`?
""",
    ),
    "each over no list": (
        None,
        "    assert: filled(item.id)\n    each: subject.name\n",
        """\
error[type]: `each` needs a list
  --> policies/p.policy.yaml:10:11
   |
 9 |     assert: filled(item.id)
10 |     each: subject.name
   |           ^^^^^^^^^^^^
   = fix: Name a field that is a list.
""",
    ),
    "a pointer to nothing": (
        None,
        "    assert: subject.draft\n    at: /rolback/owner\n",
        """\
error[unknown-field]: `thing` has no field `rolback`
  --> policies/p.policy.yaml:10:9
   |
 9 |     assert: subject.draft
10 |     at: /rolback/owner
   |         ^^^^^^^^^^^^^^
   = fix: Did you mean `rollback`?
""",
    ),
    "an unknown kind": (
        ("thing", "thnig"),
        "    assert: subject.draft\n",
        """\
error[unknown-kind]: there is no kind `thnig`
  --> policies/p.policy.yaml:5:10
   |
 4 | owner: ada
 5 | subject: thnig
   |          ^^^^^
   = fix: Did you mean `thing`?
""",
    ),
    "an unknown kind to look up": (
        None,
        "    assert: lookup('thnig', 'x').tier == 1\n",
        """\
error[unknown-kind]: there is no kind `thnig`
  --> policies/p.policy.yaml:9:20
   |
 8 |     title: It holds
 9 |     assert: lookup('thnig', 'x').tier == 1
   |                    ^^^^^^^
   = fix: Did you mean `thing`?
""",
    ),
    "an unknown parameter": (
        ("rules:", "params: { days: 1 }\nrules:"),
        "    assert: subject.tier < params.dasy\n",
        """\
error[expression]: `params` has no field `dasy`
  --> policies/p.policy.yaml:10:35
   |
 9 |     title: It holds
10 |     assert: subject.tier < params.dasy
   |                                   ^^^^
   = fix: Did you mean `days`?
""",
    ),
    "a default beyond its limits": (
        ("rules:", "params: { days: { default: 5, max: 3 } }\nrules:"),
        "    assert: subject.draft\n",
        """\
error[param-range]: days must be at most 3; found 5
  --> policies/p.policy.yaml:6:17
   |
 5 | subject: thing
 6 | params: { days: { default: 5, max: 3 } }
   |                 ^^^^^^^^^^^^^^^^^^^^^^
   = fix: Move the default or its limits.
""",
    ),
    "a day that no calendar has": (
        ("rules:", "effective: { from: 2026-02-30 }\nrules:"),
        "    assert: subject.draft\n",
        """\
error[date]: 2026-02-30 is not a day of the calendar
  --> policies/p.policy.yaml:6:20
   |
 5 | subject: thing
 6 | effective: { from: 2026-02-30 }
   |                    ^^^^^^^^^^
   = fix: Write YYYY-MM-DD.
""",
    ),
    "a rule id that is taken": (
        None,
        "    assert: subject.draft\n  - id: test.rule\n    title: Again\n    assert: subject.draft\n",
        """\
error[duplicate-rule]: rule `test.rule` is also written in policies/p.policy.yaml:7
  --> policies/p.policy.yaml:10:9
   |
 9 |     assert: subject.draft
10 |   - id: test.rule
   |         ^^^^^^^^^
   = fix: The id of a rule is permanent and unique: choose another.
""",
    ),
    "a newer format": (
        ("policy: test", "format: 2\npolicy: test"),
        "    assert: subject.draft\n",
        """\
error[newer-format]: this file is written in format 2; this gonogo reads format 1
  --> policies/p.policy.yaml:1:9
   |
 1 | format: 2
   |         ^
   = fix: Upgrade gonogo: pip install --upgrade gonogo.
""",
    ),
    "several documents": (
        None,
        "    assert: subject.draft\n---\nx: 1\n",
        """\
error[several-documents]: this file holds 2 documents where one is expected
  --> policies/p.policy.yaml:11:1
   |
10 | ---
11 | x: 1
   | ^^^^
   = fix: Put each into a file of its own.
""",
    ),
    "a key twice": (
        None,
        "    assert: subject.draft\n    assert: subject.draft\n",
        """\
error[duplicate-key]: The key `assert` stands twice in one mapping: line 9, column 5 and line 10, column 5.
  --> policies/p.policy.yaml:10:5
   |
 9 |     assert: subject.draft
10 |     assert: subject.draft
   |     ^^^^^^
   = fix: Keep one of the two.
""",
    ),
    "several faults at once": (
        ("It holds", "It {holds"),
        '    assert: subject.tire == 1 && subject.nam == "x"\n    when: filed(subject.name)\n',
        """\
error[expression]: `thing` has no field `tire`
  --> policies/p.policy.yaml:9:21
   |
 8 |     title: It {holds
 9 |     assert: subject.tire == 1 && subject.nam == "x"
   |                     ^^^^
   = fix: Did you mean `tier`?

error[expression]: `thing` has no field `nam`
  --> policies/p.policy.yaml:9:42
   |
 8 |     title: It {holds
 9 |     assert: subject.tire == 1 && subject.nam == "x"
   |                                          ^^^
   = fix: Did you mean `name`?

error[expression]: unknown function `filed`
  --> policies/p.policy.yaml:10:11
   |
 9 |     assert: subject.tire == 1 && subject.nam == "x"
10 |     when: filed(subject.name)
   |           ^^^^^
   = fix: Did you mean `filled`?

error[expression]: this { has no closing }
  --> policies/p.policy.yaml:8:15
   |
 7 |   - id: test.rule
 8 |     title: It {holds
   |               ^
   = fix: Write {{ for the brace itself.
""",
    ),
}
"""What is wrong: what stands in another's place in the head, the rule's further lines, and what is said."""


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_policy_is_shown_with_its_place_and_its_fix(tmp_path: Path, name: str) -> None:
    change, rule, expected = BROKEN[name]
    head = HEAD.replace(*change) if change else HEAD
    assert said(tmp_path, head + rule) == expected.removeprefix("\n")
