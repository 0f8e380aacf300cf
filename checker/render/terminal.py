"""For people at a terminal: each finding with the lines it is about, then the verdict and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType

from checker.model import (
    Comparison,
    Diagnostic,
    Edit,
    Excerpt,
    Location,
    Reason,
    Report,
    Result,
    Review,
    Span,
    SubjectRef,
)
from checker.render import Options, change, grounds, tally
from checker.render import review as reviewing
from checker.render.mends import mended, offering
from checker.render.sheet import Entry, Sheet
from checker.render.text import clip, inert, one_line, visible, width, wrap

_LABELS = {
    "fail": "error",
    "error": "undecided",
    "advisory": "warning",
    "upcoming": "upcoming",
    "waived": "waived",
}
_STATES = _LABELS | {"fail": "failed"}
"""Of what is listed, which an `error` would say blocks."""
_TEXT_LIMIT = 2_000
"""Characters of one message; the JSON report has it whole."""
_VALUE_LIMIT = 200
_SEEN_LIMIT = 8
"""Values shown for one reason."""
_EXCERPT_LINES = 6
_FOLDED_RULES = 5
"""Rules named where many report the same."""
_GROUP_FROM = 12
"""With more findings than this, those of one subject are shown together."""


def render(report: Report, options: Options) -> str:
    """Findings, the most pressing first, then the summary."""
    written = {rule.id: rule.location for rule in report.rules if rule.location}
    page = _Page(options, written, offering(report))
    faults = [fault for fault in tally.faults(report) if fault.level == "error" or not options.quiet]
    found = change.brought(report)
    if options.quiet:
        found = [result for result in found if tally.blocks(result, report.comparison)]
    parts = [
        *(page.diagnostic(fault) for fault in faults if fault.level == "error"),
        *(page.review(report, report.review) if report.review else page.results(found)),
    ]
    if report.comparison and not options.quiet:
        parts += page.changes(report, report.comparison)
    parts += (page.diagnostic(fault) for fault in faults if fault.level == "warning" and not fault.is_old)
    if not options.quiet:
        parts += map(page.diagnostic, grounds.lapsed(report))
    if old := [fault for fault in faults if fault.is_old]:
        parts.append(page.inherited(old))
    if options.statistics and report.results:
        parts.append(page.statistics(report))
    if report.comparison and report.comparison.judging:
        parts.append(page.judging(report, report.comparison))
    parts.append(page.summary(report))
    return inert("\n\n".join("\n".join(lines) for lines in parts)) + "\n"


def diagnostics(faults: Iterable[Diagnostic], options: Options) -> str:
    """Defects alone, for when there is no report because of them."""
    page = _Page(options)
    return inert("\n\n".join("\n".join(page.diagnostic(fault)) for fault in faults)) + "\n"


class _Page:
    """Lays out blocks of lines for one width and choice of colour."""

    def __init__(
        self,
        options: Options,
        written: Mapping[str, Location] = MappingProxyType({}),
        offered: Callable[[Result], Edit | None] = lambda result: None,
    ) -> None:
        """`written`: where the rules stand; `offered`: the edit of a result that is to be shown."""
        self._written = written
        self._offered = offered
        self._quiet = options.quiet
        self._sheet = Sheet(options)
        self._width = self._sheet.width
        self._paint = self._sheet.paint

    def results(self, found: Sequence[Result]) -> Iterator[list[str]]:
        """A block per finding; of many, those of one subject under a heading that names it."""
        if len(found) <= _GROUP_FROM:
            yield from map(self.result, tally.folded(found))
            return
        first: dict[SubjectRef, int] = {}
        for position, result in enumerate(found):
            first.setdefault(result.subject, position)
        together = sorted(found, key=lambda result: first[result.subject])
        for subject, group in groupby(together, key=lambda result: result.subject):
            own = list(group)
            name = f"{subject.path}: {subject.kind} {subject.id}, {tally.counted(len(own), 'finding')}"
            yield [self._paint("strong", f"── {one_line(name)}")]
            yield from map(self.result, tally.folded(own))

    def result(self, group: tuple[Result, ...]) -> list[str]:
        """One finding, or several of one subject that say the same."""
        result = group[0]
        label = _LABELS[tally.standing(result)]
        name = result.rule if len(group) == 1 else f"{len(group)} rules"
        gutter = _gutter(result.excerpt)
        lines = self._heading(label, name, result.message)
        lines += self._place(gutter, result.location, f" ({tally.subject(result)})")
        if not result.waived:
            lines += self._excerpt(gutter, label, result.excerpt, result.location.span)
        for reason in result.reasons:
            lines += self._reason(gutter, reason, result.location, result.message)
        for key, text in _notes(group):
            lines += self._note(gutter, key, text)
        if (edit := self._offered(result)) and (line := mended(edit.whole_line, [edit])):
            lines += self._note(gutter, "mend", line.strip() if len(line) <= _VALUE_LIMIT else edit.text)
        if result.outcome == "error" and len(group) == 1 and result.rule in self._written:
            lines += self._note(gutter, "rule", _where(self._written[result.rule]))
        return lines

    def diagnostic(self, fault: Diagnostic) -> list[str]:
        """A defect of a policy or of the configuration."""
        gutter = _gutter(fault.excerpt)
        lines = self._heading(fault.level, fault.code, fault.message)
        if fault.location:
            lines += self._place(gutter, fault.location, "")
            lines += self._excerpt(gutter, fault.level, fault.excerpt, fault.location.span)
        return lines + (self._note(gutter, "fix", fault.hint) if fault.hint else [])

    def review(self, report: Report, review: Review) -> Iterator[list[str]]:
        """What a gate review has on the table, for whoever must decide or act."""
        sheet = self._sheet
        head = sheet.paragraph(reviewing.title(review), "strong")
        for sentence in reviewing.introduction(report, review):
            head += sheet.paragraph(sentence)
        yield head + self._alarm(report)
        groups = list(reviewing.blocking(report))
        if self._quiet:
            yield from map(self._group, groups)
            return
        if verdicts := reviewing.scopes(review):
            yield sheet.table([("launch", "market", "verdict"), *verdicts], numbers_from=3)
        yield from map(self._group, groups)
        for table in reviewing.tables(report, review):
            rows = ((row.label, row.style, sum(row.cells, ())) for row in table.rows)
            yield [self._paint("strong", one_line(f"{table.title}: {table.summary}")), *sheet.entries(rows)]
        yield from map(self._group, reviewing.others(report, review))

    def changes(self, report: Report, found: Comparison) -> Iterator[list[str]]:
        """What a change does to stages, what it mends, and what was there before it, a line each."""
        passages = change.passages(report)
        for each in passages[: change.SHOWN]:
            lines = self._sheet.paragraph(each.sentence, "strong")
            if each.change.location:
                lines += self._place(2, each.change.location, "")
            lines += self._sheet.paragraph(each.remark) if each.remark else []
            yield lines + self._list(each.lacks, aged=True)
        if hidden := change.more(passages):
            yield [hidden]
        if found.fixed:
            heading = self._paint("strong", f"Fixed by this change ({len(found.fixed):,})")
            yield [heading, *self._capped([("fixed", "", [change.briefly(each)]) for each in found.fixed])]
        if old := change.before(report):
            heading = f"There before this change, and not held against it ({len(old):,})"
            hint = "With --fail-on all they count, and are shown in full."
            yield [self._paint("strong", heading), *self._list(old), *self._sheet.paragraph(hint)]

    def inherited(self, found: Sequence[Diagnostic]) -> list[str]:
        """Warnings that were there before a change, a line each."""
        heading = f"Warnings that were there before this change ({len(found):,})"
        rows = [(fault.level, fault.level, [change.warned(fault)]) for fault in found]
        return [self._paint("strong", heading), *self._capped(rows)]

    def judging(self, report: Report, found: Comparison) -> list[str]:
        """That a change edits what judges, which no reader may miss, and what that will do."""
        first, *rest = change.judging(report)
        lines = self._sheet.paragraph(first, "alarm")
        for sentence in rest:
            lines += self._sheet.paragraph(sentence)
        if self._quiet:
            return lines
        rows = [(change.flip(each), "", [change.briefly(each.result)]) for each in found.flips]
        return lines + self._capped(rows)

    def _list(self, found: Sequence[Result], *, aged: bool = False) -> list[str]:
        """Findings in a line each."""
        labels = [_STATES[tally.standing(each)] for each in found]
        return self._capped(
            [
                (label, label, [change.briefly(each, aged=aged)])
                for label, each in zip(labels, found, strict=True)
            ]
        )

    def _capped(self, rows: Sequence[Entry]) -> list[str]:
        lines = self._sheet.entries(rows[: change.SHOWN])
        return [*lines, f"  {hidden}"] if (hidden := change.more(rows)) else lines

    def _group(self, group: reviewing.Group) -> list[str]:
        """Findings without their source lines: what is wrong, why, what to do, and where."""
        rows = []
        for found in group.findings:
            result = found[0]
            label = _LABELS[tally.standing(result)]
            where = _where(result.location)
            where = f"{where}{tally.element(result)}" if where else tally.subject(result)
            lines = [clip(result.message, _TEXT_LIMIT), *(f"Why: {why}" for why in reviewing.why(result))]
            lines += [f"{key.capitalize()}: {text}" for key, text in _notes(found) if key != "note"]
            limits = ", ".join(filter(None, (result.severity, reviewing.markets(result))))
            lines.append(f"{result.rule if len(found) == 1 else 'Where'}, {limits}: {where}")
            rows.append((label, label, lines))
        heading = f"{group.heading} ({len(rows):,})"
        return [self._paint("strong", one_line(heading)), *self._sheet.entries(rows)]

    def _alarm(self, report: Report) -> list[str]:
        text = grounds.alarm(report.origin, report.as_of)
        return self._sheet.paragraph(text, "alarm") if text else []

    def summary(self, report: Report) -> list[str]:
        """The verdict, the counts, what was looked at, what to do next."""
        verdict = tally.verdict(report)
        lines = self._alarm(report)
        lines.append(f"{self._paint(verdict, verdict)}: {one_line(tally.summary(report))}")  # for grep
        lines += grounds.footing(report)
        if found := tally.defects(report):
            lines.append(f"{found} in policies and configuration")
        if self._quiet:
            return lines
        files = grounds.provenance(report.origin)
        if report.comparison:
            files = change.compared(report.comparison)
        moment = f"{report.workspace} as of {report.as_of.date()}".lstrip()  # a broken one has no name
        lines.append(one_line(moment if tally.is_neutral(report) else f"{tally.extent(report)}, {moment}"))
        lines += self._sheet.paragraph(files) if files else []
        if report.next_step:
            lines += wrap(f"Next: {one_line(report.next_step)}", self._width, "  ")
        return lines

    def statistics(self, report: Report) -> list[str]:
        """A table of the rules and how their results stand; columns without any number are left out."""
        totals = tally.counts(report.results)
        shown = [each for each in tally.STANDINGS if totals[each] or each in ("pass", "fail")]
        by_rule: dict[str, list[Result]] = {}
        for result in report.results:
            by_rule.setdefault(result.rule, []).append(result)
        rows: list[list[str]] = [["rule", *shown]]
        for rule, results in sorted(by_rule.items()):
            own = tally.counts(results)
            rows.append([rule, *(f"{own[each]:,}" for each in shown)])
        rows.append(["total", *(f"{totals[each]:,}" for each in shown)])
        return self._sheet.table(rows)

    def _heading(self, label: str, name: str, message: str) -> list[str]:
        mark = f"{label}[{one_line(name)}]"
        first, *rest = wrap(f"{mark}: {one_line(clip(message, _TEXT_LIMIT))}", self._width, "    ")
        if not first.startswith(mark):
            return [first, *rest]
        return [self._paint(label, mark) + self._paint("strong", first.removeprefix(mark)), *rest]

    def _place(self, gutter: int, location: Location, about: str) -> list[str]:
        arrow = " " * gutter + self._paint("gutter", "-->")
        return [f"{arrow} {_where(location)}{visible(about)}"] if location.path else []

    def _reason(self, gutter: int, reason: Reason, location: Location, message: str) -> list[str]:
        """What the heading does not say yet: the reason, and artifacts' values that it does not name."""
        lines = self._note(gutter, "why", reason.text) if reason.text not in message else []
        news = [
            seen
            for seen in reason.seen
            if seen.location
            and not seen.value.endswith("…")  # too long to help; the json output has more of it
            and (seen.value.strip('"') not in reason.text or _elsewhere(seen.location, location))
        ]
        for seen in news[:_SEEN_LIMIT]:
            value = clip(seen.value, _VALUE_LIMIT) + _elsewhere(seen.location, location)
            lines += self._note(gutter, "" if lines else "why", f"{seen.expression} is {value}")
        if hidden := len(news[_SEEN_LIMIT:]):
            lines += self._note(gutter, "", f"{tally.counted(hidden, 'more value')} in the json output")
        return lines

    def _note(self, gutter: int, key: str, text: str) -> list[str]:
        lead = " " * gutter + (f" = {key}: " if key else "        ")
        first, *rest = wrap(lead + one_line(clip(text, _TEXT_LIMIT)), self._width, " " * len(lead))
        mark = lead.rstrip()
        return [self._paint("gutter", mark) + first.removeprefix(mark), *rest]

    def _excerpt(self, gutter: int, label: str, excerpt: Excerpt | None, span: Span | None) -> list[str]:
        if not excerpt or not excerpt.lines:
            return []
        bar = self._paint("gutter", " " * gutter + " |")
        lines = [bar]
        room = self._width - gutter - 3
        for number, line in enumerate(excerpt.lines[:_EXCERPT_LINES], excerpt.first_line):
            text = line.rstrip()
            start, end = _columns(text, number, span)
            shown, before, marked = _window(text, start, end, room)
            lines.append(self._paint("gutter", f"{number:>{gutter}} |") + (" " + shown if shown else ""))
            if marked:
                lines.append(f"{bar} {' ' * before}{self._paint(label, '^' * marked)}")
        if hidden := len(excerpt.lines[_EXCERPT_LINES:]):
            lines.append(f"{bar} … {tally.counted(hidden, 'more line')}")
        return lines


