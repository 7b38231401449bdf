"""The quirks by name, each with what it does, in which versions, and which rule of ours forgives it.

A rule that works only where it is pinned to a station is marked so: without the pin such a station's words are taken
for what they say. A quirk without a rule is within what the standard allows, or is borne without a word.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from protocol.domain.version import OcppVersion
from simulator.errors import InvalidPlan
from simulator.handshake import Handshake
from simulator.quirks import frames, handshakes, hanging_up, payloads, sequences
from simulator.quirks.memory import Memory

ANY: frozenset[OcppVersion] = frozenset(OcppVersion)
ONLY_16 = frozenset((OcppVersion.V16,))
ONLY_2 = ANY - ONLY_16


@dataclass(frozen=True, slots=True)
class Quirk:
    """One deviation, by the one function that makes it.

    `handshake` changes the upgrade request and the socket, `payload` a CALL's payload, `frame` a CALL and `answer` the
    answer to the CSMS's CALL, each into any number of frames, and `text` what is written. `hangs_up` says at which
    CALLs of the CSMS the station leaves, by action and the station's time in seconds. `is_kept` where the CSMS can
    still understand just what a station by the book would have said, `is_lossy` where it cannot even make a fact of all
    that is said.
    """

    summary: str
    versions: frozenset[OcppVersion] = ANY
    forgiven_by: str | None = None
    is_pinned: bool = False
    is_kept: bool = True
    is_lossy: bool = False
    handshake: Callable[[Handshake], Handshake] | None = None
    payload: Callable[[str, dict[str, Any], Memory], None] | None = None
    frame: Callable[[list[Any], Memory], Sequence[list[Any]]] | None = None
    answer: Callable[[list[Any], Memory], Sequence[list[Any]]] | None = None
    text: Callable[[bytes], bytes] | None = None
    hangs_up: Callable[[str, float, Memory], bool] | None = None


_HANDSHAKES: Mapping[str, Quirk] = {
    "no_subprotocol": Quirk("offers no subprotocol at all", handshake=handshakes.no_subprotocol),
    "unknown_subprotocol_first": Quirk(
        "offers a subprotocol that nobody knows before its own", handshake=handshakes.unknown_subprotocol_first
    ),
    "subprotocol_of_old": Quirk(
        "offers ocpp1.5 and nothing else, and so never gets a socket that stays",
        is_kept=False,
        is_lossy=True,
        handshake=handshakes.subprotocol_of_old,
    ),
    "doubled_slashes": Quirk("doubles the slashes of the path", handshake=handshakes.doubled_slashes),
    "trailing_slash": Quirk("ends the path with a slash", handshake=handshakes.trailing_slash),
    "path_prefix": Quirk("has a folder of its own before the path", handshake=handshakes.path_prefix),
    "absolute_target": Quirk("asks for a whole URL, as of a proxy", handshake=handshakes.absolute_target),
    "no_connection_upgrade": Quirk(
        "asks for a connection that is kept alive, not upgraded", handshake=handshakes.no_connection_upgrade
    ),
    "connection_with_more_tokens": Quirk(
        "asks for a connection that is kept alive, and upgraded", handshake=handshakes.connection_with_more_tokens
    ),
    "percent_encoded_id": Quirk("percent-encodes every byte of its id", handshake=handshakes.percent_encoded_id),
    "no_pong": Quirk("never answers a ping", handshake=handshakes.no_pong),
    "sparse_pings": Quirk(
        "never answers a ping, and itself pings only every two minutes", handshake=handshakes.sparse_pings
    ),
    "reserved_bit": Quirk("sets the bit of compression in its frames, without any", handshake=handshakes.reserved_bit),
    "key_as_bytes": Quirk("was given its password as hex, and sends the bytes", handshake=handshakes.key_as_bytes),
    "password_in_latin_1": Quirk("sends its password as Latin-1", handshake=handshakes.password_in_latin_1),
}
_TEXTS: Mapping[str, Quirk] = {
    "byte_order_mark": Quirk("begins frames with a BOM", forgiven_by="strip_padding", text=frames.byte_order_mark),
    "trailing_nul": Quirk("ends frames with a NUL", forgiven_by="strip_padding", text=frames.trailing_nul),
    "trailing_bytes": Quirk(
        "leaves bytes behind a frame", forgiven_by="drop_trailing_bytes", text=frames.trailing_bytes
    ),
    "stray_comma": Quirk("begins arrays with a comma", forgiven_by="drop_stray_comma", text=frames.stray_comma),
    "member_without_value": Quirk(
        'writes `"transactionId":,` in readings',
        ONLY_16,
        forgiven_by="drop_member_without_value",
        is_kept=False,
        text=frames.member_without_value,
    ),
    "truncated_heartbeats": Quirk(
        "breaks off its heartbeats before they have an id",
        is_kept=False,
        is_lossy=True,
        text=frames.truncated_heartbeats,
    ),
    "broken_utf8": Quirk(
        "has bytes that are no text in its firmware's version",
        forgiven_by="replace_broken_utf8",
        is_kept=False,
        text=frames.broken_utf8,
    ),
}
_FRAMES: Mapping[str, Quirk] = {
    "numeric_message_id": Quirk(
        "writes message ids as numbers", forgiven_by="quote_message_id", frame=frames.numeric_message_id
    ),
    "empty_message_id": Quirk(
        "has empty message ids", forgiven_by="keep_message_id_of_odd_length", frame=frames.empty_message_id
    ),
    "reused_message_id": Quirk("has one message id for everything", frame=frames.reused_message_id),
    "null_payload": Quirk("writes an empty payload as null", ONLY_2, frame=frames.null_payload),
    "calls_twice": Quirk("writes every CALL twice", frame=frames.calls_twice),
    "status_with_boot": Quirk(
        "says its state behind the boot, without waiting for the answer", ONLY_16, frame=frames.status_with_boot
    ),
    "unknown_message_type": Quirk(
        "says hello in a type of message that is none, behind the boot",
        ONLY_16,
        is_lossy=True,
        frame=frames.unknown_message_type,
    ),
    "boots_on_every_socket": Quirk("boots on every new socket", frame=frames.boots_on_every_socket),
    "event_after_end": Quirk(
        "says the last update again behind the end",
        ONLY_2,
        forgiven_by="event_after_end",
        is_kept=False,
        frame=frames.event_after_end,
    ),
    "readings_after_stop": Quirk(
        "says readings again after the stop",
        ONLY_16,
        forgiven_by="meter_values_after_stop",
        is_kept=False,
        frame=frames.readings_after_stop,
    ),
}
_ANSWERS: Mapping[str, Quirk] = {
    "status_before_answer": Quirk(
        "says its state again before it answers a command",
        frame=frames.remember_status,
        answer=frames.status_before_answer,
    ),
    "boots_after_reset": Quirk(
        "boots on the socket on which it was told to reset",
        frame=frames.remember_boot,
        answer=frames.boots_after_reset,
    ),
    "answers_in_lower_case": Quirk(
        "answers commands in lower case", forgiven_by="match_word_ignoring_case", answer=frames.answers_in_lower_case
    ),
    "answers_with_unknown_fields": Quirk(
        "answers commands with fields of its own",
        forgiven_by="drop_unknown_fields",
        answer=frames.answers_with_unknown_fields,
    ),
    "answers_twice": Quirk("answers every command twice", answer=frames.answers_twice),
    "refuses_commands": Quirk(
        "knows no command at all, but does what it is told", is_kept=False, answer=frames.refuses_commands
    ),
    "silent_to_commands": Quirk(
        "answers no command, but does what it is told", is_kept=False, answer=frames.silent_to_commands
    ),
}
_PATIENCE: Mapping[str, Quirk] = {
    "hangs_up_on_early_commands": Quirk(
        "hangs up on a command that comes before its boot was accepted",
        hangs_up=hanging_up.hangs_up_on_early_commands,
    ),
    "hangs_up_on_bursts": Quirk("hangs up on the fourth command in a second", hangs_up=hanging_up.hangs_up_on_bursts),
}
_TYPES: Mapping[str, Quirk] = {
    "numbers_as_text": Quirk(
        "writes whole numbers in quotes", forgiven_by="read_number_from_text", payload=payloads.numbers_as_text
    ),
    "whole_numbers_as_decimals": Quirk(
        "writes 1 as 1.0", forgiven_by="read_whole_number", payload=payloads.whole_numbers_as_decimals
    ),
    "registers_with_fraction": Quirk(
        "says registers to half a Wh", ONLY_16, forgiven_by="drop_fraction", payload=payloads.registers_with_fraction
    ),
    "sampled_values_as_numbers": Quirk(
        "writes readings as numbers",
        ONLY_16,
        forgiven_by="write_number_as_text",
        is_kept=False,
        payload=payloads.sampled_values_as_numbers,
    ),
    "sampled_values_as_text": Quirk(
        "writes readings in quotes",
        ONLY_2,
        forgiven_by="read_number_from_text",
        payload=payloads.sampled_values_as_text,
    ),
    "booleans_as_text": Quirk(
        "writes booleans in quotes", ONLY_2, forgiven_by="read_boolean_from_text", payload=payloads.booleans_as_text
    ),
    "meter_value_as_object": Quirk(
        "writes a single meter value without its array",
        forgiven_by="wrap_single_in_array",
        payload=payloads.meter_value_as_object,
    ),
    "empty_sampled_value": Quirk(
        "sends every second meter value without a reading",
        ONLY_16,
        forgiven_by="keep_empty_readings",
        is_kept=False,
        payload=payloads.empty_sampled_value,
    ),
    "null_members": Quirk(
        "writes what it does not know as null", forgiven_by="drop_null_members", payload=payloads.null_members
    ),
    "unknown_fields": Quirk(
        "adds fields of its own", forgiven_by="drop_unknown_fields", payload=payloads.unknown_fields
    ),
    "words_in_lower_case": Quirk(
        "writes words of enumerations in lower case",
        forgiven_by="match_word_ignoring_case",
        payload=payloads.words_in_lower_case,
    ),
    "unknown_unit": Quirk(
        "says its mains frequency in Hz",
        ONLY_16,
        forgiven_by="keep_unknown_word",
        is_kept=False,
        payload=payloads.unknown_unit,
    ),
    "unknown_measurand": Quirk(
        "says a measurand Request.Energy",
        ONLY_16,
        forgiven_by="keep_unknown_word",
        is_kept=False,
        payload=payloads.unknown_measurand,
    ),
    "unknown_format": Quirk(
        "says a format that is none", ONLY_16, forgiven_by="drop_unknown_word", payload=payloads.unknown_format
    ),
    "unknown_error_code": Quirk(
        "says the error code Error",
        ONLY_16,
        forgiven_by="keep_unknown_word",
        is_kept=False,
        payload=payloads.unknown_error_code,
    ),
    "unknown_reason": Quirk(
        "stops for a reason that is none",
        forgiven_by="read_unknown_word_as_other",
        is_kept=False,
        payload=payloads.unknown_reason,
    ),
    "long_serial_number": Quirk(
        "has a serial number of 34 characters",
        ONLY_16,
        forgiven_by="keep_long_text",
        is_kept=False,
        payload=payloads.long_serial_number,
    ),
    "long_model": Quirk(
        "has a model of 23 characters", forgiven_by="keep_long_text", is_kept=False, payload=payloads.long_model
    ),
    "nul_in_text": Quirk("pads a text with NUL", forgiven_by="drop_nul", payload=payloads.nul_in_text),
    "payloads_of_16": Quirk(
        "boots, and says states and tokens, as in 1.6",
        ONLY_2,
        forgiven_by="read_16_shape",
        is_kept=False,
        payload=payloads.payloads_of_16,
    ),
}
_IDS: Mapping[str, Quirk] = {
    "transaction_id_zero": Quirk(
        "reads meters of transaction 0",
        ONLY_16,
        forgiven_by="transaction_id_never_given",
        is_kept=False,
        payload=payloads.transaction_id_zero,
    ),
    "transaction_id_huge": Quirk(
        "reads meters of transaction 2^63-1",
        ONLY_16,
        forgiven_by="transaction_id_never_given",
        is_kept=False,
        payload=payloads.transaction_id_huge,
    ),
    "transaction_id_negative": Quirk(
        "reads meters of transaction -1",
        ONLY_16,
        forgiven_by="transaction_id_never_given",
        is_kept=False,
        payload=payloads.transaction_id_negative,
    ),
    "transaction_ids_negative": Quirk(
        "reads meters of transactions below 0, each its own",
        ONLY_16,
        forgiven_by="transaction_id_never_given",
        is_kept=False,
        payload=sequences.transaction_ids_negative,
    ),
    "unknown_transaction_in_stop": Quirk(
        "stops transactions that nobody knows",
        ONLY_16,
        is_kept=False,
        payload=sequences.unknown_transaction_in_stop,
    ),
    "transaction_id_reused": Quirk(
        "gives every transaction the same id",
        ONLY_2,
        forgiven_by="transaction_id_reused",
        is_kept=False,
        payload=sequences.transaction_id_reused,
    ),
    "start_at_connector_zero": Quirk(
        "starts transactions at connector 0",
        ONLY_16,
        forgiven_by="start_without_evse",
        is_kept=False,
        payload=payloads.start_at_connector_zero,
    ),
    "transaction_at_evse_zero": Quirk(
        "has its transactions at EVSE 0",
        ONLY_2,
        forgiven_by="evse_zero",
        is_kept=False,
        payload=payloads.transaction_at_evse_zero,
    ),
    "token_with_junk": Quirk(
        "reads two bytes of junk behind a token", forgiven_by="strip_token_junk", payload=payloads.token_with_junk
    ),
    "token_with_suffix": Quirk(
        "adds its reader's number to a token",
        forgiven_by="strip_token_suffix",
        is_pinned=True,
        is_kept=False,
        payload=payloads.token_with_suffix,
    ),
    "token_in_other_case": Quirk("reads tokens in the other case", is_kept=False, payload=payloads.token_in_other_case),
}
_TIMES: Mapping[str, Quirk] = {
    "timestamps_without_zone": Quirk(
        "says times without a zone", forgiven_by="timestamp_without_zone", payload=payloads.timestamps_without_zone
    ),
    "timestamps_with_offset": Quirk("says local times with their offset", payload=payloads.timestamps_with_offset),
    "clock_never_set": Quirk(
        "lives in 1970", forgiven_by="clock_not_set", is_kept=False, payload=payloads.clock_never_set
    ),
    "clock_hours_off": Quirk(
        "is five hours fast", forgiven_by="clock_skew", is_kept=False, payload=payloads.clock_hours_off
    ),
}
_METERS: Mapping[str, Quirk] = {
    "register_in_kwh": Quirk(
        "says Wh and means kWh",
        forgiven_by="read_register_as_kwh",
        is_pinned=True,
        is_kept=False,
        payload=payloads.register_in_kwh,
    ),
    "readings_in_kwh": Quirk("says the energy of readings in kWh", is_kept=False, payload=payloads.readings_in_kwh),
    "register_reset_by_boot": Quirk(
        "has a register that a boot sets to 0", is_kept=False, payload=payloads.register_reset_by_boot
    ),
    "register_reset_by_session": Quirk(
        "has a register that a start sets to 0", is_kept=False, payload=payloads.register_reset_by_session
    ),
    "readings_from_session_start": Quirk(
        "says the lifetime register at start and stop, and the session's energy in between",
        ONLY_16,
        is_kept=False,
        payload=payloads.readings_from_session_start,
    ),
    "only_phases": Quirk(
        "says energy by phase, and no total",
        ONLY_2,
        forgiven_by="sum_phases",
        is_kept=False,
        payload=payloads.only_phases,
    ),
    "energy_falls": Quirk(
        "has a register that falls at every third reading",
        ONLY_2,
        forgiven_by="energy_falls",
        is_kept=False,
        payload=payloads.energy_falls,
    ),
    "stop_without_meter": Quirk(
        "stops without a register",
        ONLY_16,
        forgiven_by="keep_stop_without_meter",
        is_kept=False,
        payload=payloads.stop_without_meter,
    ),
    "no_begin_reading": Quirk(
        "begins transactions without a reading",
        ONLY_2,
        forgiven_by="start_without_meter",
        is_kept=False,
        payload=payloads.no_begin_reading,
    ),
    "no_end_reading": Quirk(
        "ends transactions without a reading",
        ONLY_2,
        forgiven_by="stop_without_meter",
        is_kept=False,
        payload=payloads.no_end_reading,
    ),
}
_SEQUENCES: Mapping[str, Quirk] = {
    "seq_no_from_one": Quirk(
        "counts a transaction's events from 1",
        ONLY_2,
        forgiven_by="seq_no_not_from_0",
        is_kept=False,
        payload=sequences.seq_no_from_one,
    ),
    "seq_no_repeated": Quirk(
        "gives two events one number",
        ONLY_2,
        forgiven_by="seq_no_repeated",
        is_kept=False,
        payload=sequences.seq_no_repeated,
    ),
    "seq_no_with_holes": Quirk(
        "leaves out every second number",
        ONLY_2,
        forgiven_by="seq_no_hole",
        is_kept=False,
        payload=sequences.seq_no_with_holes,
    ),
    "seq_no_out_of_order": Quirk(
        "numbers every second event before the one that it follows",
        ONLY_2,
        forgiven_by="seq_no_overtaken",
        is_kept=False,
        payload=sequences.seq_no_out_of_order,
    ),
    "ended_without_started": Quirk(
        "says the start of a transaction as an update",
        ONLY_2,
        forgiven_by="start_missing",
        is_kept=False,
        is_lossy=True,
        payload=sequences.ended_without_started,
    ),
    "report_with_holes": Quirk(
        "leaves out every second number of a report's parts",
        ONLY_2,
        forgiven_by="report_part_missing",
        is_kept=False,
        payload=sequences.report_with_holes,
    ),
    "report_part_twice": Quirk(
        "gives two parts of a report one number",
        ONLY_2,
        forgiven_by="report_part_repeated",
        is_kept=False,
        payload=sequences.report_part_twice,
    ),
    "report_from_one": Quirk(
        "counts the parts of a report from 1",
        ONLY_2,
        forgiven_by="report_not_from_0",
        is_kept=False,
        payload=sequences.report_from_one,
    ),
}

QUIRKS: Mapping[str, Quirk] = {
    **_HANDSHAKES, **_TEXTS, **_FRAMES, **_ANSWERS, **_PATIENCE, **_TYPES, **_IDS, **_TIMES, **_METERS, **_SEQUENCES,
}  # fmt: skip
"""Every quirk."""


def find_quirks(names: Iterable[str], *, version: OcppVersion) -> tuple[Quirk, ...]:
    """The quirks of these names, without those that the version cannot have. Raises InvalidPlan for an unknown name."""
    unknown = [name for name in names if name not in QUIRKS]
    if unknown:
        raise InvalidPlan(f"no quirk is called {unknown[0]!r}; `chargeyard fleet quirks` lists them")
    return tuple(quirk for name in names if version in (quirk := QUIRKS[name]).versions)
