"""What can be wrong with a tariff, a CDR or a place's time zone; whoever asked can mend it."""


class PricingError(Exception):
    """Base of every error that this package raises."""


class InvalidTariff(PricingError):
    """The JSON is no OCPI 2.2.1 Tariff object."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"This is no OCPI 2.2.1 tariff: {reason}.")


class InvalidCdr(PricingError):
    """The JSON is no OCPI 2.2.1 CDR object, or says too little to be priced."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"This CDR cannot be priced: {reason}.")


class UnknownTimezone(PricingError):
    """A name that the IANA time zone database does not have."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is no time zone {name!r}; one is written like Europe/Amsterdam.")
