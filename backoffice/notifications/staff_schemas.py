"""What the staff see of deliveries and webhooks, and say."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from backoffice.kit.bodies import Body
from backoffice.notifications.domain import DeliveryState
from backoffice.notifications.kinds import SUBSCRIBABLE, Channel, Kind
from backoffice.notifications.models import DeliveryRow, WebhookRow


def _subscribable(kind: Kind) -> Kind:
    if kind not in SUBSCRIBABLE:
        raise ValueError(f"{kind} is for its person alone")
    return kind


class NewWebhook(Body):
    """An endpoint, and what it is told of."""

    url: str = Field(max_length=2_048, description="https, at a public address.")
    description: str = Field(default="", max_length=200)
    kinds: list[Annotated[Kind, AfterValidator(_subscribable)]] = Field(min_length=1)


class WebhookChange(NewWebhook):
    """The endpoint as it is to be. Enabled again, it is told what happens from then on."""

    is_enabled: bool = True


class WebhookView(BaseModel):
    """An endpoint without its secret. `disabled_reason`: why it is told nothing."""

    webhook_id: str
    url: str
    description: str
    kinds: list[Kind]
    disabled_reason: str | None
    previous_secret_until: datetime | None
    created_at: datetime
    created_by: str

    @classmethod
    def of(cls, row: WebhookRow) -> "WebhookView":
        return cls.model_validate(_fields_of(row))


class WebhookWithSecret(WebhookView):
    """Said once, where the secret was made."""

    secret: str

    @classmethod
    def made(cls, row: WebhookRow, secret: str) -> "WebhookWithSecret":
        return cls.model_validate({**_fields_of(row), "secret": secret})


class TrialView(BaseModel):
    """Where to look what became of it: the log of deliveries."""

    delivery_id: str


class DeliveryView(BaseModel):
    """One notification on one way to one target. `sent_to`: the address that it went to."""

    delivery_id: str
    notification_id: str
    kind: Kind
    channel: Channel
    recipient: str | None
    target: str
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime
    created_at: datetime
    attempted_at: datetime | None
    sent_at: datetime | None
    sent_to: str | None
    detail: str

    @classmethod
    def of(cls, row: DeliveryRow) -> "DeliveryView":
        return cls(
            delivery_id=row.id,
            notification_id=row.notification_id,
            kind=Kind(row.kind),
            channel=Channel(row.channel),
            recipient=row.recipient,
            target=row.target,
            state=DeliveryState(row.state),
            attempts=row.attempts,
            next_attempt_at=row.next_attempt_at,
            created_at=row.created_at,
            attempted_at=row.attempted_at,
            sent_at=row.sent_at,
            sent_to=row.sent_to,
            detail=row.detail,
        )


def _fields_of(row: WebhookRow) -> dict[str, object]:
    return {
        "webhook_id": row.id,
        "url": row.url,
        "description": row.description,
        "kinds": row.kinds,
        "disabled_reason": row.disabled_reason,
        "previous_secret_until": row.previous_until,
        "created_at": row.created_at,
        "created_by": row.created_by,
    }
