"""Groups and channels: which there are, what they hear of, how they are served, and what became of them."""

from collections.abc import Sequence
from typing import Final

from walletwatch.bot.formatting import short
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button, switch
from walletwatch.bot.texts import Html, Texts, texts
from walletwatch.bot.views.paging import behind, page_of, turns
from walletwatch.domain.chats import Chat, ChatKind
from walletwatch.domain.linking import Link, LinkedChat, LinkedWallet
from walletwatch.domain.work import Button, RenderedMessage

SEPARATOR: Final = "."
PAGE_SIZE: Final = 8
SHOWN: Final = 20
MAX_TITLE: Final = 40
_ICONS: Final = {ChatKind.CHANNEL: "📣"}


class GroupsView:
    """Renders groups and channels."""

    def overview(
        self, chats: Sequence[LinkedChat], code: str | None, bot: str, say: Texts
    ) -> RenderedMessage:
        """Somebody's groups and channels, and how to add one."""
        lines = [say("link.title")]
        lines += [_line(linked, say) for linked in chats[:SHOWN]]
        lines += [Html(""), say("link.how_group")]
        lines.append(say("link.no_code") if code is None else say("link.code", code=code))
        lines += [Html(""), say("link.how_channel")]
        rows = [_choice(linked.chat, Action.LINK, f"{linked.chat.chat_id}.0") for linked in chats[:SHOWN]]
        if code is not None:
            group = f"https://t.me/{bot}?startgroup=g_{code}"
            rows.append((Button(say("button.add_group"), url=group),))
        channel = f"https://t.me/{bot}?startchannel&admin=post_messages"
        rows.append((Button(say("button.add_channel"), url=channel),))
        return RenderedMessage(join_lines(lines), tuple(rows))

    def link(self, link: Link, page: int, say: Texts) -> RenderedMessage:
        """What a group or channel hears of: a button for each wallet turns it on or off."""
        chat, wallets = link.chat, link.wallets
        chat_id = chat.chat_id
        told = sum(wallet.told for wallet in wallets)
        lines = [say("link.chat", icon=_icon(chat), title=_title(chat, say))]
        if not chat.active:
            lines.append(say("link.silent"))
        lines.append(say("link.told", told=told, count=len(wallets)) if wallets else say("link.no_wallets"))
        page, last = page_of(page, len(wallets), PAGE_SIZE)
        rows: list[tuple[Button, ...]] = [
            (
                button(
                    _switch(wallet),
                    Action.LINK_WALLET,
                    f"{chat_id}.{wallet.wallet_id}.{page}.{switch(wallet.told)}",
                ),
            )
            for wallet in wallets[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
        ]
        rows += turns(Action.LINK, behind(str(chat_id)), page, last, say)
        if wallets:
            rows.append(
                (
                    button(say("button.link_all"), Action.LINK_ALL, f"{chat_id}.1"),
                    button(say("button.link_none"), Action.LINK_ALL, f"{chat_id}.0"),
                )
            )
        rows.append((button(say("button.link_alike"), Action.LINK_ALIKE, chat_id),))
        rows.append(
            (
                button(say("button.unlink"), Action.UNLINK, chat_id),
                button(say("button.back"), Action.LINKS),
            )
        )
        return RenderedMessage(join_lines(lines), tuple(rows))

    def linked_here(self, in_topic: bool, say: Texts) -> RenderedMessage:
        """To a group, that it is linked."""
        row = (button(say("button.group_settings"), Action.GROUP_SETTINGS),)
        return RenderedMessage(say("link.done_topic" if in_topic else "link.done"), (row,))

    def choose_unlink(self, chats: Sequence[LinkedChat], say: Texts) -> RenderedMessage:
        """Which of somebody's groups and channels is meant."""
        rows = tuple(_choice(linked.chat, Action.UNLINK, linked.chat.chat_id) for linked in chats[:SHOWN])
        return RenderedMessage(say("unlink.choose"), rows)

    def unlink_question(self, chat: Chat, say: Texts, *, in_group: bool) -> RenderedMessage:
        """Whether it is meant."""
        back = say("button.back")
        row = (
            button(say("button.confirm_unlink"), Action.UNLINK_CONFIRMED, chat.chat_id),
            button(back, Action.GROUP_SETTINGS)
            if in_group
            else button(back, Action.LINK, f"{chat.chat_id}.0"),
        )
        return RenderedMessage(say("unlink.question", title=_title(chat, say)), (row,))

    def unlinked(self, count: int, in_group: bool, say: Texts) -> RenderedMessage:
        """That it was done."""
        rows = () if in_group else (_links(say),)
        return RenderedMessage(say("unlink.done", count=count) if count else say("unlink.done_quietly"), rows)

    def released(self, chat: Chat, say: Texts) -> RenderedMessage:
        """That somebody who does not administer a chat answers for it no longer."""
        return RenderedMessage(say("unlink.released", title=_title(chat, say)), (_links(say),))

    def settings(self, chat: Chat, wallets: int, topic: int | None, say: Texts) -> RenderedMessage:
        """How a group is served.

        Args:
            chat: The group.
            wallets: How many it hears of.
            topic: Where this is shown.
            say: In whose language.
        """
        present = chat.settings
        lines = [
            say("groupsettings.title"),
            say("groupsettings.wallets", count=wallets),
            say("groupsettings.owner" if chat.owner.user_id else "groupsettings.nobody"),
            say("groupsettings.admins_only" if present.admins_only else "groupsettings.everybody"),
        ]
        if present.topic is not None:
            here = present.topic == topic
            lines.append(say("groupsettings.topic_here" if here else "groupsettings.topic_other"))
        elif topic is not None:
            lines.append(say("groupsettings.topic_general"))
        lines.append(say("groupsettings.spoken", zone=present.timezone, language=say("language.name")))
        asking = "button.ask_everybody" if present.admins_only else "button.ask_admins"
        rows: list[tuple[Button, ...]] = [
            (button(say(asking), Action.GROUP_ADMINS, switch(present.admins_only)),)
        ]
        if topic is not None and present.topic != topic:
            rows.append((button(say("button.alerts_here"), Action.GROUP_TOPIC),))
        if present.topic is not None:
            rows.append((button(say("button.alerts_general"), Action.GROUP_GENERAL),))
        rows.append(
            (
                button(say("button.language"), Action.LANGUAGE),
                button(say("button.timezone"), Action.TIMEZONE),
                button(say("button.currency"), Action.CURRENCY),
            )
        )
        rows.append((button(say("button.settings"), Action.SETTINGS),))
        return RenderedMessage(join_lines(lines), tuple(rows))


class HtmlNotices:
    """`ports.linking.ChatNotices` in Telegram HTML."""

    def unreachable(self, chat: Chat, owner: Chat) -> RenderedMessage:
        """To the owner in private: a group or channel does not take messages any more."""
        say = texts(owner.spoken_language)
        text = say("notice.unreachable", icon=_icon(chat), title=_title(chat, say))
        return RenderedMessage(text, (_choice(chat, Action.LINK, f"{chat.chat_id}.0"),))

    def topic_gone(self, chat: Chat) -> RenderedMessage:
        """To a forum: the topic that alerts went to is closed, or gone."""
        return RenderedMessage(texts(chat.spoken_language)("notice.topic_gone"))

    def brought(self, chat: Chat, language: str) -> RenderedMessage:
        """To whoever brought the bot into a channel."""
        say = texts(language)
        text = say("notice.brought", icon=_icon(chat), title=_title(chat, say))
        return RenderedMessage(text, (_choice(chat, Action.LINK, f"{chat.chat_id}.0"),))


def welcome(say: Texts) -> RenderedMessage:
    """To a group that the bot was brought into, or that begins."""
    rows = (
        (button(say("button.menu"), Action.MENU), button(say("button.help"), Action.HELP)),
        (button(say("button.group_settings"), Action.GROUP_SETTINGS),),
    )
    return RenderedMessage(say("group.welcome"), rows)


def _links(say: Texts) -> tuple[Button, ...]:
    return (button(say("button.links"), Action.LINKS),)


def _line(linked: LinkedChat, say: Texts) -> Html:
    icon, title = _icon(linked.chat), _title(linked.chat, say)
    if not linked.chat.active:
        return say("link.line_silent", icon=icon, title=title)
    return say("link.line", icon=icon, title=title, count=linked.wallets)


def _choice(chat: Chat, action: Action, argument: object) -> tuple[Button, ...]:
    name = chat.title or str(chat.chat_id)
    return (button(f"{_icon(chat)} {name[:MAX_TITLE]}", action, argument),)


def _switch(wallet: LinkedWallet) -> str:
    return f"{'✅' if wallet.told else '⬜️'} {wallet.label or short(wallet.address)}"


def _icon(chat: Chat) -> str:
    return _ICONS.get(chat.kind, "👥")


def _title(chat: Chat, say: Texts) -> str:
    return chat.title or say("link.untitled", id=chat.chat_id)
