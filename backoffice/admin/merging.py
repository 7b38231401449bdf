"""Pages that every service has a part of, made one: the newest first, and nothing left out between two entries."""

from collections.abc import Sequence
from dataclasses import dataclass

from backoffice.kit.audit import AuditEntry, AuditPage


@dataclass(frozen=True, slots=True)
class MergedPage:
    """`has_more`: older entries are there, behind the last one."""

    entries: Sequence[AuditEntry]
    has_more: bool


def merge_pages(pages: Sequence[AuditPage], *, limit: int) -> MergedPage:
    """The newest entries of all.

    A service whose part ends early may have entries older than its last one: what others have behind that waits for the
    next page.
    """
    ends = [page.entries[-1].position for page in pages if page.has_more and page.entries]
    entries = sorted(
        (entry for page in pages for entry in page.entries if not ends or entry.position >= max(ends)),
        key=lambda entry: entry.position,
        reverse=True,
    )
    known = sum(len(page.entries) for page in pages)
    shown = entries[:limit]
    return MergedPage(shown, has_more=bool(ends) or len(shown) < known)
