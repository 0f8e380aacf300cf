"""What will be otherwise by a day, if nobody does anything."""

from __future__ import annotations

from collections.abc import Iterator

from checker.model import Foreseen, Report, Review


def foresee(now: Report, then: Report) -> Report:
    """The report of a review with what changes until another of the same files at a later moment."""
    if now.review is None or then.review is None:
        return now
    day = then.as_of.date().isoformat()
    found = sorted(
        {*_results(now, then, day), *_ends(now, day)}, key=lambda each: (each.on, each.what, each.message)
    )
    return now._replace(review=now.review._replace(forecast_to=day, foreseen=tuple(found)))


def _results(now: Report, then: Report, day: str) -> Iterator[Foreseen]:
    before = {result.check: result for result in now.results}
    for result in then.results:
        gate = now.review.gate if now.review else ""
        told = result.rule.startswith(
            (f"{gate}.decision.", f"{gate}.sign-off.")
        )  # by its own last day, below
        if told or not result.blocks:
            continue
        was = before.get(result.check)
        if was is not None and was.blocks:
            continue
        announced = was is not None and was.enforcement == "upcoming"
        yield Foreseen(
            day,
            "in-force" if announced else "fails",
            result.subject.id,
            f"{result.rule} counts by then: {result.message}"
            if announced
            else f"{result.rule}: {result.message}",
        )


def _ends(now: Report, day: str) -> Iterator[Foreseen]:
    """What has a last day of its own before `day`."""
    review: Review | None = now.review
    assert review is not None, "a forecast is part of a review"
    for waiver in now.waivers:
        if waiver.status == "active" and waiver.expires < day:
            message = f"the waiver {waiver.id} of {waiver.rule} ends; {waiver.owner} answers for it"
            yield Foreseen(waiver.expires, "waiver-expires", waiver.subject, message)
    for sign_off in review.sign_offs:
        if sign_off.status == "present" and sign_off.expires and sign_off.expires < day:
            who = sign_off.approval.person if sign_off.approval else "somebody"
            message = f"the sign-off by {who} as {sign_off.role} ends"
            yield Foreseen(sign_off.expires, "sign-off-expires", sign_off.launch, message)
    for decision in review.decisions:
        for condition in decision.conditions if decision.stands else ():
            if condition.status == "open" and condition.due_on < day:
                message = f"condition {condition.id} is due from {condition.owner}: {condition.condition}"
                yield Foreseen(condition.due_on, "condition-due", decision.launch, message)
