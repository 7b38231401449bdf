"""What notifications refuses."""

from backoffice.kit.errors import Conflict, InvalidRequest, NotFound


class WebhookNotFound(NotFound):
    """The tenant has none of this id."""

    def __init__(self, webhook_id: str) -> None:
        super().__init__("webhook", webhook_id)


class DeliveryNotFound(NotFound):
    """The tenant has none of this id."""

    def __init__(self, delivery_id: str) -> None:
        super().__init__("delivery", delivery_id)


class MessageNotFound(NotFound):
    """There is none of this id in the inbox of who asks."""

    def __init__(self, message_id: str) -> None:
        super().__init__("message", message_id)


class SubscriptionNotFound(NotFound):
    """The one who asks has none of this id."""

    def __init__(self, subscription_id: str) -> None:
        super().__init__("push subscription", subscription_id)


class NotRetryable(Conflict):
    """It was sent, or is being sent."""

    def __init__(self, delivery_id: str, state: str) -> None:
        super().__init__(f"Delivery {delivery_id} is {state}: only one that did not arrive is tried again.")


class TooManySubscriptions(Conflict):
    """A person has as many browsers as one may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"One person has {limit} push subscriptions at most: remove one that is not used any more.")


class TooManyWebhooks(Conflict):
    """A tenant has as many as one may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"A tenant has {limit} webhooks at most.")


class NotTold(InvalidRequest):
    """The choice names a kind that its person is never told of, or one that is not theirs to choose."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"{kind} is nothing that you can choose the ways of.")


class AddressRefused(InvalidRequest):
    """The address is nowhere that we send to."""

    def __init__(self, url: str, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{url} is no address that we send to: {reason}.")
