"""Where stations of the versions behave differently; the wording of messages is the translators' business.

Stations of 2.x do as the table says; those of 2.1 also ask whether their chain for vehicles is revoked, and know how
far a transaction may go (E16).

| Trait | 1.6 | 2.x |
|---|---|---|
| who names a transaction | the CSMS, in its answer to the start (§4.8) | the station (E01) |
| what tells that charging goes on | StatusNotification and MeterValues (§4.9, §4.7) | TransactionEvent Updated (E02) |
| connector 0 has a status | yes (§3.8) | no (G01) |
| a reset on idle | ends the transactions (§5.14 Soft) | waits for their end (B12) |
| a boot triggered when accepted | is sent (§5.17) | is refused (F06.FR.17) |
| an unlock while a transaction runs | stops it (§5.18) | is refused (F05.FR.02) |
| a reservation that nobody used | ends in silence (§3.12) | is told (H04) |
| a log report that is triggered | is of diagnostics (§5.17) | is of the log (N01) |
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from protocol.domain.version import OcppVersion


@dataclass(frozen=True, slots=True)
class Traits:
    """One column of the table above."""

    names_transactions: bool
    sends_updates: bool
    has_station_status: bool
    waits_for_idle: bool
    boots_again_on_trigger: bool
    stops_on_unlock: bool
    has_diagnostics_status: bool
    reports_reservations: bool
    asks_chain_status: bool = False
    knows_limits: bool = False


_OCPP_16 = Traits(
    names_transactions=False,
    sends_updates=False,
    has_station_status=True,
    waits_for_idle=False,
    boots_again_on_trigger=True,
    stops_on_unlock=True,
    has_diagnostics_status=True,
    reports_reservations=False,
)
_OCPP_2 = Traits(
    names_transactions=True,
    sends_updates=True,
    has_station_status=False,
    waits_for_idle=True,
    boots_again_on_trigger=False,
    stops_on_unlock=False,
    has_diagnostics_status=False,
    reports_reservations=True,
)

TRAITS: Mapping[OcppVersion, Traits] = {
    OcppVersion.V16: _OCPP_16,
    OcppVersion.V201: _OCPP_2,
    OcppVersion.V21: replace(_OCPP_2, asks_chain_status=True, knows_limits=True),
}
