"""What tariffs refuses."""

from backoffice.kit.errors import InvalidRequest, NotFound


class TariffNotFound(NotFound):
    """The tenant has no tariff of this id."""

    def __init__(self, tariff_id: str) -> None:
        super().__init__("tariff", tariff_id)


class TariffRefused(InvalidRequest):
    """The body is no OCPI 2.2.1 tariff; `reason` says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class TariffIdMismatch(InvalidRequest):
    """The body names another tariff than the URL (OCPI 2.2.1 §11.2.2: both are the same)."""

    def __init__(self, in_url: str, *, in_body: str) -> None:
        self.in_url = in_url
        self.in_body = in_body
        super().__init__(f"The URL names the tariff {in_url} and the body {in_body}.")


class PlaceNotFound(NotFound):
    """No such place is registered."""

    def __init__(self, place_key: str) -> None:
        super().__init__("place", place_key)


class NothingChargesThere(InvalidRequest):
    """A parking bay gives no energy; its EVSE does."""

    def __init__(self, bay_id: str) -> None:
        self.bay_id = bay_id
        super().__init__(f"Nothing charges at the parking bay {bay_id}: only parking_minutes can be estimated there.")
