"""How reservations ended (OCPP 2.0.1 H04, H01.FR.22)."""

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.reservation.events import ReservationStatusReported
from protocol.blocks.reservation.messages import ReservationStatusUpdate
from protocol.domain.commands import Heard


async def on_reservation_status(message: ReservationStatusUpdate, call: ReceivedCall, ports: Ports) -> Heard:
    """That the station holds the reservation no longer is in its stream."""
    reported = ReservationStatusReported(message.reservation_id, message.status)
    await ports.publisher.publish(call.state(reported))
    return Heard()
