"""Workspaces at random: things, the stages they are in, rules about them, and gates that bind these."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.judging import KIND, configuration, policy, rule

STAGES = ("build", "alpha", "beta", "ga")
LIFECYCLE = {"lifecycle": "short", "title": "Short", "stages": [{"id": id, "title": id} for id in STAGES]}
ASSERTIONS = (
    "subject.tier <= params.limit",
    "filled(subject.owner)",
    "subject.owner != ''",
    "size(subject.steps) > 0 && subject.steps.all(s, filled(s.owner) && s.minutes < 60)",
    "within_last(subject.launch_on, params.days)",
    "subject.any.size() < 3",
    "subject.any.all(k, v, v != 'TBD')",
    "lookup('thing', 'a').tier >= subject.tier",
    "related('thing').all(t, t.tier < 4)",
    "product.name == 'Shop'",
    "semver(subject.version) >= semver('1.2')",
)

texts = st.sampled_from(("", "Ada Example", "TBD", "n/a", "Ben Sample"))
steps = st.lists(
    st.fixed_dictionaries({}, optional={"id": texts, "owner": texts, "minutes": st.integers(0, 99)}),
    max_size=3,
)
things = st.fixed_dictionaries(
    {},
    optional={
        "tier": st.one_of(st.integers(0, 5), st.just("high")),
        "owner": texts,
        "stage": st.sampled_from((*STAGES, "elsewhere")),
        "product": st.sampled_from(("shop", "nobody")),
        "launch_on": st.sampled_from(("2026-05-20", "2026-07-01", "2025-01-01", "soon")),
        "version": st.sampled_from(("1.2.0", "1.10", "next")),
        "steps": steps,
        "any": st.dictionaries(st.sampled_from("abcd"), texts, max_size=4),
    },
)


@st.composite
def policies(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Two policies, as data."""
    chosen = draw(st.lists(st.sampled_from(ASSERTIONS), min_size=2, max_size=6))
    found = []
    for name, assertions in (("one", chosen[::2]), ("two", chosen[1::2])):
        rules = [
            rule(
                assertion, id=f"{name}.r{number}", message="{subject.tier} {subject.any}" if number else "no"
            )
            for number, assertion in enumerate(assertions)
        ]
        params = {"limit": {"default": 3, "min": 0, "max": 9}, "days": 30}
        found.append(json.loads(policy(*rules, policy=name, params=params)))
    return found


bindings = st.fixed_dictionaries(
    {
        "what": st.sampled_from(
            ({"pack": "policies"}, {"policy": "one"}, {"policy": "*"}, {"rule": "one.r0"}, {"rule": "*.r0"})
        ),
        "enforcement": st.sampled_from(("mandatory", "advisory")),
        "params": st.fixed_dictionaries({}, optional={"limit": st.integers(0, 9)}),
    }
).map(lambda drawn: {**drawn.pop("what"), **drawn})


@st.composite
def gates(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to three gates, as data."""
    found = []
    for id in draw(st.lists(st.sampled_from("xyz"), unique=True, max_size=3)):
        to = draw(st.sampled_from((None, *STAGES)))
        stages = {"lifecycle": "short", "to": to} if to else {}
        binds = draw(st.lists(bindings, min_size=1, max_size=3))
        found.append({"gate": id, "title": id, **stages, "binds": binds})
    return found


@st.composite
def workspaces(draw: st.DrawFn) -> dict[str, Any]:
    """The files of a workspace, as data by path."""
    files: dict[str, Any] = {
        "thing.schema.json": KIND,
        "short.lifecycle.yaml": LIFECYCLE,
        "products.yaml": [
            {
                "id": "shop",
                "name": draw(st.sampled_from(("Shop", "Store"))),
                "owners": ["Ada Example"],
                "stage": draw(st.sampled_from(STAGES)),
            }
        ],
    }
    for found in draw(policies()):
        files[f"policies/{found['policy']}.policy.yaml"] = found
    drawn = draw(gates())
    for found in drawn:
        files[f"{found['gate']}.gate.yaml"] = found
    for name in "abc":
        files[f"{name}.thing.yaml"] = {"id": name, **draw(things)}
    files["gonogo.yaml"] = json.loads(
        configuration(
            products="products.yaml", lifecycles="*.lifecycle.yaml", gates="*.gate.yaml" if drawn else None
        )
    )
    return files


def shuffled(data: Any, order: Callable[[list[Any]], Any]) -> Any:
    """The same data with the keys of every mapping in another order; `order` shuffles a list in place."""
    if isinstance(data, dict):
        items = list(data.items())
        order(items)
        return {key: shuffled(value, order) for key, value in items}
    return [shuffled(item, order) for item in data] if isinstance(data, list) else data
