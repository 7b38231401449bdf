"""What telemetry refuses."""

from backoffice.kit.errors import InvalidRequest, NotFound


class StationNotHeardOf(NotFound):
    """Nothing was ever said by, or of, a station of this id."""

    def __init__(self, station_id: str) -> None:
        super().__init__("word of station", station_id)


class ExclusionNotFound(NotFound):
    """No outage was excluded under this id."""

    def __init__(self, exclusion_id: str) -> None:
        super().__init__("exclusion", exclusion_id)


class EmptyWindow(InvalidRequest):
    """A time that ends before it begins."""

    def __init__(self) -> None:
        super().__init__("`to` is not later than `from`.")
