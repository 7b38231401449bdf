"""What a station told of the reservations that it held."""

import msgspec

from protocol.blocks.reservation.messages import ReservationEnd


class ReservationStatusReported(msgspec.Struct, frozen=True):
    """The station holds the reservation no longer: nobody came in time, or it could not keep its word."""

    reservation_id: int
    status: ReservationEnd
