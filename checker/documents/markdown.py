"""Markdown (CommonMark with GitHub's tables and task lists): front matter and sections.

A reader's text is what counts: fenced and indented code, HTML comments and tags are no text, and
formatting is dropped. markdown-it-py finds the blocks; where a piece of text stands in its block is
found by looking for it there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from checker.documents import placeholders, yaml
from checker.documents.faults import EMPTY
from checker.documents.fields import SHAPES, FieldRule, fields
from checker.documents.nodes import Node, Stretch, assemble
from checker.documents.reading import Limits, Parsed, Source
from checker.model import Fault

__all__ = ["SHAPES", "FieldRule", "fields", "read"]

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"---[ \t]*(?:\r\n?|\n)")
_FRONT_MATTER_END = re.compile(r"(?<=[\r\n])(?:---|\.\.\.)[ \t]*(?:\r\n?|\n|\Z)")
_LOOKS_LIKE_A_KEY = re.compile(r"[\w-]+:(?:\s|$)")
_TASK = re.compile(r"\[([ xX])\](?:\s+|$)")
_PIPE = re.compile(r"(?<!\\)\|")
_BARE_URL = re.compile(r"https?://[^\s<>()\[\]\"']+[^\s<>()\[\]\"'.,;:!?]")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)(\s[^<>]*)?/?>")
_HTML_TAGS = frozenset(
    """
    a abbr b blockquote br center cite code col colgroup dd del details div dl dt em figcaption figure font
    h1 h2 h3 h4 h5 h6 hr i iframe img input ins kbd li mark object ol p picture pre q s script small source
    span strike strong style sub summary sup svg table tbody td tfoot th thead tr tt u ul var video wbr
    """.split()  # noqa: SIM905 - a list of seventy lines reads worse
)
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|[^\W_][^\s\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]*"
)
"""A character of Chinese or Japanese counts as a word, as no blanks separate them."""
_NOT_SEARCHED = "\ufffc"
_MISSES = 100
"""Texts of one block that may be looked for in vain."""


def read(source: Source, limits: Limits) -> Parsed:
    """One document: `front_matter`, `title` and `sections`, as docs/architecture.md describes them."""
    if not source.text.strip():
        return Parsed((), (EMPTY,))
    if len(source.text) > limits.prose:
        message = (
            f"The document has {len(source.text):,} characters; more than {limits.prose:,} are not read."
        )
        return Parsed((), (Fault("too-large", message, hint="Split it, or keep data in a file of its own."),))
    front, start, fault = _front_matter(source, limits)
    if fault:
        return Parsed((), fault)
    sections = _Sections(source, start).collect()
    title = next((each for each in sections if each.level == 1), _Section("", 0, (0, 0), ()))
    beginning = sections[0].place if sections else (start, start)
    root = {
        "front_matter": front,
        "title": Node(title.heading, title.place),
        "sections": Node([section.node() for section in sections], beginning),
    }
    return Parsed((assemble(source, Node(root, (0, len(source.text)))),))


def front_matter_end(text: str) -> int:
    """Where the mark that closes the front matter begins; 0 where there is none."""
    opening = _FRONT_MATTER.match(text)
    closing = _FRONT_MATTER_END.search(text, opening.end()) if opening else None
    return closing.start() if closing else 0


def _front_matter(source: Source, limits: Limits) -> tuple[Node, int, tuple[Fault, ...]]:
    """The front matter, where the text behind it begins, and what is wrong with it."""
    text = source.text
    opening = _FRONT_MATTER.match(text)
    if opening is None:
        return Node({}, (0, 0)), 0, ()
    closing = _FRONT_MATTER_END.search(text, opening.end())
    if closing is None:
        if not _LOOKS_LIKE_A_KEY.match(text, opening.end()):
            return Node({}, (0, 0)), 0, ()  # a thematic break
        message = "The front matter is never closed."
        fault = Fault(
            "front-matter", message, source.span(0, 3), "Write `---` on a line of its own behind it."
        )
        return Node({}, (0, 0)), 0, (fault,)
    # The first `---` is the mark of a YAML document too, so that positions need no shift.
    parsed = yaml.read(Source(text[: closing.start()]), limits)
    place = (0, opening.end())
    if parsed.faults and parsed.faults != (EMPTY,):
        return Node({}, place), 0, parsed.faults
    if not parsed.documents:
        return Node({}, place), closing.end(), ()
    document = parsed.documents[0]
    if len(parsed.documents) > 1 or not isinstance(document.data, dict):
        fault = Fault("front-matter", "The front matter must be one mapping.", source.span(0, 3))
        return Node({}, place), 0, (fault,)
    return Node(document, place, (0, 3)), closing.end(), ()


@dataclass(frozen=True, slots=True)
class _Heading:
    text: str
    level: int
    place: Stretch


@dataclass(slots=True)
class _Section:
    """A heading and what stands below it, up to the next heading."""

    heading: str
    level: int
    """1 to 6; 0 for what stands before the first heading."""
    place: Stretch
    """Of the heading."""
    path: tuple[_Heading, ...]
    """The headings from the top down to this one."""
    blocks: list[Node] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    tasks: list[Node] = field(default_factory=list)
    tables: list[Node] = field(default_factory=list)
    links: list[Node] = field(default_factory=list)
    placeholders: list[Node] = field(default_factory=list)

    def node(self) -> Node:
        """The section as data. What is empty stands at the heading."""
        text = "\n".join(block.value for block in self.blocks)
        place = _around(self.blocks) or self.place
        values: dict[str, Node] = {
            "heading": Node(self.heading, self.place),
            "level": Node(self.level, self.place),
            "path": Node([Node(each.text, each.place) for each in self.path], self.place),
            "text": Node(text, place),
            "words": Node(len(_WORD.findall(text)), place),
        }
        for name in ("items", "tasks", "tables", "links", "placeholders"):
            nodes: list[Node] = getattr(self, name)
            values[name] = Node(nodes, _around(nodes) or self.place)
        return Node(values, (self.place[0], max(self.place[1], place[1])))


def _around(nodes: Sequence[Node]) -> Stretch | None:
    """From the first to the last."""
    return (nodes[0].place[0], max(node.place[1] for node in nodes)) if nodes else None


class _Finder:
    """Finds in the source what stands in a block, one text after the other.

    A text that is written otherwise (`a *b*` for `a b`) is looked for to the end of the block in vain, and a
    block may hold as many of them as it has lines: so after some nothing in it is looked for any more.
    """

    __slots__ = ("cursor", "misses", "place", "text")

    def __init__(self, text: str, place: Stretch) -> None:
        self.text, self.place = text, place
        self.cursor = place[0]
        self.misses = 0

    def find(self, words: str) -> Stretch:
        """Where the words stand behind those found before; the whole block where nobody knows."""
        at = -1
        if words and self.misses < _MISSES:
            at = self.text.find(words, self.cursor, self.place[1])
            self.misses += at < 0
        if at < 0:
            return self.place
        self.cursor = at + len(words)
        return at, self.cursor


class _Sections:
    """Walks once over the blocks of a text and sorts them into sections."""

    __slots__ = ("first_line", "found", "open_items", "section", "source", "start", "text")

    def __init__(self, source: Source, start: int) -> None:
        """`start` is where the text behind the front matter begins."""
        self.source = source
        self.text = source.text
        self.first_line = bisect_right(source.starts, start) - 1
        self.start = start
        self.section = _Section("", 0, (start, start), ())
        self.found: list[_Section] = [self.section]
        self.open_items: list[bool] = []
        """For each list item that we are in: whether its text has been read."""

    def collect(self) -> list[_Section]:
        """The sections, what stands before the first heading included if there is any."""
        from markdown_it import MarkdownIt  # noqa: PLC0415 - 50 ms, for Markdown only

        tokens = MarkdownIt("commonmark").enable("table").parse(self.text[self.start :])
        at = 0
        while at < len(tokens):
            at = self.block(tokens, at)
        preamble, *others = self.found
        return self.found if preamble.blocks or preamble.links else others

    def block(self, tokens: Sequence[Token], at: int) -> int:
        """Take in the block that begins with a token; the number of the token behind it."""
        token = tokens[at]
        match token.type:
            case "heading_open" if token.level == 0:
                self.heading(int(token.tag[1:]), tokens[at + 1])
                return at + 2
            case "table_open":
                end = next(n for n in range(at, len(tokens)) if tokens[n].type == "table_close")
                self.table([each for each in tokens[at:end] if each.type in ("tr_open", "inline")])
                return end
            case "list_item_open":
                self.open_items.append(False)
            case "list_item_close":
                self.open_items.pop()
            case "inline":
                self.paragraph(token)
            case "html_block":
                self.html(token)
        return at + 1

    def heading(self, level: int, token: Token) -> None:
        place = self.place(token.content, *self.lines(token))
        above = [each for each in self.section.path if each.level < level]
        self.section = _Section("", level, place, ())
        text = self.inline(token, place).value
        self.section.heading = text
        self.section.path = (*above, _Heading(text, level, place))
        self.found.append(self.section)

    def paragraph(self, token: Token) -> None:
        node = self.inline(token, self.place(token.content, *self.lines(token)))
        if self.open_items and not self.open_items[-1]:
            self.open_items[-1] = True
            task = _TASK.match(node.value)
            if task:
                start, end = node.place
                box = _TASK.match(self.text, start, end) or task
                done = Node(task[1] != " ", (start, start + len(box[0].rstrip())))
                node = Node(node.value[task.end() :], (start + len(box[0]), end))
                self.section.tasks.append(Node({"text": node, "done": done}, (start, end)))
            if node.value:
                self.section.items.append(node)
        if node.value:
            self.section.blocks.append(node)
            if placeholders.placeholder(node.value) and not self.is_found(node.place):
                self.section.placeholders.append(node)

    def is_found(self, place: Stretch) -> bool:
        """Whether a placeholder was found in this stretch."""
        found = self.section.placeholders
        return bool(found) and place[0] <= found[-1].place[0] < place[1]

    def table(self, tokens: Sequence[Token]) -> None:
        """`tokens` are the rows, each followed by its cells."""
        rows: list[tuple[Stretch, list[Node]]] = []
        for token in tokens:
            if token.type == "tr_open":
                row = self.trimmed(*self.lines(token))
                rows.append((row, []))
                cursor = row[0] + self.text.startswith("|", row[0])
            else:
                pipe = _PIPE.search(self.text, cursor, row[1])
                end = pipe.start() if pipe else row[1]
                rows[-1][1].append(self.inline(token, self.trimmed(cursor, end)))
                cursor = min(end + 1, row[1])
        header = rows[0][1]
        names: dict[str, Node] = {}
        for number, cell in enumerate(header, 1):
            names[cell.value if cell.value and cell.value not in names else f"column {number}"] = cell
        records = []
        for row, cells in rows[1:]:
            texts = [cell.value for cell in cells if cell.value]
            if texts:
                columns = zip(names, cells, strict=False)
                records.append(Node({name: _cell(cell, names[name]) for name, cell in columns}, row))
                self.section.blocks.append(Node(" ".join(texts), row))
        self.section.tables.append(Node(records, (rows[0][0][0], rows[-1][0][1])))

    def html(self, token: Token) -> None:
        text = _TAG.sub(_without_known_tags, _COMMENT.sub("", token.content))
        text = "\n".join(line.strip() for line in text.splitlines() if line.strip())
        place = self.trimmed(*self.lines(token))
        if text:
            self.section.blocks.append(Node(text, place))
            self.look_for_placeholders(text, place)

    def inline(self, token: Token, place: Stretch) -> Node:
        """The plain text of a block; its links and placeholders go to the section."""
        text = searched = ""
        link: tuple[str, int] | None = None
        places = _Finder(self.text, place)
        for child in token.children or ():
            piece = child.content
            if child.type == "html_inline":
                piece = _TAG.sub(_without_known_tags, _COMMENT.sub("", piece))
            elif child.type in ("softbreak", "hardbreak"):
                piece = " "
            elif child.type == "link_open":
                link = (str(child.attrs.get("href", "")), len(text))
            elif child.type == "link_close" and link is not None:
                self.link(text[link[1] :], link[0], places)
                link = None
            elif child.type == "text" and link is None:
                for url in _BARE_URL.findall(piece):
                    self.link(url, url, places)
            text += piece
            is_break = child.type in ("softbreak", "hardbreak")
            searched += (
                "\n" if is_break else _NOT_SEARCHED * len(piece) if child.type == "code_inline" else piece
            )
        self.look_for_placeholders(searched, place)
        return Node(text.strip(), place)

    def link(self, label: str, url: str, places: _Finder) -> None:
        where = places.find(label)
        self.section.links.append(Node({"text": Node(label, where), "url": Node(url, where)}, where))

    def look_for_placeholders(self, text: str, place: Stretch) -> None:
        places = _Finder(self.text, place)
        for start, end in placeholders.find(text):
            words = text[start:end]
            self.section.placeholders.append(Node(words, places.find(words)))

    def lines(self, token: Token) -> Stretch:
        """The lines that a block stands on, as offsets."""
        first, last = token.map or (0, 0)
        starts = self.source.starts
        ends = last + self.first_line
        return starts[first + self.first_line], starts[ends] if ends < len(starts) else len(self.text)

    def place(self, content: str, start: int, end: int) -> Stretch:
        """Where the source of a block stands in its lines, without indentation and marks of lists."""
        first, *others = content.split("\n")
        begins = self.text.find(first.strip(), start, end)
        if begins < 0:
            return self.trimmed(start, end)
        last = others[-1].strip() if others else first.strip()
        ends = self.text.rfind(last, begins, end) if others else begins
        return (begins, ends + len(last)) if ends >= 0 else self.trimmed(start, end)

    def trimmed(self, start: int, end: int) -> Stretch:
        """Without the blanks around it; of blanks only, their beginning."""
        bare = self.text[start:end].lstrip()
        if not bare:
            return start, start
        return end - len(bare), end - len(bare) + len(bare.rstrip())


def _cell(cell: Node, column: Node) -> Node:
    """A value named by its column; an empty cell is absent, and missed where it stands."""
    return Node(cell.value, cell.place, column.place) if cell.value else Node(None, cell.place)


def _without_known_tags(tag: re.Match[str]) -> str:
    """Nothing for a tag of HTML; `<your name>`, which only looks like one, stays."""
    known = tag[1].lower() in _HTML_TAGS or tag[0].startswith("</") or "=" in (tag[2] or "")
    return "" if known else tag[0]