def _notes(group: tuple[Result, ...]) -> Iterator[tuple[str, str]]:
    result = group[0]
    if len(group) > 1:
        yield "rules", _names([each.rule for each in group])
    if result.waived:
        yield "waived", f"{tally.waiver(result.waived)}: {result.waived.reason}"
        return
    if result.fix:
        yield "fix", result.fix
    if result.age == "existing":
        yield "note", tally.alteration(result) if result.altered else "was there before this change"
    if result.enforcement == "upcoming":
        yield "note", f"will count at gate {result.gate}" if result.gate else "announced, does not count yet"
    elif result.outcome == "error" and result.enforcement == "advisory":
        yield "note", "advisory, does not block"


def _names(rules: Sequence[str]) -> str:
    named = ", ".join(rules[:_FOLDED_RULES])
    hidden = len(rules) - _FOLDED_RULES
    return f"{named} and {hidden:,} more, in the json output" if hidden > 0 else named


def _gutter(excerpt: Excerpt | None) -> int:
    """Columns for the line numbers."""
    return max(2, len(str(excerpt.first_line + len(excerpt.lines) - 1))) if excerpt else 2


def _where(location: Location) -> str:
    path = one_line(location.path)
    return f"{path}:{location.span.line}:{location.span.column}" if location.span else path


