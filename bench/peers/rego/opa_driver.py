"""The rules in Rego, evaluated by the Open Policy Agent (its Go library)."""

from __future__ import annotations

from pathlib import Path

from opa_bindings import OpaEngine
from records import records, say

engine = OpaEngine()
source = Path(__file__).with_name("rules.rego").read_text(encoding="utf-8")
engine.add_policy("rules.rego", source.replace("package proposal", "package proposal\n\nimport rego.v1", 1))
found = []
for path, data in records():
    found += [(path, rule) for rule in engine.eval_document("proposal.faults", data)]
say(found)
