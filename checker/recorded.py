"""A report that was written down, as `model.Report` again.

All that comes back is what `schemas/report-v1.schema.json` holds: excerpts and the digests of cut values are
not in it. Rendered as JSON once more, a report gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from checker.model import (
    Approval,
    ChangedFile,
    Comparison,
    ConditionState,
    DecisionState,
    Diagnostic,
    Edit,
    Evidence,
    Flip,
    Foreseen,
    Location,
    Origin,
    Outside,
    Reason,
    Report,
    Result,
    Review,
    RuleInfo,
    ScopeVerdict,
    Seen,
    SignOffState,
    Span,
    StageChange,
    SubjectRef,
    Waived,
    WaiverState,
)

Shape = Mapping[str, Any]
_T = TypeVar("_T")


def report(data: Shape) -> Report:
    """The report that `data` holds, which the schema found sound; what is null may be absent.

    Raises ValueError for a moment that the schema lets pass and Python cannot tell, such as a leap second.
    """
    review, comparison = data.get("review"), data.get("comparison")
    origin, outside = data.get("origin"), data.get("outside")
    return Report(
        tool_version=data["tool"]["version"],
        workspace=data["workspace"],
        as_of=datetime.fromisoformat(data["as_of"]),
        verdict=data["verdict"],
        results=_each(_result, data["results"]),
        rules=_each(_rule, data["rules"]),
        diagnostics=_each(_diagnostic, data["diagnostics"]),
        inputs=_each(_evidence, data["inputs"]),
        exit_code=data["exit_code"],
        next_step=data["next_step"],
        asked=tuple(data["asked"]),
        waivers=_each(_waiver, data["waivers"]),
        without_waivers=data.get("without_waivers"),
        overruled=data["overruled"],
        origin=Origin(**origin) if origin else None,
        review=_review(review) if review else None,
        comparison=_comparison(comparison) if comparison else None,
        neutral=data["neutral"],
        outside=Outside(**outside) if outside else None,
    )


def _each(make: Callable[[Any], _T], items: list[Any]) -> tuple[_T, ...]:
    return tuple(map(make, items))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _place(data: Shape | None) -> Location | None:
    return _location(data) if data else None


def _location(data: Shape) -> Location:
    span: list[Any] = [data.get(name) for name in Span._fields]
    return Location(data["path"], None if None in span else Span(*span))


def _evidence(data: Shape) -> Evidence:
    return Evidence(data["locator"], data["digest"], data["collector"], _moment(data.get("collected_at")))


def _diagnostic(data: Shape) -> Diagnostic:
    place = _place(data.get("location"))
    return Diagnostic(data["code"], data["message"], place, data["hint"], data["level"], age=data["age"])


def _result(data: Shape) -> Result:
    waived, edit = data.get("waived"), data.get("edit")
    return Result(
        rule=data["rule"],
        policy=data["policy"],
        subject=SubjectRef(**data["subject"]),
        outcome=data["outcome"],
        severity=data["severity"],
        enforcement=data["enforcement"],
        message=data["message"],
        location=_location(data["location"]),
        evidence=_each(_evidence, data["evidence"]),
        key=data["key"],
        fix=data["fix"],
        reasons=_each(_reason, data["reasons"]),
        waived=Waived(**waived) if waived else None,
        gate=data["gate"],
        markets=tuple(data["markets"]),
        owner=data["owner"],
        age=data["age"],
        anchor=_place(data.get("anchor")),
        edit=_edit(edit) if edit else None,
        altered=data["altered"],
    )


def _edit(data: Shape) -> Edit:
    return Edit(Span(*(data[name] for name in Span._fields)), data["text"], data["whole_line"])


def _reason(data: Shape) -> Reason:
    seen = tuple(Seen(it["expression"], it["value"], _place(it.get("location"))) for it in data["seen"])
    return Reason(data["text"], data["expression"], seen)


def _rule(data: Shape) -> RuleInfo:
    changed = {"controls": tuple(data["controls"]), "location": _place(data.get("location"))}
    return RuleInfo(**{**data, **changed})


def _waiver(data: Shape) -> WaiverState:
    changed = {"approval": _approval(data["approval"]), "location": _place(data.get("location"))}
    return WaiverState(**{**data, **changed})


def _approval(data: Shape) -> Approval:
    return Approval(**{**data, "at": _moment(data.get("at"))})


def _review(data: Shape) -> Review:
    changed = {
        "scopes": tuple(ScopeVerdict(**each) for each in data["scopes"]),
        "sign_offs": _each(_sign_off, data["sign_offs"]),
        "decisions": _each(_decision, data["decisions"]),
        "forecast_to": data.get("forecast_to") or "",
        "foreseen": tuple(Foreseen(**each) for each in data["foreseen"]),
    }
    return Review(**{**data, **changed})


def _sign_off(data: Shape) -> SignOffState:
    approval = data.get("approval")
    changed = {
        "approval": _approval(approval) if approval else None,
        "reasons": tuple(data["reasons"]),
        "expires": data.get("expires") or "",
        "location": _place(data.get("location")),
    }
    return SignOffState(**{**data, **changed})


def _decision(data: Shape) -> DecisionState:
    changed = {
        "approval": _approval(data["approval"]),
        "conditions": tuple(ConditionState(**each) for each in data["conditions"]),
    }
    return DecisionState(**{**data, **changed})


def _comparison(data: Shape) -> Comparison:
    return Comparison(
        base=data["base"],
        head=data["head"],
        judge=data["judge"],
        fail_on=data["fail_on"],
        fixed=_each(_result, data["fixed"]),
        stages=_each(_stage, data["stages"]),
        judging=tuple(data["judging"]),
        flips=tuple(Flip(each["blocks"], _result(each["result"])) for each in data["flips"]),
        files=_each(_file, data["files"]),
    )


def _stage(data: Shape) -> StageChange:
    changed = {"gates": tuple(data["gates"]), "location": _place(data.get("location"))}
    return StageChange(**{**data, **changed})


def _file(data: Shape) -> ChangedFile:
    return ChangedFile(data["path"], data["old_path"], tuple((first, last) for first, last in data["lines"]))
