"""What a chat writes down about its wallets, and of which it wants to hear.

/label, /tag, /tags, /note, /pause, /resume.
"""

from collections.abc import Sequence
from typing import Final

from walletwatch.bot.commands.command import Area, Command, Topic
from walletwatch.bot.commands.dialogue import (
    Complaint,
    Dialogue,
    called,
    choose,
    fitting,
    need_admin,
    owned,
    wallet_and_rest,
    watched_by,
)
from walletwatch.bot.formatting import wallet
from walletwatch.bot.keyboards import SEPARATOR, Action, StaleData, number_of, wished
from walletwatch.bot.talk import Talk
from walletwatch.bot.texts import Html
from walletwatch.bot.views.wallet_card import LABEL, NOTE, tags_line
from walletwatch.bot.views.ways import nothing_watched
from walletwatch.domain.chats import Subscription
from walletwatch.domain.errors import TooManyTags
from walletwatch.domain.wallet_book import (
    MAX_TAGS,
    WalletEntry,
    label_of,
    note_of,
    tag_counts,
    tag_of,
    tag_with,
)
from walletwatch.domain.work import RenderedMessage

NOTHING: Final = "-"
"""What is written to take a label or a note away."""
ALL: Final = "all"
"""What is written in place of a wallet to mean all of them."""


async def label(talk: Talk, dialogue: Dialogue) -> None:
    """`/label WALLET NAME`; what is missing is asked for."""
    found = await wallet_and_rest(talk, dialogue)
    if found is None:
        await choose(talk, dialogue, "label", talk.say("label.choose"), Action.LABEL, only_watched=True)
        return
    subscription, text = found
    if not text:
        await _ask_label(talk, dialogue, subscription)
        return
    name = None if text == NOTHING else fitting(label_of, text)
    await _rename(talk, dialogue, subscription.id, name)


async def ask_label(talk: Talk, dialogue: Dialogue, subscription_id: int) -> None:
    """Ask for the name of the wallet of a button."""
    await _ask_label(talk, dialogue, await owned(talk, dialogue, subscription_id))


async def tag(talk: Talk, dialogue: Dialogue) -> None:
    """`/tag WALLET TAG …`, with `-` before what is to be taken away; what is missing is asked for."""
    found = await wallet_and_rest(talk, dialogue)
    if found is None:
        await choose(talk, dialogue, "tag", talk.say("tag.choose"), Action.WALLET_TAGS, only_watched=True)
        return
    subscription, text = found
    if not text:
        await wallet_tags(talk, dialogue, subscription.id)
        return
    words = text.replace(",", " ").split()
    remove = [fitting(tag_of, word[1:]) for word in words if word.startswith(NOTHING)]
    add = [fitting(tag_of, word) for word in words if not word.startswith(NOTHING)]
    entry = await _retag(talk, dialogue, subscription.id, add, remove)
    name = wallet(subscription.address, subscription.label, talk.say)
    tags = tags_line(entry.tags, talk.say) if entry.tags else talk.say("tag.none")
    await talk.reply(
        Html(f"{talk.say('tag.done', wallet=name)}\n{tags}"),
        dialogue.views.wallet_card.keyboard(subscription, talk.say),
    )


async def wallet_tags(talk: Talk, dialogue: Dialogue, subscription_id: int) -> None:
    """Show the tags of a wallet, to be changed by buttons or by a text."""
    entries = await dialogue.wallets.book.entries(talk.chat_id)
    entry = _of(entries, subscription_id)
    await _edit_tags(talk, dialogue, entry, [*tag_counts(entries)])


async def toggle_tag(talk: Talk, dialogue: Dialogue, number: str, place: str) -> None:
    """Give a wallet one of the chat's tags, or take it away."""
    key, _, wish = place.partition(SEPARATOR)
    has = not wished(wish)
    entries = await dialogue.wallets.book.entries(talk.chat_id)
    entry = _of(entries, number_of(number))
    known = [*tag_counts(entries)]
    chosen = tag_with(key, known)
    if chosen is None:
        raise StaleData
    changed = await _retag(
        talk, dialogue, entry.subscription.id, [] if has else [chosen], [chosen] if has else []
    )
    await _edit_tags(talk, dialogue, changed, known)


async def tags(talk: Talk, dialogue: Dialogue) -> None:
    """Show all tags of the chat."""
    entries = await dialogue.wallets.book.entries(talk.chat_id)
    await talk.show(dialogue.views.wallets.tags(entries, talk.say))