def _elsewhere(seen: Location | None, finding: Location) -> str:
    """Where a value stands, when that is not the line that the finding already shows."""
    if seen is None or seen == finding:
        return ""
    if seen.path != finding.path:
        return f" ({_where(seen)})"
    return f" (line {seen.span.line})" if seen.span else ""


def _columns(text: str, number: int, span: Span | None) -> tuple[int, int]:
    """The characters of line `number` to underline, as 0-based offsets.

    Of a span over several lines only the first is underlined.
    """
    if span is None or span.line != number:
        return 0, 0
    start = min(span.column - 1, len(text))
    end = span.end_column - 1 if span.end_line == span.line else len(text)
    return start, max(min(end, len(text)), start + 1)


def _window(text: str, start: int, end: int, room: int) -> tuple[str, int, int]:
    """The part of a line around `start` that fits into `room` columns.

    Returns the text, the columns before the first caret, and the number of carets.
    """
    left, right = 0, len(text)
    if len(text) > room or width(visible(text)) > room:
        left = start - _fitting(text[max(start - room, 0) : start][::-1], room // 3)
        right = left + _fitting(text[left : left + room], room - 2)
    lead, tail = "…" if left else "", "…" if right < len(text) else ""
    before = width(lead + visible(text[left:start]))
    marked = width(visible(text[start : min(end, right)]))
    return lead + visible(text[left:right]) + tail, before, max(marked, 1) if end > start else 0


def _fitting(text: str, room: int) -> int:
    """How many characters of `text` fit into `room` columns."""
    used = 0
    for count, char in enumerate(text):
        used += width(visible(char))
        if used > room:
            return count
    return len(text)
