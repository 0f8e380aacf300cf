"""What a report holds as sections of Markdown, each with its table, the most pressing first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from checker.model import Comparison, Diagnostic, Location, Report, Result, Review
from checker.render import Options, change, grounds, review, tally
from checker.render.gfm import Markup, cell, code, link, prose
from checker.render.pages import Section
from checker.render.placing import from_root

_REASONS = 3
_SENTENCE = 1_000
"""Characters of a sentence that names files."""
_HEADER = ("Rule", "Where", "What was found")
_BRIEF = ("Rule", "What was found")


def head(report: Report) -> dict[str, Any]:
    """What stands above the sections, for a template: sentences that are escaped there, and the verdict."""
    reviewed, compared = report.review, report.comparison
    return {
        "title": review.title(reviewed) if reviewed else "",
        "verdict": tally.verdict(report),
        "workspace": report.workspace,
        "alarm": grounds.alarm(report.origin, report.as_of),
        "introduction": list(review.introduction(report, reviewed)) if reviewed else [],
        "summary": tally.summary(report),
        "footing": list(grounds.footing(report)),
        "extent": "" if tally.is_neutral(report) else tally.extent(report),
        "as_of": str(report.as_of.date()),
        "provenance": change.compared(compared) if compared else grounds.provenance(report.origin),
        "judging": [prose(each, _SENTENCE) for each in change.judging(report)],
        "next_step": report.next_step,
        "command": tally.command(report),
    }


class Sections:
    """The sections of one report."""

    def __init__(self, report: Report, options: Options) -> None:
        """Of the options, the address of the files counts."""
        self._report = report
        self._address = options.address

    def all(self) -> list[Section]:
        """Everything that did not pass, and what a review or a change adds."""
        report = self._report
        found = self._review(report, report.review) if report.review else self._check(report)
        return _filled(found)

    def short(self) -> list[Section]:
        """What blocks one by one; what was there before a change is counted."""
        report = self._report
        if report.review:
            return self.all()
        found = change.brought(report)
        only_new = report.comparison is not None and report.comparison.fail_on == "new"
        title = "New, blocking" if only_new else "Blocking"
        # What stands under a change of stage already is not said again.
        listed = {id(each) for passage in change.passages(report)[: change.SHOWN] for each in passage.lacks}
        title += " elsewhere" if listed else ""
        blocking = [
            each for each in found if tally.blocks(each, report.comparison) and id(each) not in listed
        ]
        others = [each for each in found if not tally.blocks(each, report.comparison)]
        return _filled(
            (
                self._defects(),
                *self._passages(_HEADER, lambda each: self._finding((each,))),
                self._listed(title, blocking, open=True),
                *self._flips(report.comparison),
                self._listed("Not blocking", others),
                *self._fixed(report.comparison),
                self._listed("There before, and altered by this change", change.altered(report), open=True),
                _counted(each for each in change.before(report) if not each.altered),
                self._warnings(),
                self._old_warnings(),
            )
        )

    def _check(self, report: Report) -> Iterator[Section]:
        brought = change.brought(report)

        def of(title: str, *standings: str, blocking: bool = False) -> Section:
            found = [
                each
                for each in brought
                if tally.standing(each) in standings and tally.blocks(each, report.comparison) == blocking
            ]
            return self._listed(title, found, open=blocking)

        yield self._defects()
        yield from self._passages(_BRIEF, self._brief)
        yield of("Blocking", "fail", blocking=True)
        yield of("Undecided", "error", blocking=True)
        yield from self._flips(report.comparison)
        yield of("Advisory", "advisory")
        yield of("Undecided, not blocking", "error")
        yield of("Upcoming", "upcoming")
        yield of("Waived", "waived")
        yield from self._fixed(report.comparison)
        yield self._listed("There before this change", change.before(report))
        yield self._warnings()
        yield self._old_warnings()

    def _review(self, report: Report, reviewed: Review) -> Iterator[Section]:
        yield self._defects()
        yield Section("Verdicts", ("Launch", "Market", "Verdict"), review.scopes(reviewed), open=True)
        yield from self._groups(review.blocking(report))
        for table in review.tables(report, reviewed):
            rows = [[row.label, *(cell(*lines) for lines in row.cells)] for row in table.rows]
            yield Section(table.title, table.header, rows, open=True, note=table.summary)
        yield from self._groups(review.others(report, reviewed))
        yield self._warnings()

    def _groups(self, groups: Iterable[review.Group]) -> Iterator[Section]:
        """A table for all groups of a title, with a column for what tells them apart: each takes room."""
        for title, own in groupby(groups, key=lambda group: group.title):
            together = list(own)
            column = together[0].column
            rows = [
                [*([group.about] if column else []), *self._finding(found)]
                for group in together
                for found in group.findings
            ]
            header = (column, *_HEADER) if column else _HEADER
            yield Section(title, header, rows, together[0].open)

    def _passages(self, header: tuple[str, ...], row: Callable[[Result], list[str]]) -> Iterator[Section]:
        """A section for each change of stage, and what its gates still lack, a row each."""
        passages = change.passages(self._report)
        for each in passages[: change.SHOWN]:
            moved = each.change
            title = f"{moved.product}: {moved.old_stage or 'no stage'} to {moved.stage or 'no stage'}"
            note = f"{each.sentence} {each.remark}".rstrip()
            yield Section(title, header, list(map(row, each.lacks)), open=True, note=note)
        if hidden := passages[change.SHOWN :]:
            others = [[each.sentence] for each in hidden]
            yield Section("Other changes of stage", ("What changes",), others, open=True)

    def _flips(self, compared: Comparison | None) -> Iterator[Section]:
        if compared:
            rows = [[change.flip(each), *self._brief(each.result)] for each in compared.flips]
            yield Section("What flips once this is merged", ("Then", *_BRIEF), rows, open=True)

    def _fixed(self, compared: Comparison | None) -> Iterator[Section]:
        if compared:
            rows = [self._brief(each, linked=False) for each in compared.fixed]  # lines of the base
            yield Section("Fixed by this change", _BRIEF, rows)

    def _listed(self, title: str, found: Iterable[Result], *, open: bool = False) -> Section:
        return Section(title, _HEADER, list(map(self._finding, tally.folded(found))), open)

    def _brief(self, result: Result, *, linked: bool = True) -> list[str]:
        element = f"element {result.key}" if result.key else ""
        where = self._where(result.location, self._address if linked else "")
        return [cell(code(result.rule), tally.old_age(result)), cell(result.message, where, element)]

    def _finding(self, group: tuple[Result, ...]) -> list[str]:
        result = group[0]
        reasons = tally.reasons(result)
        lines = reasons[:_REASONS]
        if hidden := len(reasons[_REASONS:]):
            lines.append(tally.counted(hidden, "more reason"))
        if waived := result.waived:
            lines.append(tally.acceptance(waived))
        if limits := review.markets(result):
            lines.append(f"Counts {limits}.")
        name = result.rule if len(group) == 1 else f"{len(group)} rules"
        about = ", ".join(filter(None, (result.severity, tally.age(result))))
        found = (result.message, *lines)
        return self._row((name, about), (result.location, tally.subject(result)), found, result.fix)

    def _defects(self) -> Section:
        rows = self._faults("error", tally.faults(self._report))
        return Section("Defects in policies and configuration", _HEADER, rows, open=True)

    def _warnings(self) -> Section:
        new = (each for each in tally.faults(self._report) if not each.is_old)
        rows = self._faults("warning", [*new, *grounds.lapsed(self._report)])
        return Section("Warnings about policies and configuration", _HEADER, rows)

    def _old_warnings(self) -> Section:
        old = (each for each in tally.faults(self._report) if each.is_old)
        return Section("Warnings that were there before this change", _HEADER, self._faults("warning", old))

    def _faults(self, level: str, faults: Iterable[Diagnostic]) -> list[list[str]]:
        return [
            self._row((each.code, each.level), (each.location, ""), (each.message,), each.hint)
            for each in faults
            if each.level == level
        ]

    def _row(
        self, name: tuple[str, str], where: tuple[Location | None, str], found: Iterable[str], fix: str
    ) -> list[str]:
        location, subject = where
        fixing = Markup(f"**Fix:** {prose(fix)}") if fix else ""
        return [
            cell(code(name[0]), name[1]),
            cell(self._where(location, self._address), subject),
            cell(*found, fixing),
        ]

    def _where(self, location: Location | None, address: str) -> Markup:
        """File and line, from the root of the repository, where a host looks for them."""
        if location is None or not location.path:
            return Markup("")
        found = from_root(self._report, location)
        return link(change.place(found), address, found.path, found.span.line if found.span else None)


def _filled(found: Iterable[Section]) -> list[Section]:
    return [section for section in found if section.rows or section.note]


def _counted(found: Iterable[Result]) -> Section:
    """How many failures of each rule there are, in the order of the findings."""
    numbers = Counter((tally.standing(each), each.rule) for each in found)
    rows = [[code(rule), standing, f"{number:,}"] for (standing, rule), number in numbers.items()]
    note = f"{tally.counted(numbers.total(), 'failure was', 'failures were')} there before this change."
    header = ("Rule", "How it stands", "Failures")
    return Section("There before this change, by rule", header, rows, note=note if rows else "")
