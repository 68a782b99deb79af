"""Silence, snoozing, quiet hours and digests in words."""

from collections.abc import Sequence
from datetime import datetime, timedelta
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

    def ask_mute(self, chat: Chat, now: datetime, say: Texts) -> RenderedMessage:
        """For how long to be silent, and what holds already."""
        forever = button(say("button.mute.forever"), Action.AM_MUTE, 0)
        return _asking(say("muting.ask"), (*_times(Action.AM_MUTE, say), (forever,)), chat, now, say)

    def ask_snooze(self, chat: Chat, now: datetime, say: Texts) -> RenderedMessage:
        """For how long to hold everything, and what holds already."""
        return _asking(say("muting.snooze_ask"), _times(Action.AM_SNOOZE, say), chat, now, say)

    def muted(self, chat: Chat, say: Texts) -> RenderedMessage:
        """Until when the chat hears nothing."""
        return RenderedMessage(_muted(chat, say), (_again(say),))

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
        return RenderedMessage(_snoozed(chat, say), (_again(say),))

    def woken(self, say: Texts) -> RenderedMessage:
        """That nothing is held by a snooze any more."""
        return RenderedMessage(say("muting.woken"))

    def quiet(self, settings: ChatSettings, say: Texts) -> RenderedMessage:
        """The quiet hours."""
        present = settings.quiet
        lines = [say("quiet.title"), _hours(present, settings.timezone, say), Html(""), say("quiet.hint")]
        hours = None if present is None or present.weekdays else "-".join(_clock(present))
        row = tuple(
            button(f"✅ {text}" if text == hours else text, Action.AM_QUIET, text.replace(":", ""))
            for text in NIGHTS
        )
        off = button(say("button.mute.off"), Action.AM_QUIET, "off")
        return RenderedMessage(Html("\n".join(lines)), (row, *(((off,),) if present else ()), _by_clock(say)))

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
            _by_clock(say),
        )
        return RenderedMessage(Html("\n".join(lines)), rows)


def _asking(
    question: Html, answers: Sequence[Sequence[Button]], chat: Chat, now: datetime, say: Texts
) -> RenderedMessage:
    settings = chat.settings
    present = [_muted(chat, say)] if settings.is_muted(now) else []
    if settings.timing.urgent_until(now) is not None:
        present.append(_snoozed(chat, say))
    text = Html("\n\n".join([*present, question]))
    return RenderedMessage(text, (*answers, *([_again(say)] if present else []), _settings(say)))


def _muted(chat: Chat, say: Texts) -> Html:
    until = chat.settings.filter.muted_until
    if chat.settings.muted or until is None:
        return say("muting.all_forever")
    return say("muting.all", until=when(until, say, chat.settings.timezone))


def _snoozed(chat: Chat, say: Texts) -> Html:
    until = when(chat.settings.snoozed_until, say, chat.settings.timezone)
    return say("muting.snoozed", until=until)


def _again(say: Texts) -> tuple[Button, ...]:
    return (button(say("button.mute.unmute"), Action.AM_UNMUTE, 0),)


def _clock(quiet: QuietHours) -> tuple[str, str]:
    start, end = (f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (quiet.start, quiet.end))
    return start, end


def _hours(quiet: QuietHours | None, zone: str, say: Texts) -> Html:
    if quiet is None:
        return say("quiet.none")
    start, end = _clock(quiet)
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


def _by_clock(say: Texts) -> tuple[Button, ...]:
    return (button(say("button.timezone"), Action.TIMEZONE), *_settings(say))


def _settings(say: Texts) -> tuple[Button, ...]:
    return (button(say("button.settings"), Action.SETTINGS),)
