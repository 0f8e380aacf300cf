package proposal

# What must hold stands in rules without arguments: a negated call with an absent argument is undefined.

required := ["title", "kep-number", "authors", "owning-sig", "status", "creation-date", "reviewers", "approvers"]

faults contains "required" if {
	some field in required
	absent(field)
}

absent(field) if not input[field]

absent(field) if is_null(input[field])

faults contains "status" if not known_status

known_status if input.status in {
	"provisional", "implementable", "implemented", "deferred", "rejected", "withdrawn", "replaced",
}

faults contains "stage" if not known_stage

known_stage if input.stage in {"alpha", "beta", "stable"}

faults contains "owning-sig" if input["owning-sig"] == ""

faults contains "approvers" if count(input.approvers) == 0

faults contains "latest-milestone" if not release

release if {
	is_string(input["latest-milestone"])
	regex.match(`^v\d+\.\d+$`, input["latest-milestone"])
}

faults contains "milestone" if {
	input.stage == "beta"
	not beta_milestone
}

beta_milestone if {
	not is_null(input.milestone.beta)
	input.milestone.beta != ""
}

# Both engines end with an error on a text that time.parse_rfc3339_ns cannot read, so it cannot be the judge.
faults contains "creation-date" if {
	is_string(input["creation-date"])
	not regex.match(`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`, input["creation-date"])
}
