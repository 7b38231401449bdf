"""How soon there are receipts, in numbers for Prometheus.

Two of them, for a receipt that never comes would be missing in the times alone: what is due, and how long it took. Of
what waits for a month's statement there is none.
"""

from datetime import datetime

from prometheus_client import Counter, Histogram

DUE = Counter("business_receipts_due", "Charges, stays and reservations whose receipt is due")
SECONDS = Histogram(
    "business_receipt_seconds",
    "Time from when something was over and priced until it was paid, or could not be",
    buckets=(1, 2, 5, 10, 30, 60, 120, 300, 900, 3600),
)


def count_due() -> None:
    """Another receipt is due."""
    DUE.inc()


def observe(charged_at: datetime | None, *, now: datetime) -> None:
    """Its first attempt to be paid is through, whatever came of it. Of an invoice of old nobody knows since when."""
    if charged_at is not None:
        SECONDS.observe((now - charged_at).total_seconds())
