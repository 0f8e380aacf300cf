"""CODEOWNERS is read as GitHub documents it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.model import Fault
from checker.sources import codeowners

EXAMPLE = """\
# Everything has an owner.
*                    @global-one @global-two
*.md                 @writers # they know how
/build/logs/         @ops
docs/*               docs@example.org
apps/                @apps
/scripts/            @ops @security/team
**/logs              @loggers
/apps/github
with\\ space/x?.txt   @space
!no.md               @never
[ab].md              @never
bad.md               never
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("x", ("@global-one", "@global-two")),
        ("deep/er/x.txt", ("@global-one", "@global-two")),
        ("deep/x.md", ("@writers",)),
        ("folder.md/x", ("@writers",)),
        ("build/logs/a/b.md", ("@loggers",)),
        ("sub/build/logs", ("@loggers",)),
        ("docs/a.md", ("docs@example.org",)),
        ("docs/deep/a.md", ("@writers",)),
        ("sub/docs/a.txt", ("@global-one", "@global-two")),
        ("apps/x", ("@apps",)),
        ("sub/apps/deep/x", ("@apps",)),
        ("apps", ("@global-one", "@global-two")),
        ("scripts/x.sh", ("@ops", "@security/team")),
        ("sub/scripts/x.sh", ("@global-one", "@global-two")),
        ("a/b/logs/c", ("@loggers",)),
        ("logs", ("@loggers",)),
        ("apps/github", ()),
        ("apps/github/x", ()),
        ("with space/x1.txt", ("@space",)),
        ("with space/x.txt", ("@global-one", "@global-two")),
        ("no.md", ("@writers",)),
        ("a.md", ("@writers",)),
        ("bad.md", ("@writers",)),
        ("README.MD", ("@global-one", "@global-two")),
        ("line\nbreak.md", ("@writers",)),
        ("half-\udce9.md", ("@writers",)),
    ],
)
def test_the_last_rule_that_fits_decides(path: str, owners: tuple[str, ...]) -> None:
    assert codeowners.parse(EXAMPLE).owners(path) == owners


def test_lines_that_cannot_be_understood_are_named() -> None:
    parsed = codeowners.parse(EXAMPLE)
    assert parsed.skipped == (11, 12, 13)
    rule = parsed.rule("x.md")
    assert rule is not None
    assert (rule.line, rule.pattern) == (3, "*.md")


@pytest.mark.parametrize(
    ("pattern", "fitting", "others"),
    [
        ("/a/**/b", ["a/b", "a/x/b", "a/x/y/b", "a/b/c"], ["x/a/b", "ab"]),
        ("a/**", ["a/x", "a/x/y"], ["b/a/x"]),
        ("/*", ["x"], ["x/y"]),
        ("/", [], ["x"]),
        ("*", ["x", "x/y"], []),
        ("a*b", ["ab", "axb", "x/axb/y"], ["a/b"]),
        ("a.b", ["a.b"], ["axb"]),
        ("a+(b)|c", ["a+(b)|c"], ["aab", "c"]),
    ],
)
def test_patterns(pattern: str, fitting: list[str], others: list[str]) -> None:
    parsed = codeowners.parse(f"{pattern} @x")
    assert [path for path in [*fitting, *others] if parsed.owners(path)] == fitting


def test_a_pattern_that_would_take_forever_elsewhere() -> None:
    parsed = codeowners.parse(f"{'*a' * 500} @x\n{'?' * 1000} @x\n{'a/**/' * 200} @x\n{'*' * 1001} @x")
    assert parsed.owners("a" * 5000 + "b") == ()
    assert parsed.owners("a/" * 2000 + "b") == ("@x",)
    assert parsed.skipped == (4,)


@given(st.text(), st.text())
def test_any_text_gives_an_answer(text: str, path: str) -> None:
    assert isinstance(codeowners.parse(text).owners(path), tuple)
    assert isinstance(codeowners.parse(f"{text} @x").owners(path), tuple)


class Files(dict[str, bytes]):
    def read(self, path: str, limit: int) -> bytes | Fault:
        return self.get(path, Fault("missing", "There is no such file."))


def test_the_first_place_counts() -> None:
    files = Files({"docs/CODEOWNERS": b"* @docs", "CODEOWNERS": b"* @root\r\n"})
    found = codeowners.load(files)
    assert not isinstance(found, Fault)
    assert (found.path, found.owners("x")) == ("CODEOWNERS", ("@root",))
    files[".github/CODEOWNERS"] = b""
    found = codeowners.load(files)
    assert not isinstance(found, Fault)
    assert (found.path, found.owners("x")) == (".github/CODEOWNERS", ())
    found = codeowners.load(Files())
    assert not isinstance(found, Fault)
    assert (found.path, found.owners("x")) == ("", ())


def test_a_file_that_cannot_be_read_is_a_fault() -> None:
    assert isinstance(codeowners.load(Files(CODEOWNERS=b"* @x\n" * 10_001)), Fault)

    class Refusing(Files):
        def read(self, path: str, limit: int) -> bytes | Fault:
            return Fault("too-large", "It has too many bytes.")

    assert isinstance(codeowners.load(Refusing()), Fault)
