"""The values of pictures, read from the chain and from what is stored."""

import asyncio

from walletwatch.domain.chats import Subscription
from walletwatch.domain.delivery import DeliveryStatus
from walletwatch.domain.pictures import (
    Allocation,
    Chart,
    DrawRequest,
    NothingToDraw,
    PictureKind,
    UseChart,
)
from walletwatch.ports.watching import SubscriptionStore
from walletwatch.services.analysing_use import Analytics
from walletwatch.services.picture_courses import PictureCourses
from walletwatch.services.picture_names import wallet_name
from walletwatch.services.picture_networks import PictureNetworks
from walletwatch.services.picture_values import PictureValues


class Picturing:
    """Reads what is to be drawn. A failure is raised, and never drawn as nothing."""

    def __init__(
        self,
        *,
        subscriptions: SubscriptionStore,
        courses: PictureCourses,
        values: PictureValues,
        networks: PictureNetworks,
        analytics: Analytics,
    ) -> None:
        self._subscriptions = subscriptions
        self._courses = courses
        self._values = values
        self._networks = networks
        self._analytics = analytics

    async def chart(self, request: DrawRequest) -> Chart:
        """What the request asks for; everything behind its ids is looked up in its chat.

        Raises:
            NothingToDraw: There is nothing to be seen, or the chat does not watch the wallet any more.
            ChainUnavailable: The chain could not be read.
            PriceUnavailable: No price could be asked for.
        """
        match request.kind:
            case PictureKind.BALANCE:
                return await self._courses.balance(await self._subscription(request), request)
            case PictureKind.FLOWS:
                return await self._courses.flows(await self._subscription(request), request)
            case PictureKind.ALLOCATION:
                return await self._allocation(request)
            case PictureKind.PNL:
                return await self._values.profits(await self._subscription(request), request)
            case PictureKind.NETWORK:
                return await self._networks.network(request)
            case PictureKind.USE:
                return await self._use()

    async def _subscription(self, request: DrawRequest) -> Subscription:
        found = None
        if request.subscription_id is not None:
            found = await self._subscriptions.subscription(request.chat_id, request.subscription_id)
        if found is None:
            raise NothingToDraw("gone")
        return found

    async def _allocation(self, request: DrawRequest) -> Allocation:
        if request.subscription_id is not None:
            subscription = await self._subscription(request)
            return await self._values.allocation([subscription], wallet_name(subscription))
        watched = await self._subscriptions.subscriptions(request.chat_id)
        if not watched:
            raise NothingToDraw("gone")
        return await self._values.allocation(watched, None)

    async def _use(self) -> UseChart:
        growth, wallets, quality = await asyncio.gather(
            self._analytics.growth(), self._analytics.wallets(), self._analytics.quality()
        )
        return UseChart(
            growth.total,
            growth.new,
            growth.active,
            wallets,
            quality.statuses[DeliveryStatus.SENT],
            quality.statuses[DeliveryStatus.FAILED],
        )
