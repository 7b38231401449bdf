"""What notifications has of a driver; `forget_recipient` and `forget_person` end it."""

from backoffice.kit.personal_data import PersonalTable
from backoffice.notifications.models import (
    DeliveryRow,
    MessageRow,
    NotificationRow,
    PreferencesRow,
    PushSubscriptionRow,
)

PERSONAL_TABLES = (
    PersonalTable("notification_preferences", PreferencesRow, PreferencesRow.subject),
    PersonalTable(
        "push_subscriptions",
        PushSubscriptionRow,
        PushSubscriptionRow.subject,
        left_out=frozenset({"endpoint", "public_key", "auth_secret"}),
    ),
    PersonalTable("inbox", MessageRow, MessageRow.recipient),
    PersonalTable("notifications", NotificationRow, NotificationRow.recipient),
    PersonalTable("deliveries", DeliveryRow, DeliveryRow.recipient, left_out=frozenset({"target"})),
)
