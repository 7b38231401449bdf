"""What 2.1 stations hear of money: credit as a limit, a tariff of one's own, and receipts of what we settle."""

import json
from decimal import Decimal
from typing import Any

import pytest

from protocol.bus.commands import RegistryEntry
from protocol.domain.authorization import Authorization, AuthorizationBasis, AuthorizationStatus
from protocol.domain.identifiers import DriverId
from protocol.domain.tariff import Prices, Tariff, TariffPrice
from protocol.domain.transaction_limit import TransactionLimit, within_credit
from protocol.domain.version import OcppVersion
from tests.csms.harness import GatewayInMemory, call, station, station_key

T = "2026-03-01T12:34:56.789Z"
V21 = OcppVersion.V21
CARD = {"idToken": "04A2B3", "type": "ISO14443"}
PAID = {"idToken": "psp-1", "type": "DirectPayment"}
NEEDS = {"requestedEnergyTransfer": "AC_BPT", "v2xChargingParameters": {"maxDischargePower": 7_000.0}}


def event(kind: str, *, seq_no: int = 0, **fields: Any) -> dict[str, Any]:
    own = {
        "eventType": kind,
        "timestamp": T,
        "triggerReason": "Authorized",
        "seqNo": seq_no,
        "transactionInfo": {"transactionId": "tx"},
    }
    return own | fields


def published(csms: GatewayInMemory, suffix: str) -> list[Any]:
    found = [one.payload for one in csms.publisher.published if one.subject.endswith(suffix)]
    return [json.loads(payload)["data"] for payload in found]


class Judge:
    """One verdict for all."""

    def __init__(self, verdict: Authorization) -> None:
        self._verdict = verdict

    async def judge(self, _question: Any) -> Authorization:
        return self._verdict


def judged(monkeypatch: pytest.MonkeyPatch, csms: GatewayInMemory, **fields: Any) -> None:
    verdict = Authorization(AuthorizationStatus.ACCEPTED, AuthorizationBasis.IDENTITY, **fields)
    monkeypatch.setattr(csms.authority, "judge", Judge(verdict).judge)


@pytest.mark.parametrize(
    ("limit", "credit", "most"),
    [
        (None, "5", "5"),
        (TransactionLimit(max_cost=Decimal(3)), "5", "3"),
        (TransactionLimit(max_cost=Decimal(9)), "5", "5"),
    ],
)
def test_limit_is_within_the_credit(limit: TransactionLimit | None, credit: str, most: str) -> None:
    assert within_credit(limit, Decimal(credit)).max_cost == Decimal(most)


def test_credit_leaves_other_bounds_alone() -> None:
    limit = TransactionLimit(max_time_s=60)

    assert within_credit(limit, Decimal(5)) == TransactionLimit(max_cost=Decimal(5), max_time_s=60)


async def test_credit_of_a_prepaid_card_is_a_limit_and_a_part_of_the_fact(
    csms: GatewayInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(monkeypatch, csms, account="card-1", credit=Decimal("7.50"))
    async with await station(csms, version=V21) as socket:
        answered = await call(socket, "TransactionEvent", event("Started", idToken=CARD))

    [started] = published(csms, "transactions.started")
    assert answered[2]["transactionLimit"] == {"maxCost": 7.5}
    assert (started["authorization"]["account"], started["authorization"]["credit"]) == ("card-1", "7.50")


@pytest.mark.parametrize("version", [V21, OcppVersion.V201])
async def test_only_21_stations_hear_the_drivers_tariff(
    csms: GatewayInMemory, monkeypatch: pytest.MonkeyPatch, version: OcppVersion
) -> None:
    judged(monkeypatch, csms, driver_id=DriverId("d1"))
    csms.costs.tariffs["d1"] = Tariff("own", "EUR", energy=Prices((TariffPrice(Decimal("0.25")),)))
    async with await station(csms, version=version) as socket:
        answered = await call(socket, "Authorize", {"idToken": CARD})

    told = {"tariffId": "own", "currency": "EUR", "energy": {"prices": [{"priceKwh": 0.25}]}}
    assert answered[2].get("tariff") == (told if version is V21 else None)


async def test_who_may_not_charge_hears_no_tariff(csms: GatewayInMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = Authorization(AuthorizationStatus.BLOCKED, AuthorizationBasis.IDENTITY, driver_id=DriverId("d1"))
    monkeypatch.setattr(csms.authority, "judge", Judge(verdict).judge)
    csms.costs.tariffs["d1"] = Tariff("own", "EUR")
    async with await station(csms, version=V21) as socket:
        answered = await call(socket, "Authorize", {"idToken": CARD})

    assert answered[2] == {"idTokenInfo": {"status": "Blocked"}}


@pytest.mark.parametrize("is_ours", [True, False])
async def test_payment_that_we_settle_is_told_and_has_a_receipt(csms: GatewayInMemory, is_ours: bool) -> None:
    csms.registry.entries[station_key()] = RegistryEntry(settles_payments=is_ours)
    async with await station(csms, version=V21) as socket:
        await call(socket, "TransactionEvent", event("Started", idToken=PAID))
        ended = await call(socket, "TransactionEvent", event("Ended", seq_no=1), "2")

    told = [{"reference": "psp-1", "transaction_id": "tx"}] if is_ours else []
    assert published(csms, "payment.payment_authorised") == told
    assert ended[2].get("updatedPersonalMessage") == (
        {"format": "URI", "content": "https://receipts.example/tx"} if is_ours else None
    )


@pytest.mark.parametrize(
    ("allowed", "status"),
    [(None, "NoChargingProfile"), (("AC_BPT",), "NoChargingProfile"), (("DC",), "Rejected"), ((), "Rejected")],
)
async def test_needs_that_are_not_allowed_are_rejected(
    csms: GatewayInMemory, allowed: tuple[str, ...] | None, status: str
) -> None:
    csms.registry.entries[station_key()] = RegistryEntry(energy_transfer=allowed)
    async with await station(csms, version=V21) as socket:
        answered = await call(socket, "NotifyEVChargingNeeds", {"evseId": 1, "chargingNeeds": NEEDS})

    assert answered[2]["status"] == status
    assert [one["status"] for one in published(csms, "smart_charging.needs_notified")] == [status]
