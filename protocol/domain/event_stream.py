"""How fast a stream of values flows (OCPP 2.1 N11)."""

import msgspec


class StreamPace(msgspec.Struct, frozen=True, omit_defaults=True):
    """Values are sent after `interval_s`, or as soon as there are `values`; None: as the station likes."""

    interval_s: int | None = None
    values: int | None = None
