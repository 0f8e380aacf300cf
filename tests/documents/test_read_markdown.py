from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from reading_checks import at, check_reading, cut, read

from checker import documents
from checker.documents import Document, markdown
from checker.documents.reading import LIMITS, Source

TEXT = """\
---
owner: Ada Example
tags: [a, b]   # why
---

Before any heading: TBD.

# A plan 🚢

## 1. Goals

Reach **the pier**, with `code`, in
[two lines](https://example.org/a "title").

- first
  - nested
- [x] done, *really*
- [ ] open
  and on

```yaml
TODO: this is code
```

<!-- TODO: this is a comment -->

### Deeper

| Risk \\| cost | Owner | |
|:--|--|--|
| Storm | <your name> | x |
| Fog | | |
| | | |

See https://example.org/b, then stop.

Setext heading
==============

    TODO: indented code

> A quote with n/a.

N/A
"""


@pytest.fixture(scope="module")
def document() -> Document:
    reading = read(TEXT, "markdown")
    assert reading.faults == ()
    check_reading(reading)
    return reading.documents[0]


def section(document: Document, heading: str) -> dict[str, Any]:
    found = [each for each in document.data["sections"] if each["heading"] == heading]
    assert len(found) == 1
    return found[0]


def place(document: Document, heading: str, *path: str | int) -> str:
    number = [each["heading"] for each in document.data["sections"]].index(heading)
    return at(document.positions.value(("sections", number, *path)))


def test_front_matter_and_title(document: Document) -> None:
    assert document.data.keys() == {"front_matter", "title", "sections"}
    assert document.data["front_matter"] == {"owner": "Ada Example", "tags": ["a", "b"]}
    assert document.data["title"] == "A plan 🚢"
    assert at(document.positions.value(("front_matter", "tags", 1))) == "3:11-3:12"
    assert at(document.positions.key(("front_matter", "owner"))) == "2:1-2:6"
    assert at(document.positions.value(("title",))) == "8:3-8:11"


def test_sections_have_levels_and_paths(document: Document) -> None:
    assert [(each["heading"], each["level"], each["path"]) for each in document.data["sections"]] == [
        ("", 0, []),
        ("A plan 🚢", 1, ["A plan 🚢"]),
        ("1. Goals", 2, ["A plan 🚢", "1. Goals"]),
        ("Deeper", 3, ["A plan 🚢", "1. Goals", "Deeper"]),
        ("Setext heading", 1, ["Setext heading"]),
    ]
    assert place(document, "1. Goals", "heading") == "10:4-10:12"


def test_the_text_is_what_a_reader_reads(document: Document) -> None:
    assert section(document, "")["text"] == "Before any heading: TBD."
    assert section(document, "1. Goals")["text"] == (
        "Reach the pier, with code, in two lines.\nfirst\nnested\ndone, really\nopen and on"
    )
    assert section(document, "1. Goals")["words"] == 15
    assert place(document, "1. Goals", "text") == "12:1-19:9"
    assert section(document, "A plan 🚢")["text"] == ""
    assert section(document, "A plan 🚢")["words"] == 0
    assert place(document, "A plan 🚢", "text") == "8:3-8:11"
    assert section(document, "Setext heading")["text"] == "A quote with n/a.\nN/A"


def test_lists_and_tasks(document: Document) -> None:
    goals = section(document, "1. Goals")
    assert goals["items"] == ["first", "nested", "done, really", "open and on"]
    assert goals["tasks"] == [{"text": "done, really", "done": True}, {"text": "open and on", "done": False}]
    assert place(document, "1. Goals", "items", 1) == "16:5-16:11"
    assert place(document, "1. Goals", "tasks", 0, "done") == "17:3-17:6"
    assert place(document, "1. Goals", "tasks", 0, "text") == "17:7-17:21"


def test_tables(document: Document) -> None:
    assert section(document, "Deeper")["tables"] == [
        [{"Risk | cost": "Storm", "Owner": "<your name>", "column 3": "x"}, {"Risk | cost": "Fog"}]
    ]
    assert place(document, "Deeper", "tables", 0, 0, "Owner") == "31:11-31:22"
    number = 3
    cell = ("sections", number, "tables", 0, 1, "Owner")
    assert document.positions.value(cell) is None
    assert at(document.positions.nearest(cell)[0]) == "32:8-32:8"
    assert at(document.positions.key(("sections", number, "tables", 0, 0, "Owner"))) == "29:18-29:23"


def test_links(document: Document) -> None:
    assert section(document, "1. Goals")["links"] == [{"text": "two lines", "url": "https://example.org/a"}]
    assert place(document, "1. Goals", "links", 0) == "13:2-13:11"
    assert section(document, "Deeper")["links"] == [
        {"text": "https://example.org/b", "url": "https://example.org/b"}
    ]
    assert place(document, "Deeper", "links", 0) == "35:5-35:26"


def test_placeholders_are_not_looked_for_in_code_and_comments(document: Document) -> None:
    assert [each["placeholders"] for each in document.data["sections"]] == [
        ["TBD"],
        [],
        [],
        ["<your name>"],
        ["N/A"],
    ]
    assert place(document, "", "placeholders", 0) == "6:21-6:24"
    assert place(document, "Deeper", "placeholders", 0) == "31:11-31:22"
    assert place(document, "Setext heading", "placeholders", 0) == "44:1-44:4"


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_do_not_matter(document: Document, end: str) -> None:
    reading = read(TEXT.replace("\n", end), "markdown")
    assert reading.documents[0].data == document.data
    check_reading(reading)
    assert place(reading.documents[0], "Deeper", "placeholders", 0) == "31:11-31:22"