async def note(talk: Talk, dialogue: Dialogue) -> None:
    """`/note WALLET TEXT`; what is missing is asked for."""
    found = await wallet_and_rest(talk, dialogue)
    if found is None:
        await choose(talk, dialogue, "note", talk.say("note.choose"), Action.NOTE, only_watched=True)
        return
    subscription, text = found
    if not text:
        await ask_note(talk, dialogue, subscription.id)
        return
    await _annotate(talk, dialogue, subscription.id, None if text == NOTHING else fitting(note_of, text))


async def ask_note(talk: Talk, dialogue: Dialogue, subscription_id: int) -> None:
    """Show the note of a wallet, and ask for another."""
    entry = await dialogue.wallets.book.entry(talk.chat_id, subscription_id)
    if entry is None:
        raise Complaint("error.outdated")
    asked = await dialogue.conversations.ask(talk.contact, "note", before=(entry.subscription.address,))
    await talk.show(dialogue.views.wallet_card.note_question(entry, talk.say, asked=asked))


async def clear(talk: Talk, dialogue: Dialogue, what: str, number: str) -> None:
    """Take away a name or a note."""
    if what == LABEL:
        await _rename(talk, dialogue, number_of(number), None)
    elif what == NOTE:
        await _annotate(talk, dialogue, number_of(number), None)
    else:
        raise StaleData


async def pause(talk: Talk, dialogue: Dialogue) -> None:
    """`/pause WALLET`; without a wallet, or by `all`, all are meant, and it is asked whether they are."""
    if await _means_all(talk, dialogue):
        await ask_pause_all(talk, dialogue)
        return
    found = await wallet_and_rest(talk, dialogue)
    if found is None:
        await choose(talk, dialogue, "pause", talk.say("pause.choose"), Action.PAUSE, only_watched=True)
        return
    await pause_one(talk, dialogue, found[0].id)


async def pause_one(talk: Talk, dialogue: Dialogue, subscription_id: int) -> None:
    """Tell nothing of one wallet."""
    await need_admin(talk)
    paused = await dialogue.wallets.pause(talk.chat_id, [subscription_id])
    # Nothing is changed by a second tap, and by one on another chat's wallet.
    paused = paused or [await owned(talk, dialogue, subscription_id)]
    await talk.show(dialogue.views.wallet_card.paused(paused, talk.say))


async def ask_pause_all(talk: Talk, dialogue: Dialogue) -> None:
    """Ask whether all wallets are meant."""
    watched = await watched_by(talk, dialogue)
    count = sum(not each.paused for each in watched)
    if not watched:
        await talk.show(nothing_watched(talk.say))
    elif not count:
        raise Complaint("error.all_paused")
    else:
        await talk.show(dialogue.views.wallet_card.pause_question(count, talk.say))


async def pause_all(talk: Talk, dialogue: Dialogue) -> None:
    """Tell nothing of any wallet."""
    await need_admin(talk)
    paused = await dialogue.wallets.pause(talk.chat_id, None)
    if not paused:
        raise Complaint("error.all_paused")
    await talk.show(dialogue.views.wallet_card.paused(paused, talk.say))


async def resume(talk: Talk, dialogue: Dialogue) -> None:
    """`/resume WALLET`; without a wallet, or by `all`, all that are paused."""
    if await _means_all(talk, dialogue):
        await resume_all(talk, dialogue)
        return
    found = await wallet_and_rest(talk, dialogue)
    if found is None:
        await choose(talk, dialogue, "resume", talk.say("resume.choose"), Action.RESUME, only_watched=True)
        return
    await resume_one(talk, dialogue, found[0].id)


async def resume_one(talk: Talk, dialogue: Dialogue, subscription_id: int) -> None:
    """Tell of one wallet again."""
    await _resume(talk, dialogue, [subscription_id])


async def resume_all(talk: Talk, dialogue: Dialogue) -> None:
    """Tell of all wallets again."""
    await _resume(talk, dialogue, None)


async def _means_all(talk: Talk, dialogue: Dialogue) -> bool:
    """Whether no wallet in particular is meant; one that is called `all` is one in particular."""
    words = " ".join(talk.arguments).casefold()
    return not words or (words == ALL and not called(words, await watched_by(talk, dialogue)))


