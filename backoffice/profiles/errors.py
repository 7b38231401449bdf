"""What profiles refuses."""

from collections.abc import Sequence

from backoffice.kit.errors import ChangedMeanwhile, Conflict, Forbidden, NotFound, TooManyRequests


class DriverNotFound(NotFound):
    """There is no such driver, or none any more."""

    def __init__(self, driver_id: str) -> None:
        super().__init__("driver", driver_id)


class VehicleNotFound(NotFound):
    """There is none of this id, or it is somebody else's."""

    def __init__(self, vehicle_id: str) -> None:
        super().__init__("vehicle", vehicle_id)


class FavouriteNotFound(NotFound):
    """There is none of this id, or it is somebody else's."""

    def __init__(self, favourite_id: str) -> None:
        super().__init__("favourite", favourite_id)


class ExportNotFound(NotFound):
    """None was asked for, or none is ready."""

    def __init__(self) -> None:
        super().__init__("export", "that is ready")


class ProfileChangedMeanwhile(ChangedMeanwhile):
    """The thing is not what the asker saw."""

    def __init__(self, thing: str, *, etag: str) -> None:
        self.etag = etag
        super().__init__(f"The {thing} is {etag} by now: read it again.")


class TooMany(Conflict):
    """A driver has as many as they may."""

    def __init__(self, things: str, *, most: int) -> None:
        self.most = most
        super().__init__(f"There are {most} {things}, and no more may be: delete one first.")


class FavouriteExists(Conflict):
    """The place is one of the driver's favourites."""

    def __init__(self, place: str) -> None:
        super().__init__(f"{place} is a favourite already.")


class ExportUnderWay(Conflict):
    """One export at a time."""

    def __init__(self) -> None:
        super().__init__("An export is being made: wait for it.")


class DeletionHindered(Conflict):
    """Something is to be finished first."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(f"The account cannot be deleted yet. {' '.join(reasons)}")


class HolderNotShown(Forbidden):
    """The password is wrong, or the code of the second factor is wrong or missing. Which is not said."""

    def __init__(self) -> None:
        super().__init__("To delete the account takes its password, and the code of its second factor if it has one.")


class TooManyTries(TooManyRequests):
    """Somebody guesses the password."""

    retry_after_s = 900

    def __init__(self) -> None:
        super().__init__("Too many wrong passwords. Try again in a quarter of an hour.")
