"""Every case for a CSMS, by version and block."""

from collections.abc import Mapping

from protocol.domain.version import OcppVersion
from simulator.conformance.csms import (
    commands_16,
    control_201,
    core_16,
    display_201,
    energy_201,
    framing,
    places_201,
    profiles_16,
    provisioning_201,
    security_16,
    sessions_201,
    words_16,
    words_201,
)
from simulator.conformance.csms.bench import Boot
from simulator.conformance.csms.case import Block

CASES: Mapping[OcppVersion, tuple[Block, ...]] = {
    OcppVersion.V16: (
        ("OCPP-J and security", framing.ROWS_16),
        core_16.SESSIONS,
        core_16.REMOTE,
        commands_16.COMMANDS,
        profiles_16.TRIGGER,
        profiles_16.RESERVATION,
        profiles_16.SMART_CHARGING,
        profiles_16.LOCAL_LIST,
        profiles_16.FIRMWARE,
        security_16.SECURITY,
    ),
    OcppVersion.V201: (
        ("A security, OCPP-J", framing.ROWS_201),
        provisioning_201.PROVISIONING,
        sessions_201.AUTHORIZATION,
        sessions_201.TRANSACTIONS,
        sessions_201.METER_VALUES,
        control_201.LOCAL_LIST,
        control_201.REMOTE_CONTROL,
        places_201.AVAILABILITY,
        places_201.RESERVATION,
        control_201.DATA_TRANSFER,
        energy_201.SMART_CHARGING,
        energy_201.FIRMWARE,
        display_201.DISPLAY,
    ),
}
BOOTS: Mapping[OcppVersion, Boot] = {OcppVersion.V16: words_16.boot, OcppVersion.V201: words_201.boot}
"""How a station of each version begins."""
