"""Every case for a CSMS, by version and block."""

from collections.abc import Mapping

from protocol.domain.version import OcppVersion
from simulator.conformance.csms import (
    bidirectional_21,
    certificates_201,
    commands_16,
    contracts_201,
    control_201,
    core_16,
    diagnostics_201,
    display_201,
    energy_21,
    energy_201,
    firmware_201,
    framing,
    grid_21,
    limits_21,
    monitoring_201,
    needs_201,
    payment_21,
    places_201,
    profiles_16,
    provisioning_21,
    provisioning_201,
    security_16,
    security_201,
    sessions_201,
    tariffs_21,
    web_payment_21,
    words_16,
    words_201,
)
from simulator.conformance.csms.bench import Boot
from simulator.conformance.csms.case import Block

_BLOCKS_201: tuple[Block, ...] = (
    security_201.SECURITY,
    provisioning_201.PROVISIONING,
    sessions_201.AUTHORIZATION,
    contracts_201.CONTRACTS,
    sessions_201.TRANSACTIONS,
    contracts_201.COSTS,
    sessions_201.METER_VALUES,
    control_201.LOCAL_LIST,
    control_201.REMOTE_CONTROL,
    places_201.AVAILABILITY,
    places_201.RESERVATION,
    control_201.DATA_TRANSFER,
    energy_201.SMART_CHARGING,
    needs_201.VEHICLE_NEEDS,
    firmware_201.FIRMWARE,
    certificates_201.CERTIFICATES,
    diagnostics_201.DIAGNOSTICS,
    monitoring_201.MONITORING,
    display_201.DISPLAY,
)
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
    OcppVersion.V201: _BLOCKS_201,
    OcppVersion.V21: (
        *_BLOCKS_201,
        provisioning_21.PROVISIONING,
        payment_21.PAYMENT,
        web_payment_21.WEB_PAYMENT,
        limits_21.LIMITS,
        tariffs_21.TARIFFS,
        energy_21.ENERGY,
        grid_21.DIAGNOSTICS,
        bidirectional_21.BIDIRECTIONAL,
        grid_21.GRID,
    ),
}
BOOTS: Mapping[OcppVersion, Boot] = {
    OcppVersion.V16: words_16.boot,
    OcppVersion.V201: words_201.boot,
    OcppVersion.V21: words_201.boot,
}
"""How a station of each version begins."""
