"""What happens elsewhere and alarms are measured by, and the deletion of a driver, which the audit logs follow."""

from collections.abc import Mapping, Sequence

import msgspec

from backoffice.admin import repository
from backoffice.admin.models import QuarantinedMessage
from backoffice.contracts.billing import PaymentFailed
from backoffice.contracts.identity import DriverDeleted
from backoffice.contracts.stations import StationRemoved, StationStatusChanged
from backoffice.kit.consumer import Consumer, Delivery, Handler
from backoffice.kit.database import Unit
from protocol.bus.subjects import Kind
from protocol.domain.status import ConnectorStatus
from protocol.tolerance.events import MessageQuarantined

_STATION_ITSELF = 0
_REST_S = 0.5


def _watched(event: StationStatusChanged) -> tuple[str, int]:
    return event.station_id, _STATION_ITSELF if event.evse is None else event.evse


class AdminEvents:
    """The handlers."""

    def consumers(self) -> Sequence[Consumer]:
        """Of what other services say, and of what the gateway says."""
        happenings: Mapping[type[msgspec.Struct], Handler] = {
            StationRemoved: self.on_station_removed,
            PaymentFailed: self.on_payment_failed,
            DriverDeleted: self.on_driver_deleted,
        }
        return (
            Consumer(
                Kind.DOMAIN,
                happenings,
                runs={StationStatusChanged: self.on_station_status},
                rest_s=_REST_S,
                gives_way=True,
            ),
            Consumer(Kind.STATION, {MessageQuarantined: self.on_quarantined}),
        )

    async def on_station_status(self, deliveries: Sequence[Delivery], unit: Unit) -> None:
        """It is known since when stations are offline, and EVSEs faulted."""
        changes: list[tuple[Delivery, StationStatusChanged]] = [(each, each.event) for each in deliveries]
        rows = await repository.lock_watched(unit, {_watched(event) for _, event in changes})
        for delivery, event in changes:
            row, at = rows[_watched(event)], delivery.envelope.time
            is_faulted = event.status is ConnectorStatus.FAULTED
            # Since when it has been so, where it was before, stands.
            row.offline_since = None if event.is_online else row.offline_since or at
            row.faulted_since = (row.faulted_since or at) if is_faulted else None

    async def on_station_removed(self, event: StationRemoved, _: Delivery, unit: Unit) -> None:
        """Nobody waits for it."""
        await repository.forget_station(unit, event.station_id)

    async def on_payment_failed(self, _: PaymentFailed, delivery: Delivery, unit: Unit) -> None:
        """It counts."""
        await repository.note_failed_payment(unit, delivery.envelope.dedupe_key, at=delivery.envelope.time)

    async def on_driver_deleted(self, event: DriverDeleted, delivery: Delivery, unit: Unit) -> None:
        """Every service's audit log is to forget them."""
        await repository.ask_erasure(unit, event.driver_id, now=delivery.envelope.time)

    async def on_quarantined(self, event: MessageQuarantined, delivery: Delivery, unit: Unit) -> None:
        """The message can be looked at."""
        unit.session.add(
            QuarantinedMessage(
                tenant_id=unit.tenant,
                id=delivery.envelope.dedupe_key,
                station_id=delivery.envelope.subject,
                action=event.action,
                answer=event.answer,
                reason=event.reason,
                text=event.text,
                is_truncated=event.is_truncated,
                received_at=delivery.envelope.received_at,
            )
        )
