"""Silence, snoozing, quiet hours and digests in words."""

from datetime import timedelta
from typing import Final

from walletwatch.bot.formatting import lasting, series, wallet, when
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Html, Texts
from walletwatch.domain.chats import Chat, ChatSettings, Subscription
from walletwatch.domain.quiet import FOREVER, Pace, QuietHours
from walletwatch.domain.work import Button, RenderedMessage

TIMES: Final = (timedelta(hours=1), timedelta(hours=8), timedelta(days=1), timedelta(days=7))
NIGHTS: Final = ("22:00-07:00", "23:00-08:00", "00:00-06:00")
HOURS: Final = (9, 18)


class SilenceView:
    """Renders when a chat hears, and when not."""

    def ask_mute(self, say: Texts) -> RenderedMessage:
        """For how long to be silent."""
        forever = button(say("button.mute.forever"), Action.AM_MUTE, 0)
        return RenderedMessage(say("muting.ask"), (*_times(Action.AM_MUTE, say), (forever,), _settings(say)))

    def ask_snooze(self, say: Texts) -> RenderedMessage:
        """For how long to hold everything."""
        return RenderedMessage(say("muting.snooze_ask"), (*_times(Action.AM_SNOOZE, say), _settings(say)))

    def muted(self, chat: Chat, say: Texts) -> RenderedMessage:
        """Until when the chat hears nothing."""
        until = chat.settings.filter.muted_until
        if chat.settings.muted or until is None:
            text = say("muting.all_forever")
        else:
            text = say("muting.all", until=when(until, say, chat.settings.timezone))
        return RenderedMessage(text, ((button(say("button.mute.unmute"), Action.AM_UNMUTE, 0),),))

    def wallet_muted(self, subscription: Subscription, say: Texts) -> RenderedMessage:
        """Until when the chat hears nothing of a wallet."""
        name = wallet(subscription.address, subscription.label, say)
        until = subscription.filter.muted_until
        if until is None:
            return RenderedMessage(say("muting.wallet_back", wallet=name))
        if until >= FOREVER:
            text = say("muting.wallet_forever", wallet=name)
        else:
            zone = subscription.chat.settings.timezone
            text = say("muting.wallet", wallet=name, until=when(until, say, zone))
        again = button(say("button.mute.unmute"), Action.AM_UNMUTE, subscription.id)
        return RenderedMessage(text, ((again,),))

    def unmuted(self, say: Texts) -> RenderedMessage:
        """That the chat hears again."""
        return RenderedMessage(say("muting.back"))

    def snoozed(self, chat: Chat, say: Texts) -> RenderedMessage:
        """Until when everything is held."""
        until = when(chat.settings.snoozed_until, say, chat.settings.timezone)
        return RenderedMessage(
            say("muting.snoozed", until=until), ((button(say("button.mute.unmute"), Action.AM_UNMUTE, 0),),)
        )

    def quiet(self, settings: ChatSettings, say: Texts) -> RenderedMessage:
        """The quiet hours."""
        present = settings.quiet
        lines = [say("quiet.title"), _hours(present, settings.timezone, say), Html(""), say("quiet.hint")]
        row = tuple(button(text, Action.AM_QUIET, text.replace(":", "")) for text in NIGHTS)
        off = button(say("button.mute.off"), Action.AM_QUIET, "off")
        return RenderedMessage(Html("\n".join(lines)), (row, *(((off,),) if present else ()), _settings(say)))

    def digest(self, settings: ChatSettings, say: Texts) -> RenderedMessage:
        """How often the chat hears."""
        hour = f"{settings.digest_hour:02}:00"
        words = say(f"digest_mode.{settings.pace.value}", hour=hour, zone=settings.timezone)
        lines = [say("digest_mode.title"), words, Html(""), say("digest_mode.hint")]

        def choice(text: str, pace: Pace, hour: int | None = None) -> Button:
            is_on = settings.pace is pace and hour in {None, settings.digest_hour}
            value = pace.value if hour is None else f"{pace.value} {hour}"
            return button(f"✅ {text}" if is_on else text, Action.AM_DIGEST, value)

        rows = (
            (choice(say("button.mute.now"), Pace.NOW), choice(say("button.mute.hourly"), Pace.HOURLY)),
            tuple(choice(say("button.mute.daily", hour=f"{each:02}:00"), Pace.DAILY, each) for each in HOURS),
            _settings(say),
        )
        return RenderedMessage(Html("\n".join(lines)), rows)


def _hours(quiet: QuietHours | None, zone: str, say: Texts) -> Html:
    if quiet is None:
        return say("quiet.none")
    start, end = (f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (quiet.start, quiet.end))
    if not quiet.weekdays:
        return say("quiet.set", start=start, end=end, zone=zone)
    names = say("quiet.days").split()
    days = series((Html(names[day]) for day in quiet.weekdays), say)
    return say("quiet.set_days", start=start, end=end, days=days, zone=zone)


def _times(action: Action, say: Texts) -> tuple[tuple[Button, ...], ...]:
    buttons = tuple(
        button(say("button.mute.time", time=lasting(time, say)), action, round(time.total_seconds()))
        for time in TIMES
    )
    return (buttons[:2], buttons[2:])


def _settings(say: Texts) -> tuple[Button, ...]:
    return (button(say("button.settings"), Action.SETTINGS),)
