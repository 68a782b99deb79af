"""A digest of many activities as a message."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from walletwatch.bot.formatting import Amounts, number, wallet, when, whole
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.links import address_buttons
from walletwatch.bot.texts import Html, Texts, texts_for
from walletwatch.bot.views.activity import PAYMENTS, ActivityView, kind_title, notes_of
from walletwatch.domain.activities import Activity
from walletwatch.domain.annotations import AssetNote
from walletwatch.domain.chats import Subscription
from walletwatch.domain.money import NATIVE, to_decimal
from walletwatch.domain.profile import ChainProfile
from walletwatch.domain.work import RenderedMessage

MAX_WARNINGS: Final = 3
MAX_KINDS: Final = 10
MAX_ASSETS: Final = 10
FIRST_ACTIVITIES: Final = 5


@dataclass(slots=True)
class Total:
    """What came and went of one asset, in base units.

    Attributes:
        decimals: None where nobody told.
        movements: How many legs it is made of.
        note: The newest that is known of it.
    """

    got: int = 0
    gave: int = 0
    decimals: int | None = None
    movements: int = 0
    note: AssetNote | None = None


class DigestView:
    """Renders for one chain profile.

    Each list has an end. Where names are so long that not all of it fits, the end of the message is left out.
    """

    def __init__(self, profile: ChainProfile, activities: ActivityView) -> None:
        self._profile = profile
        self._activities = activities
        self._amounts = Amounts(profile)

    def digest(self, activities: Sequence[Activity], subscription: Subscription) -> RenderedMessage:
        """How often what happened, what it came to, and how it began.

        Args:
            activities: All of them, oldest first.
            subscription: Whose chat is told.
        """
        say = texts_for(subscription.chat)
        name = wallet(subscription.address, subscription.label, say)
        lines = [
            say("digest.title", count=len(activities), wallet=name),
            between(activities, say, subscription.chat.settings.timezone),
            *([say("digest.explorer")] if self._profile.explorer else []),
            *self._warnings(activities, say),
            *self._kinds(activities, say),
            *self._totals(activities, say),
            *self._costs(activities, say),
            *self._first(activities, say),
        ]
        return RenderedMessage(join_lines(lines), address_buttons(self._profile, subscription.address, say))

    def _warnings(self, activities: Sequence[Activity], say: Texts) -> list[Html]:
        """Each once. A flood must not hide what a single message would have warned of."""
        alarms = dict.fromkeys(
            line
            for activity in sorted(activities, key=lambda each: each.kind not in PAYMENTS)
            for line in self._activities.alarms(activity, say)
        )
        lines = list(alarms)[:MAX_WARNINGS]
        return [*lines, *_more(len(alarms) - len(lines), say)]

    def _kinds(self, activities: Sequence[Activity], say: Texts) -> list[Html]:
        counts = Counter(activity.kind for activity in activities).most_common()
        lines = []
        for kind, count in counts[:MAX_KINDS]:
            lines.append(say("digest.kind", title=kind_title(kind.value, say), count=count))
        rest = sum(count for _, count in counts[MAX_KINDS:])
        return [*lines, *_more(rest, say)]

    def _totals(self, activities: Sequence[Activity], say: Texts) -> list[Html]:
        totals: defaultdict[str, Total] = defaultdict(Total)
        for activity in activities:
            for leg in activity.legs:
                total = totals[leg.asset]
                total.movements += 1
                total.got += max(leg.amount, 0)
                total.gave -= min(leg.amount, 0)
                note = notes_of(activity).get(leg.asset)
                total.note = note or total.note
                if total.decimals is None:
                    total.decimals = (
                        leg.decimals if leg.decimals is not None or note is None else note.decimals
                    )
        if not totals:
            return []
        order = sorted(totals.items(), key=lambda item: (self._rank(item[0]), -item[1].movements))
        lines = [self._total(asset, total, say) for asset, total in order[:MAX_ASSETS]]
        return [Html(""), say("digest.balance"), *lines, *_more(len(order) - len(lines), say)]

    def _rank(self, asset: str) -> int:
        """The native token first, then those that the profile vouches for; the rest may be worth nothing."""
        if asset == NATIVE:
            return 0
        return 1 if asset in self._profile.tokens else 2

    def _total(self, asset: str, total: Total, say: Texts) -> Html:
        notes = {} if total.note is None else {asset: total.note}

        def amount(units: int) -> Html:
            return self._amounts.asset(asset, units, total.decimals, say, notes)

        def bare(units: int) -> str:
            if total.decimals is None:
                return whole(units, say)
            return number(to_decimal(units, total.decimals), say)

        net = total.got - total.gave
        if not total.gave:
            return say("activity.line.got", amount=amount(net))
        if not total.got:
            return say("activity.line.gave", amount=amount(-net))
        key = "digest.even" if net == 0 else "digest.more_in" if net > 0 else "digest.more_out"
        return say(key, net=amount(abs(net)), got=bare(total.got), gave=bare(total.gave))

    def _costs(self, activities: Sequence[Activity], say: Texts) -> list[Html]:
        lines = []
        rent = sum(activity.rent for activity in activities)
        if rent:
            key = "activity.line.rent_paid" if rent > 0 else "activity.line.rent_returned"
            lines.append(say(key, amount=self._amounts.native(abs(rent), say)))
        fees = sum(activity.fee for activity in activities)
        if fees:
            lines.append(say("digest.fees", amount=self._amounts.native(fees, say)))
        return lines

    def _first(self, activities: Sequence[Activity], say: Texts) -> list[Html]:
        first = [
            say("digest.item", title=self._activities.headline(activity, say))
            for activity in activities[:FIRST_ACTIVITIES]
        ]
        return [Html(""), say("digest.first"), *first, *_more(len(activities) - len(first), say)]


def between(activities: Sequence[Activity], say: Texts, zone: str) -> Html:
    """When the first and the last of them happened."""
    times = [activity.block_time for activity in activities if activity.block_time is not None]
    first, last = min(times, default=None), max(times, default=None)
    return say("digest.between", first=when(first, say, zone), last=when(last, say, zone))


def _more(count: int, say: Texts) -> list[Html]:
    return [say("activity.line.more", count=count)] if count > 0 else []
