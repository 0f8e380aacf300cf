"""Which products a repository holds, as the register says, and whether anything has to be judged there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from checker.model import FLOOR, Diagnostic
from checker.policy.workspace import Workspace
from checker.snapshot import Snapshot, Subject


class Listing(NamedTuple):
    """What the register of products says of a repository."""

    neutral: str = ""
    """Why nothing has to be judged, one sentence; empty: something has."""
    is_empty: bool = False
    """The register says that products are here, and nothing here is about any of them."""
    apart: frozenset[str] = frozenset()
    """Ids of products of the floor's register that other repositories hold: looked up, not judged here."""
    doubted: frozenset[str] = frozenset()
    """What here is about a product that the register has elsewhere: each by its kind, id and bytes."""
    diagnostics: tuple[Diagnostic, ...] = ()


def listing(workspace: Workspace, snapshot: Snapshot, repository: str) -> Listing:
    """What concerns a repository; `repository`: its `owner/name` or address, empty where nobody says it.

    A product that says nothing of repositories is here where anything is about it. Where a record cannot be
    read, or none names any repository, everything is judged as if nobody had said which repository it is.
    """
    products = snapshot.by_kind.get("product", ())
    central = frozenset(product.ref.id for product in products if product.ref.path.startswith(FLOOR))
    about = {subject.ref.product for subject in snapshot.subjects if subject.ref.kind != "product"}
    if not repository:
        return Listing(apart=central - about)
    doubt = _unsaid(products, repository)
    if doubt:
        return Listing(apart=central - about, diagnostics=(doubt,))
    listed = {each.ref.id for each in products if _name(repository) in _repositories(each)}
    here = listed | {each.ref.id for each in products if each.ref.id in about and not _repositories(each)}
    if not here:
        return Listing(f"No product of the register is in {repository}, so nothing has to be judged.")
    apart = central - here
    if not about & {*here, ""}:
        message = f"the register says that {repository} holds {_listed(here)}, and nothing here is about that"
        hint = "Add what it owes and an entry to `subjects`, or mend `repositories` in the register."
        told = Diagnostic("no-subjects", message, hint=hint, level="warning")
        return Listing("", True, apart, diagnostics=(told,))
    elsewhere = {each.ref.id for each in products} - here
    strangers = about & elsewhere
    doubted = frozenset(
        f"{each.ref.kind} {each.ref.id} {' '.join(evidence.digest for evidence in each.evidence)}"
        for id in strangers
        for each in snapshot.of_product(id)
        if each.ref.kind != "product"
    )
    return Listing("", False, apart, doubted, tuple(_strangers(snapshot, strangers, repository)))


def both(base: Listing, head: Listing) -> Listing:
    """What concerns a change: nothing has to be judged only where that is so before and after it."""
    return head._replace(
        neutral=head.neutral if base.neutral else "", is_empty=base.is_empty and head.is_empty
    )


def dropped(base: Listing, head: Listing, workspace: Workspace, repository: str) -> Iterator[Diagnostic]:
    """Say that a change takes a repository out of the register that lies in it; no floor lets it."""
    if head.neutral and not base.neutral:
        why = "no product is in it any more"
        message = f"once this change is merged nothing in {repository} is judged: {why}"
        hint = "Let the floor's register say so."
        level: Literal["error", "warning"] = "error" if workspace.floor else "warning"
        yield Diagnostic("repository-dropped", message, hint=hint, level=level)


def _unsaid(products: Sequence[Subject], repository: str) -> Diagnostic | None:
    """Why the register does not tell what a repository holds; None where it does."""
    if not products:
        why = "there is no register of products"
    elif not any(map(_repositories, products)):
        why = "no product of the register names its repositories"
    elif not all(product.sound for product in products):
        why = "the register of products is at fault"
    else:
        return None
    message = f"{why}, so it does not tell what {repository} holds: everything here is judged"
    return Diagnostic("repository-unknown", message, hint="See `repositories` of products.", level="warning")


def _strangers(snapshot: Snapshot, ids: set[str], repository: str) -> Iterator[Diagnostic]:
    for id in sorted(ids):
        own = next(each for each in snapshot.of_product(id) if each.ref.kind != "product")
        message = f"the register does not say that {repository} holds {id}, which this is about"
        hint = "Mend the product here, or `repositories` in the register."
        yield Diagnostic("unlisted-product", message, own.location(("product",)), hint, "warning")


def _listed(ids: set[str]) -> str:
    first, *others = sorted(ids)
    return f"{first} and {len(others)} more" if others else first


def _repositories(product: Subject) -> set[str]:
    return set(map(_name, product.texts("repositories")))


def _name(text: str) -> str:
    """The `owner/name` of a repository, as code hosts compare it: without host, `.git` and case."""
    text = text.strip()
    scheme, separator, rest = text.partition("://")
    if separator:
        text = rest.partition("/")[2]
    elif "@" in text.partition(":")[0]:  # git@host:owner/name
        text = text.partition(":")[2]
    else:
        text = scheme
    return text.strip("/").removesuffix(".git").casefold()