@pytest.mark.parametrize(
    ("text", "front_matter", "headings"),
    [
        ("# A\n", {}, ["A"]),
        ("---\na: 1\n...\n# A\n", {"a": 1}, ["A"]),
        ("---\na: 1\n---\n", {"a": 1}, []),
        ("---\na: 1\n---", {"a": 1}, []),
        ("---\n---\n# A\n", {}, ["A"]),
        ("---\n# a comment\n---\n# A\n", {}, ["A"]),
        ("---\n\n# A\n\ntext\n", {}, ["A"]),
        ("\n---\na: 1\n---\n# A", {}, ["a: 1", "A"]),
        ("---\na:\n---\n## B\n# A", {}, ["B", "A"]),
        ("text only\n", {}, [""]),
        ("- # not a section\n", {}, [""]),
        ("#\n", {}, [""]),
        ("# `code` *and* [a link](x)\n", {}, ["code and a link"]),
    ],
)
def test_where_the_front_matter_ends(text: str, front_matter: dict[str, Any], headings: list[str]) -> None:
    reading = read(text, "markdown")
    check_reading(reading)
    (document,) = reading.documents
    assert document.data["front_matter"] == front_matter
    assert [each["heading"] for each in document.data["sections"]] == headings


@pytest.mark.parametrize(
    ("text", "code", "span"),
    [
        ("---\na: 1\na: 2\n---\n", "duplicate-key", "3:1-3:2"),
        ("---\na: [1\n---\n# A\n", "yaml-syntax", "2:4-2:5"),
        ("---\n\ta: 1\n---\n", "tab", "2:1-2:2"),
        ("---\na: 1\n# A\n", "front-matter", "1:1-1:4"),
        ("---\n- a\n---\n", "front-matter", "1:1-1:4"),
    ],
)
def test_faults_of_the_front_matter(text: str, code: str, span: str) -> None:
    reading = read(text, "markdown")
    assert [(fault.code, at(fault.span)) for fault in reading.faults] == [(code, span)]
    assert reading.documents == ()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a <b>bold</b> word<br>next", "a bold wordnext"),
        ("a <!-- TBD --> b", "a  b"),
        ("ask <your name> first", "ask <your name> first"),
        ("<p>\nin a block\n</p>", "in a block"),
        ("<details>\n<summary>more</summary>\n\ninside\n\n</details>", "more\ninside"),
        ("<!--\n\nTODO\n\n-->", ""),
        ("a\\\nb &amp; c", "a b & c"),
        ("![the map](map.png)", "the map"),
        ("a  \nb", "a b"),
        ("日本語です", "日本語です"),
    ],
)
def test_plain_text(text: str, plain: str) -> None:
    sections = read(text, "markdown").documents[0].data["sections"]
    assert "\n".join(section["text"] for section in sections) == plain


@pytest.mark.parametrize(
    ("text", "words"),
    [("one two, three-four don't 5 – (six)", 6), ("日本語です", 5), ("**", 0), ("| a | b |", 2)],
)
def test_words(text: str, words: int) -> None:
    assert sum(section["words"] for section in read(text, "markdown").documents[0].data["sections"]) == words


def test_real_documents_are_read(proposals: Path) -> None:
    files = sorted(proposals.glob("keps/**/README.md"))
    assert len(files) > 600
    titled = 0
    for file in files[::8]:
        reading = read(file.read_bytes(), "markdown")
        assert reading.faults == (), file
        (document,) = reading.documents
        titled += bool(document.data["title"])
        for number, section in enumerate(document.data["sections"]):
            for index, text in enumerate(section["placeholders"]):
                span = document.positions.value(("sections", number, "placeholders", index))
                assert span is not None
                assert cut(reading.text, span).replace("`", "").strip("*_ ").startswith(text.split()[0]), (
                    file,
                    text,
                )
            heading = document.positions.written(("sections", number, "heading"))
            assert heading is not None
            assert all(word in heading for word in re.findall(r"\w+", section["heading"])[:1]), file
    assert titled > 75


class Watched(str):
    """A text that counts the characters that are looked through in it."""

    __slots__ = ("looked",)

    def find(self, *asked: Any) -> int:
        found = super().find(*asked)
        words, start, end = asked
        self.looked = getattr(self, "looked", 0) + (end if found < 0 else found + len(words)) - start
        return found


@pytest.mark.parametrize(
    "link",
    [
        pytest.param("[label {n}](https://example.org/{n}) ", id="labels"),
        pytest.param("[la*be*l {n}](https://example.org/{n}) ", id="labels that stand nowhere as they read"),
        pytest.param("https://example.org/{n} ", id="bare addresses"),
        pytest.param("TBD ", id="placeholders"),
    ],
)
def test_a_paragraph_is_looked_through_about_once(link: str) -> None:
    def looked(times: int) -> int:
        text = Watched("".join(link.format(n=10_000 + n) for n in range(times)))
        (document,) = markdown.read(Source(text), LIMITS).documents
        (section,) = document.data["sections"]
        assert len(section["links"]) + len(section["placeholders"]) == times
        return text.looked

    few, many = looked(400), looked(800)
    assert few < many <= 2.3 * few


def test_links_of_one_label_stand_apart() -> None:
    text = "See [here](https://example.org/a), *or* [th*e*re](https://example.org/b), or [here](b).\n"
    (document,) = read(text, "markdown").documents
    assert [place(document, "", "links", n) for n in range(3)] == ["1:6-1:10", "1:1-1:88", "1:79-1:83"]


def test_a_document_that_nobody_reads_is_not_read() -> None:
    reading = documents.read(b"# A\n" * 300_000, "markdown")
    assert reading.documents == ()
    (fault,) = reading.faults
    assert fault.code == "too-large"
    assert fault.message == "The document has 1,200,000 characters; more than 1,000,000 are not read."
