"""Many wallets at once: /import, /exportwallets, /share."""

from collections.abc import Sequence
from typing import Final

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import Complaint, Dialogue, need_admin
from walletwatch.bot.keyboards import Action, StaleData, number_of
from walletwatch.bot.pasted import all_unlinked
from walletwatch.bot.talk import FileRefused, Talk
from walletwatch.bot.texts import Html
from walletwatch.bot.views.wallet_lists import BARE, EVERYTHING, NAMED
from walletwatch.bot.views.ways import giving_up, nothing_watched
from walletwatch.domain.plans import Quota
from walletwatch.domain.wallet_book import Share, WalletEntry, tag_counts, tag_key, tag_with
from walletwatch.domain.wallet_files import (
    MAX_BYTES,
    MAX_LINES,
    UnreadableList,
    decode_text,
    write_csv,
)

LINK: Final = "s"
FILE_NAME: Final = "wallets.csv"


async def import_(talk: Talk, dialogue: Dialogue) -> None:
    """Watch the wallets of a list: behind the command, in a file, or as the answer."""
    if talk.attachment is None:
        if not talk.arguments:
            await ask_import(talk, dialogue)
        else:
            await import_text(talk, dialogue, talk.body)
        return
    await need_admin(talk)
    try:
        text = decode_text(await talk.download(MAX_BYTES))
    except FileRefused as error:
        dialogue.metrics.count("FilesRefused")
        raise Complaint("error.import_too_large", lines=MAX_LINES, kilobytes=MAX_BYTES // 1024) from error
    except UnreadableList as error:
        raise _unreadable(error) from error
    await import_text(talk, dialogue, text)


async def ask_import(talk: Talk, dialogue: Dialogue) -> None:
    """Ask for the list."""
    if not await dialogue.conversations.ask(talk.contact, "import"):
        raise Complaint("error.import_usage")
    await talk.reply(talk.say("ask.import", lines=MAX_LINES), giving_up(talk.say))


async def import_text(talk: Talk, dialogue: Dialogue, text: str) -> None:
    """Watch the wallets of a text, and say what became of each line."""
    await need_admin(talk)
    limit = dialogue.quotas.limit(talk.chat.owner, Quota.WALLETS)
    try:
        done = await dialogue.wallets.imports.read(talk.chat_id, all_unlinked(text), limit=limit)
    except UnreadableList as error:
        raise _unreadable(error) from error
    if done is None:
        raise Complaint("error.import_limit")
    dialogue.metrics.count("WalletsImported", len(done.added))
    await talk.send(dialogue.views.wallet_lists.imported(done, talk.say))


async def export(talk: Talk, dialogue: Dialogue) -> None:
    """Send what the chat watches as a CSV file."""
    entries = await dialogue.wallets.book.entries(talk.chat_id)
    if not entries:
        await talk.show(nothing_watched(talk.say))
        return
    await talk.document(FILE_NAME, write_csv(entries), talk.say("export.wallets", count=len(entries)))


async def share(talk: Talk, dialogue: Dialogue) -> None:
    """`/share [#tag]`: ask what shall be shared, and show what is."""
    entries, shares = await dialogue.wallets.sharing.shares(talk.chat_id)
    tag = talk.arguments[0].removeprefix("#").casefold() if talk.arguments else None
    if tag is not None and tag not in tag_counts(entries):
        raise Complaint("error.no_such_tag", name=talk.arguments[0])
    await _ask_share(talk, dialogue, entries, shares, tag)


async def ask_share(talk: Talk, dialogue: Dialogue, key: str) -> None:
    """The same from a list, whose wallets may be those of a tag."""
    entries, shares = await dialogue.wallets.sharing.shares(talk.chat_id)
    await _ask_share(talk, dialogue, entries, shares, _tag(entries, key) if key else None)


async def make_share(talk: Talk, dialogue: Dialogue, naming: str, key: str) -> None:
    """Make the link."""
    if naming not in {NAMED, BARE} or not key:
        raise StaleData
    await need_admin(talk)
    entries = await dialogue.wallets.book.entries(talk.chat_id)
    tag = None if key == EVERYTHING else _tag(entries, key)
    shared = [entry for entry in entries if tag is None or tag in entry.tags]
    if not shared:
        raise Complaint("error.outdated")
    made = await dialogue.wallets.sharing.share(talk.chat_id, shared, named=naming == NAMED)
    link = f"{talk.bot.link}?start={LINK}_{made.token}"
    await talk.show(dialogue.views.wallet_lists.share_made(made, link, talk.say, talk.chat.settings.timezone))


async def revoke(talk: Talk, dialogue: Dialogue, share_id: int) -> None:
    """End a link."""
    await need_admin(talk)
    if not await dialogue.wallets.sharing.revoke(talk.chat_id, share_id):
        raise Complaint("error.outdated")
    entries, shares = await dialogue.wallets.sharing.shares(talk.chat_id)
    await _show_share(talk, dialogue, entries, shares, None)
    await talk.toast(talk.say("share.revoked"))


async def share_wallet(talk: Talk, dialogue: Dialogue, subscription_id: int) -> None:
    """A link to one wallet, which anybody could make."""
    subscription = await dialogue.wallets.book.use(talk.chat_id, subscription_id)
    if subscription is None:
        raise Complaint("error.outdated")
    link = f"{talk.bot.link}?start=w_{subscription.address}"
    await talk.show(dialogue.views.wallet_card.shared(subscription, link, talk.say))


async def open_link(talk: Talk, dialogue: Dialogue, token: str) -> None:
    """Show the list of a deep link."""
    await _show_shared(talk, dialogue, await _opened(dialogue, token), 0)


async def shared_page(talk: Talk, dialogue: Dialogue, token: str, number: str) -> None:
    """Turn to another page of it."""
    page = number_of(number)
    await _show_shared(talk, dialogue, await _opened(dialogue, token), page)


async def add_shared(talk: Talk, dialogue: Dialogue, token: str, number: str) -> None:
    """Watch one of its wallets."""
    index = number_of(number)
    found = await _opened(dialogue, token)
    if index >= len(found.wallets):
        raise StaleData
    await _add(talk, dialogue, found, index)


async def add_all_shared(talk: Talk, dialogue: Dialogue, token: str) -> None:
    """Watch all of its wallets, as many as may be."""
    await _add(talk, dialogue, await _opened(dialogue, token), None)


async def _add(talk: Talk, dialogue: Dialogue, found: Share, index: int | None) -> None:
    await need_admin(talk)
    wanted = found.wallets if index is None else [found.wallets[index]]
    done = await dialogue.wallets.imports.add(
        talk.chat_id,
        {each.address: each.label for each in wanted},
        limit=dialogue.quotas.limit(talk.chat.owner, Quota.WALLETS),
    )
    said = [talk.say("shared.added", count=len(done.added))] if done.added else []
    if done.refused:
        said.append(talk.say("import.refused", count=done.refused, limit=done.limit))
    if done.added and not done.started:
        said.append(talk.say("watch.chain"))
    first = Html("\n".join(said)) if said else talk.say("shared.nothing_new")
    page = 0 if index is None else dialogue.views.wallet_lists.page_of(index)
    await _show_shared(talk, dialogue, found, page, first=first)


async def _opened(dialogue: Dialogue, token: str) -> Share:
    found = await dialogue.wallets.sharing.open(token)
    if found is None:
        raise Complaint("error.share_ended")
    return found


async def _show_shared(
    talk: Talk, dialogue: Dialogue, found: Share, page: int, *, first: Html | None = None
) -> None:
    watched = await dialogue.watching.subscriptions(talk.chat_id)
    addresses = {each.address for each in watched}
    await talk.show(dialogue.views.wallet_lists.shared(found, page, addresses, talk.say, first=first))


async def _ask_share(
    talk: Talk,
    dialogue: Dialogue,
    entries: Sequence[WalletEntry],
    shares: Sequence[Share],
    tag: str | None,
) -> None:
    if not entries:
        await talk.show(nothing_watched(talk.say))
        return
    # The links of a list are a matter of whoever may make them.
    await need_admin(talk)
    await _show_share(talk, dialogue, entries, shares, tag)


async def _show_share(
    talk: Talk,
    dialogue: Dialogue,
    entries: Sequence[WalletEntry],
    shares: Sequence[Share],
    tag: str | None,
) -> None:
    count = sum(tag is None or tag in entry.tags for entry in entries)
    key = EVERYTHING if tag is None else tag_key(tag)
    zone = talk.chat.settings.timezone
    await talk.show(dialogue.views.wallet_lists.share_question(count, tag, key, shares, talk.say, zone))


def _tag(entries: Sequence[WalletEntry], key: str) -> str:
    tag = tag_with(key, tag_counts(entries))
    if tag is None:
        raise StaleData
    return tag


def _unreadable(error: UnreadableList) -> Complaint:
    return Complaint(f"error.import_{error.reason}", lines=MAX_LINES, kilobytes=MAX_BYTES // 1024)


AREA: Final = Area(
    Topic.WALLETS,
    commands=(
        Command("import", import_, takes_file=True),
        Command("exportwallets", export),
        Command("share", share),
    ),
    buttons={
        Action.IMPORT: lambda talk, dialogue, _data: ask_import(talk, dialogue),
        Action.EXPORT: lambda talk, dialogue, _data: export(talk, dialogue),
        Action.SHARE: lambda talk, dialogue, data: ask_share(talk, dialogue, data.argument),
        Action.SHARE_MADE: lambda talk, dialogue, data: make_share(talk, dialogue, *data.parts),
        Action.SHARE_REVOKED: lambda talk, dialogue, data: revoke(talk, dialogue, data.number),
        Action.SHARE_WALLET: lambda talk, dialogue, data: share_wallet(talk, dialogue, data.number),
        Action.SHARED: lambda talk, dialogue, data: shared_page(talk, dialogue, *data.parts),
        Action.SHARED_ADD: lambda talk, dialogue, data: add_shared(talk, dialogue, *data.parts),
        Action.SHARED_ADD_ALL: lambda talk, dialogue, data: add_all_shared(talk, dialogue, data.argument),
    },
    links={LINK: open_link},
)
