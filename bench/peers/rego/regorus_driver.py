"""The rules in Rego, evaluated by regorus (Rust)."""

from __future__ import annotations

import json
from pathlib import Path

import regorus
from records import records, say

engine = regorus.Engine()
engine.add_policy_from_file(str(Path(__file__).with_name("rules.rego")))
found = []
for path, data in records():
    engine.set_input_json(json.dumps(data))
    found += [(path, rule) for rule in json.loads(engine.eval_rule_as_json("data.proposal.faults"))]
say(found)
