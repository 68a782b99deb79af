"""What administrators do beside running the system, over stores in memory."""

from collections.abc import Collection

from tests.fakes.broadcasts import FakeBroadcasts
from tests.fakes.people import FakePeople
from tests.fakes.usage import FakeUsage
from walletwatch.domain.plans import LIMITS
from walletwatch.ports.common import Clock
from walletwatch.ports.operations import Administration
from walletwatch.ports.queueing import BroadcastQueues
from walletwatch.ports.volatile import Cache, RateLimits
from walletwatch.services.admin_desk import AdminDesk, Once
from walletwatch.services.analysing_use import Analytics
from walletwatch.services.auditing import Auditing
from walletwatch.services.broadcasting import Broadcasting
from walletwatch.services.clearing import CacheClearing
from walletwatch.services.people_desk import PeopleDesk


def make_desk(
    *,
    people: FakePeople,
    broadcasts: FakeBroadcasts,
    usage: FakeUsage,
    administration: Administration,
    queues: BroadcastQueues,
    cache: Cache,
    rates: RateLimits,
    admins: Collection[int],
    clock: Clock,
) -> AdminDesk:
    auditing = Auditing(administration, clock)
    return AdminDesk(
        people=PeopleDesk(people, auditing, admins, LIMITS, rates, clock),
        broadcasts=Broadcasting(broadcasts, queues, auditing, admins, clock),
        analytics=Analytics(usage, clock),
        clearing=CacheClearing(cache, auditing),
        once=Once(rates),
    )
