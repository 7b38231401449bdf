"""Notifications, put together."""

from datetime import timedelta
from pathlib import Path

from backoffice.contracts.privacy import PERSONAL_DATA_OF, PersonalData
from backoffice.kit.bus import Answerer
from backoffice.kit.personal_data import PersonalDataDesk
from backoffice.kit.service import Context, Parts, Service, Worker
from backoffice.notifications import routes, staff_routes
from backoffice.notifications.channels.in_app import InAppChannel
from backoffice.notifications.channels.mail import MailChannel
from backoffice.notifications.channels.push import PushChannel
from backoffice.notifications.channels.webhook import WebhookChannel
from backoffice.notifications.composing import Composer
from backoffice.notifications.consumers import NotificationEvents
from backoffice.notifications.keys import Seal, vapid_key
from backoffice.notifications.kinds import Channel
from backoffice.notifications.outgoing import Outgoing
from backoffice.notifications.packing import Packer
from backoffice.notifications.people import People
from backoffice.notifications.privacy_repository import PERSONAL_TABLES
from backoffice.notifications.sending import Lane, Sender
from backoffice.notifications.service import Notifications
from backoffice.notifications.settings import NotificationsSettings
from backoffice.notifications.webhooks import Webhooks

_SPREAD_EVERY_S = 1.0
_FORGET_EVERY_S = 600.0
# A send, what is asked of others before it, and the marks around it; then whoever sent is thought to have died.
_LEASE_OF_TIMEOUTS, _LEASE_BESIDES = 2, timedelta(seconds=40)


def build(context: Context[NotificationsSettings]) -> Parts:
    """Its parts."""
    database, bus, settings, clock = context.database, context.bus, context.settings, context.clock
    notifications = Notifications(database, bus, settings=settings, clock=clock)
    outgoing = Outgoing(timeout_s=settings.send_timeout_s, allow_private=settings.allow_private_addresses)
    token_key = settings.token_key.get_secret_value()
    seal = Seal(token_key)
    given_key = settings.vapid_private_key
    push = PushChannel(
        database,
        outgoing,
        key=vapid_key(token_key, given_key.get_secret_value() if given_key else None),
        contact=settings.push_contact,
    )
    composer = Composer(brand=settings.brand, app_url=settings.app_url)
    people = People(database, composer, outgoing, push_key=push.public_key, settings=settings, clock=clock)
    webhooks = Webhooks(database, notifications, outgoing, seal, settings=settings, clock=clock)
    packer = Packer(database, bus, composer, settings=settings, clock=clock)
    lanes = (
        Lane(Channel.IN_APP, InAppChannel(database), at_once=4),
        Lane(Channel.EMAIL, MailChannel(settings), at_once=8),
        Lane(Channel.PUSH, push, at_once=8),
        Lane(Channel.WEBHOOK, WebhookChannel(database, outgoing, seal), at_once=16),
    )
    lease = timedelta(seconds=settings.send_timeout_s) * _LEASE_OF_TIMEOUTS + _LEASE_BESIDES
    events = NotificationEvents(notifications, offline_after=timedelta(seconds=settings.offline_after_s))
    return Parts(
        routers=(routes.router, staff_routes.router),
        provides=(notifications, people, webhooks),
        consumers=(events.consumer(),),
        answers=(
            Answerer(
                PERSONAL_DATA_OF["notifications"], PersonalDataDesk(database, PERSONAL_TABLES, PersonalData.of).tell
            ),
        ),
        workers=(
            Worker("spread_to_staff", notifications.spread, every_s=_SPREAD_EVERY_S),
            Worker("forget_old_notifications", notifications.forget_old, every_s=_FORGET_EVERY_S),
        ),
        senders=tuple(Sender(database, packer, lane, lease=lease, clock=clock).run for lane in lanes),
    )


SERVICE = Service(name="notifications", package=Path(__file__).parent, settings=NotificationsSettings, build=build)
