"""Settings of examining the running system, and of when something is wrong with it."""

from datetime import timedelta
from typing import Literal

import msgspec

from walletwatch.domain.alerts import AlertLimits
from walletwatch.settings.values import NotNegativeFloat, NotNegativeInt, PositiveFloat, PositiveInt


class VitalSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Of examining the running system.

    Attributes:
        watch_mode: Which watchers are deployed.
        public_url: Where Telegram reaches the API; its certificate is looked at.
        secret_max_age_days: After which a secret that does not rotate is to be replaced; 0: never.
    """

    watch_mode: Literal["sweep", "stream", "both"] = "both"
    public_url: str = ""
    secret_max_age_days: NotNegativeInt = 365

    @property
    def watchers(self) -> frozenset[str]:
        """The watchers that are deployed."""
        return frozenset({"sweep", "stream"} if self.watch_mode == "both" else {self.watch_mode})


class AlertSettings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """From where on something is wrong; `walletwatch.domain.alerts.AlertLimits` says what each is.

    Attributes:
        alert_settle_seconds: For how long a condition must not have held to be over.
    """

    alert_rpc_percent: PositiveFloat = 90.0
    alert_failed_jobs: NotNegativeInt = 100
    alert_memory_percent: PositiveFloat = 80.0
    alert_error_percent: PositiveFloat = 5.0
    alert_cache_percent: NotNegativeFloat = 50.0
    alert_behind_seconds: PositiveFloat = 60.0
    alert_delivery_seconds: PositiveFloat = 30.0
    alert_webhook_seconds: PositiveFloat = 300.0
    alert_expiry_days: PositiveInt = 21
    alert_least_work: PositiveInt = 20
    alert_least_reads: PositiveInt = 100
    alert_least_deliveries: PositiveInt = 5
    alert_settle_seconds: NotNegativeFloat = 60.0

    @property
    def limits(self) -> AlertLimits:
        """As the domain takes them."""
        return AlertLimits(
            rpc_busy=self.alert_rpc_percent / 100,
            failed_jobs=self.alert_failed_jobs,
            memory=self.alert_memory_percent / 100,
            error_share=self.alert_error_percent / 100,
            cache_hit_share=self.alert_cache_percent / 100,
            behind=timedelta(seconds=self.alert_behind_seconds),
            delivery=timedelta(seconds=self.alert_delivery_seconds),
            webhook_error=timedelta(seconds=self.alert_webhook_seconds),
            expiry=timedelta(days=self.alert_expiry_days),
            least_work=self.alert_least_work,
            least_reads=self.alert_least_reads,
            least_deliveries=self.alert_least_deliveries,
        )
