"""Bitbucket: a Code Insights report with its annotations."""

from __future__ import annotations

import json
from collections.abc import Iterator

from checker.publishing import Access, Job, Part, Variables, bearer
from checker.publishing.client import Client, RejectedError
from checker.render import RENDERERS, identity, tally

ACCESS = Access(
    "https://api.bitbucket.org/2.0",
    "https://bitbucket.org",
    "src",
    bearer,
    Variables(
        token="BITBUCKET_TOKEN",
        api="",
        site="",
        repository="BITBUCKET_REPO_FULL_NAME",
        pull_request="BITBUCKET_PR_ID",
        commit="BITBUCKET_COMMIT",
        merge="",
    ),
)
_A_REQUEST = 100
"""Annotations; Bitbucket refuses more."""


def parts(client: Client, job: Job) -> Iterator[Part]:
    """The report."""
    destination = job.destination
    name = "-".join(filter(None, ("gonogo", identity.folder_key(job.report))))
    path = f"/repositories/{destination.repository}/commit/{destination.commit}/reports/{name}"

    def report() -> str:
        """Put in place of that of an earlier run, whose annotations would stay otherwise.

        An annotation is known by its id, so that all of it may be asked for twice.
        """
        payload = json.loads(RENDERERS["bitbucket"](job.report, job.options))
        annotations = payload["annotations"]
        try:
            client.ask("DELETE", path)
        except RejectedError as error:
            if error.status != 404:
                raise
        client.ask("PUT", path, payload["report"])
        for first in range(0, len(annotations), _A_REQUEST):
            client.ask("POST", f"{path}/annotations", annotations[first : first + _A_REQUEST])
        return f"made, with {tally.counted(len(annotations), 'annotation')}"

    if job.check is not False:
        yield "report", report
