"""OCPP 2.1 battery swap: BatterySwap. The CSMS's RequestBatterySwap is raw."""

from protocol.blocks.battery_swap.messages import Battery, BatterySwap, SwapStep
from protocol.dialects.answers import heard_writer, read_heard
from protocol.dialects.v21 import write_id_token
from protocol.dialects.v201 import read_id_token
from protocol.dialects.words import (
    given,
    read_number,
    sent,
    spelled,
)
from protocol.domain.commands import Heard
from protocol.domain.routes import Direction, Route
from protocol.wire import v21


def decode_swap(request: v21.BatterySwapRequest) -> BatterySwap:
    """Source: OCPP 2.1 S01, S02."""
    return BatterySwap(
        step=SwapStep(request.event_type),
        request_id=request.request_id,
        id_token=read_id_token(request.id_token),
        batteries=tuple(
            Battery(
                evse=read_number(battery.evse_id, "$.batteryData.evseId", bits=32),
                serial_number=battery.serial_number,
                charge_percent=battery.so_c,
                health_percent=battery.so_h,
                produced_at=given(battery.production_date),
                vendor_info=given(battery.vendor_info),
            )
            for battery in request.battery_data
        ),
    )


def encode_swap(message: BatterySwap) -> v21.BatterySwapRequest:
    """Source: OCPP 2.1 S01, S02."""
    return v21.BatterySwapRequest(
        event_type=spelled(message.step),
        request_id=message.request_id,
        id_token=write_id_token(message.id_token),
        battery_data=tuple(
            v21.BatteryData(
                evse_id=battery.evse,
                serial_number=battery.serial_number,
                so_c=battery.charge_percent,
                so_h=battery.health_percent,
                production_date=sent(battery.produced_at),
                vendor_info=sent(battery.vendor_info),
            )
            for battery in message.batteries
        ),
    )


ROUTES = (
    Route(
        action="BatterySwap",
        direction=Direction.FROM_STATION,
        messages=(BatterySwap,),
        reply=Heard,
        request=v21.BatterySwapRequest,
        response=v21.BatterySwapResponse,
        decode_request=decode_swap,
        encode_request=encode_swap,
        decode_response=read_heard,
        encode_response=heard_writer(v21.BatterySwapResponse),
    ),
)
