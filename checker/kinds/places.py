"""Where artifacts of a kind usually stand, and what a workspace says to find them there."""

from __future__ import annotations

from collections.abc import Mapping

USUAL: Mapping[str, str] = {
    "prd": "products/{product}/prd.md",
    "launch-plan": "products/{product}/launch.yaml",
    "risk-register": "products/{product}/risks.yaml",
    "roadmap": "products/{product}/roadmap.yaml",
    "okr": "okrs/*.yaml",
    "gate-record": "products/{product}/gates/*.yaml",
}
"""Where the kinds that the shipped packs speak of are put when nobody has put them anywhere yet."""


def entry(kind: str) -> str:
    """The line of `subjects` that finds a kind: where it usually stands, or else in a folder of its own."""
    files = USUAL.get(kind, f"{kind}/*.yaml")
    product = ", product: path.product" if "{product}" in files else ""
    return f'- {{ kind: {kind}, files: "{files}"{product} }}'
