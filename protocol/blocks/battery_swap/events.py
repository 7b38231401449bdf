"""What we hold true of a swap."""

import msgspec

from protocol.blocks.battery_swap.messages import Battery, SwapStep
from protocol.domain.identifiers import TokenRef


class BatterySwapReported(msgspec.Struct, frozen=True):
    """Batteries went in or out, or were not taken in time."""

    step: SwapStep
    request_id: int
    token: TokenRef
    batteries: tuple[Battery, ...]