async def _ask_label(talk: Talk, dialogue: Dialogue, subscription: Subscription) -> None:
    if not await dialogue.conversations.ask(talk.contact, "label", before=(subscription.address,)):
        raise Complaint("error.label_usage")
    await talk.show(dialogue.views.wallet_card.label_question(subscription, talk.say))


async def _edit_tags(talk: Talk, dialogue: Dialogue, entry: WalletEntry, known: Sequence[str]) -> None:
    asked = await dialogue.conversations.ask(talk.contact, "tag", before=(entry.subscription.address,))
    await talk.show(dialogue.views.wallet_card.tag_editor(entry, known, talk.say, asked=asked))


async def _rename(talk: Talk, dialogue: Dialogue, subscription_id: int, name: str | None) -> None:
    await need_admin(talk)
    renamed = await dialogue.wallets.book.rename(talk.chat_id, subscription_id, name)
    if renamed is None:
        raise Complaint("error.outdated")
    done = talk.say(
        "label.removed" if name is None else "label.done", wallet=wallet(renamed.address, name, talk.say)
    )
    await talk.show(RenderedMessage(done, dialogue.views.wallet_card.keyboard(renamed, talk.say)))


async def _retag(
    talk: Talk, dialogue: Dialogue, subscription_id: int, add: Sequence[str], remove: Sequence[str]
) -> WalletEntry:
    await need_admin(talk)
    try:
        entry = await dialogue.wallets.book.retag(talk.chat_id, subscription_id, add=add, remove=remove)
    except TooManyTags as error:
        raise Complaint("error.too_many_tags", limit=MAX_TAGS) from error
    if entry is None:
        raise Complaint("error.outdated")
    return entry


async def _annotate(talk: Talk, dialogue: Dialogue, subscription_id: int, text: str | None) -> None:
    await need_admin(talk)
    entry = await dialogue.wallets.book.annotate(talk.chat_id, subscription_id, text)
    if entry is None:
        raise Complaint("error.outdated")
    subscription = entry.subscription
    name = wallet(subscription.address, subscription.label, talk.say)
    done = talk.say("note.removed" if text is None else "note.done", wallet=name)
    if text is not None:
        done = Html(f"{done}\n{talk.say('note.text', note=text)}")
    await talk.show(RenderedMessage(done, dialogue.views.wallet_card.keyboard(subscription, talk.say)))


async def _resume(talk: Talk, dialogue: Dialogue, ids: Sequence[int] | None) -> None:
    await need_admin(talk)
    resumed = await dialogue.wallets.book.resume(talk.chat_id, ids)
    if not resumed:
        raise Complaint("error.not_paused")
    history = any(command.name == "history" for command in dialogue.catalogue.commands())
    await talk.show(dialogue.views.wallet_card.resumed(resumed, talk.say, history=history))


def _of(entries: Sequence[WalletEntry], subscription_id: int) -> WalletEntry:
    entry = next((each for each in entries if each.subscription.id == subscription_id), None)
    if entry is None:
        raise Complaint("error.outdated")
    return entry


AREA: Final = Area(
    Topic.WALLETS,
    commands=(
        Command("label", label, names_wallet=True),
        Command("tag", tag, names_wallet=True),
        Command("tags", tags),
        Command("note", note, names_wallet=True),
        Command("pause", pause, names_wallet=True),
        Command("resume", resume, names_wallet=True),
    ),
    buttons={
        Action.LABEL: lambda talk, dialogue, data: ask_label(talk, dialogue, data.number),
        Action.CLEAR: lambda talk, dialogue, data: clear(talk, dialogue, *data.parts),
        Action.WALLET_TAGS: lambda talk, dialogue, data: wallet_tags(talk, dialogue, data.number),
        Action.TAG_TOGGLE: lambda talk, dialogue, data: toggle_tag(talk, dialogue, *data.parts),
        Action.TAGS: lambda talk, dialogue, _data: tags(talk, dialogue),
        Action.NOTE: lambda talk, dialogue, data: ask_note(talk, dialogue, data.number),
        Action.PAUSE: lambda talk, dialogue, data: pause_one(talk, dialogue, data.number),
        Action.PAUSE_ALL: lambda talk, dialogue, _data: ask_pause_all(talk, dialogue),
        Action.PAUSE_ALL_CONFIRMED: lambda talk, dialogue, _data: pause_all(talk, dialogue),
        Action.RESUME: lambda talk, dialogue, data: resume_one(talk, dialogue, data.number),
        Action.RESUME_ALL: lambda talk, dialogue, _data: resume_all(talk, dialogue),
    },
)
