"""What a gate review is about: a product, its launches, and the names that mean it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from checker import run
from checker.kinds import shipped_kind
from checker.model import SubjectRef
from checker.review import assembly
from checker.run import reviewing
from checker.snapshot import Snapshot, Subject
from tests.judging import configuration, policy, rule, write


def product(id: str, data: Mapping[str, Any] | None = None) -> Subject:
    kind = shipped_kind("product")
    return Subject(SubjectRef("product", id, "products.yaml", id), kind, dict(data or {}), {}, (), None, None)


def test_a_former_name_means_its_product() -> None:
    snapshot = Snapshot((product("find", {"formerly": ["seek"]}), product("search")))
    assert assembly.find(snapshot, "seek") == ("find", None)


def test_a_name_that_is_in_use_means_who_bears_it() -> None:
    """So what was decided about one product opens no gate for another that claims its name."""
    snapshot = Snapshot((product("evil", {"formerly": ["checkout", "bad"]}), product("checkout")))
    assert snapshot.former(snapshot.subjects[0]) == ("bad",)
    assert assembly.find(snapshot, "checkout") == ("checkout", None)


@pytest.mark.parametrize("value", ["5", "{ a: 1 }", "[ 5, [ x ] ]", "[ [ basket ] ]"])
@pytest.mark.parametrize("field", ["formerly", "markets", "repositories", "stage", "lifecycle", "owners"])
@pytest.mark.parametrize("subject", ["checkout", "basket"])
def test_a_record_in_another_shape_is_a_failure_of_the_record(
    tmp_path: Path, field: str, value: str, subject: str
) -> None:
    stated = {"name": "Checkout", "owners": "[ Ada Example ]", "stage": "beta", field: value}
    text = "".join(f", {name}: {value}" for name, value in stated.items())
    gate = "{ gate: ga, title: May it go?, binds: [ { policy: test, enforcement: mandatory } ] }"
    files = {
        "gonogo.yaml": configuration(products="products.yaml", gates="*.gate.yaml"),
        "policies/p.policy.yaml": policy(rule("filled(subject.product)")),
        "a.thing.yaml": "product: checkout\n",
        "products.yaml": f"- {{ id: checkout{text} }}\n",
        "ga.gate.yaml": gate,
    }
    request = run.Request(str(write(tmp_path, files)), lambda zone: datetime(2026, 6, 1, tzinfo=zone))
    report = reviewing.review(request, reviewing.Asked("ga", subject))
    if subject == "checkout":
        assert "product.schema" in {result.rule for result in report.results if result.blocks}
    else:
        assert [each.code for each in report.diagnostics] == ["unknown-subject"]
    assert len(reviewing.portfolio(request).standings) == 1
