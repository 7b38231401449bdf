"""A prepaid card's verdict is what is known of it and what is left on it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from backoffice.identity.domain import TokenRecord, judge_token
from protocol.domain.authorization import AuthorizationStatus
from protocol.domain.identifiers import DriverId

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def card(*, is_blocked: bool = False, expires_at: datetime | None = None) -> TokenRecord:
    return TokenRecord(DriverId("operator-1"), is_blocked, expires_at, prepaid_account="t1")


@pytest.mark.parametrize(
    ("token", "credit", "status"),
    [
        (card(), "0.01", AuthorizationStatus.ACCEPTED),
        (card(), "0", AuthorizationStatus.NO_CREDIT),
        (card(), None, AuthorizationStatus.NO_CREDIT),
        (card(is_blocked=True), "5", AuthorizationStatus.BLOCKED),
        (card(expires_at=NOW - timedelta(days=1)), "0", AuthorizationStatus.EXPIRED),
    ],
)
def test_verdict_on_a_prepaid_card(token: TokenRecord, credit: str | None, status: AuthorizationStatus) -> None:
    left = None if credit is None else Decimal(credit)

    verdict = judge_token(token, now=NOW, master_pass_group="M", credit=left)

    assert (verdict.status, verdict.driver_id, verdict.account, verdict.credit) == (status, None, "t1", left)


def test_credit_says_nothing_of_a_drivers_card() -> None:
    token = TokenRecord(DriverId("d1"), is_blocked=False, expires_at=None)

    verdict = judge_token(token, now=NOW, master_pass_group="M")

    assert (verdict.status, verdict.driver_id, verdict.account) == (AuthorizationStatus.ACCEPTED, "d1", None)
