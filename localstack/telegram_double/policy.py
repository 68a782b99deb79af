"""Telegram's numbers in one place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Limits, delays and expiries. All times are seconds of the double's clock.

    The sizes and the retry curve are documented or can be read in Telegram's open Bot API server. The rate
    limits are documented as "about" and enforced by servers nobody outside can read: bursts are tolerated,
    then 429 is answered. They are modelled as token buckets with the capacities below.
    """

    # Sending.
    overall_per_second: float = 30
    overall_burst: int = 30
    chat_per_second: float = 1
    chat_burst: int = 5
    group_per_minute: float = 20
    group_burst: int = 20
    long_message_units: int = 500
    long_message_cost: int = 2

    # Sizes; text in UTF-16 units after entities were parsed.
    text_units: int = 4096
    caption_units: int = 1024
    entities_per_message: int = 100
    upload_bytes: int = 50 * 1024 * 1024
    photo_bytes: int = 10 * 1024 * 1024
    download_bytes: int = 20 * 1024 * 1024
    commands: int = 100

    # Webhook.
    default_connections: int = 40
    webhook_timeout_s: float = 60
    quiet_before_collapse_s: float = 10
    retry_factor: int = 2
    retry_ceiling_s: tuple[int, int] = (60, 120)
    retry_after_ceiling_s: int = 3600
    gone_before_removal_s: float = 23 * 3600

    # Lifetimes.
    update_lifetime_s: float = 24 * 3600
    callback_lifetime_s: float = 150
    inline_query_lifetime_s: float = 30
    pre_checkout_lifetime_s: float = 10
    deletable_s: float = 48 * 3600
