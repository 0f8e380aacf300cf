"""What the pipeline says of a collection as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging import REGISTER, check, configuration, policy, rule, shown, write

POLICY = {"policies/p.policy.yaml": policy(rule("filled(subject.id)"))}
REGISTERED = configuration(products="products.yaml")


def test_a_product_that_the_register_does_not_have_is_said_once(tmp_path: Path) -> None:
    things = {f"{id}.thing.yaml": f"id: {id}\nproduct: chekcout\n" for id in ("a", "b")}
    files = {**POLICY, **things, "gonogo.yaml": REGISTERED, "products.yaml": REGISTER}
    report = check(write(tmp_path, files))
    assert (report.verdict, shown(report.diagnostics)) == (
        "go",
        """\
warning[unknown-product]: the register has no product `chekcout`, so what names it is judged by every gate
  --> a.thing.yaml:2:10
   |
 1 | id: a
 2 | product: chekcout
   |          ^^^^^^^^
   = fix: Add the product to the register, or mend its id here.
""",
    )


@pytest.mark.parametrize(
    ("files", "product"),
    [
        ({"gonogo.yaml": REGISTERED, "products.yaml": REGISTER}, "checkout"),
        ({"gonogo.yaml": REGISTERED, "products.yaml": "- ["}, "checkout"),  # which has a result of its own
        ({}, "checkout"),  # without a register any name will do
    ],
)
def test_nothing_is_said_of_a_product_that_may_be_known(
    tmp_path: Path, files: dict[str, str], product: str
) -> None:
    thing = {"a.thing.yaml": f"id: a\nproduct: {product}\n"}
    assert check(write(tmp_path, {**POLICY, **thing, **files})).diagnostics == ()
