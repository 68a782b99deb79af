"""Many wallets at once: what an import did, and lists that are shared."""

from collections.abc import Collection, Sequence
from typing import Final

from walletwatch.bot.formatting import day, short, wallet
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import SEPARATOR, Action, button
from walletwatch.bot.texts import Html, Texts
from walletwatch.bot.views.paging import behind, numbered, page_of, turns
from walletwatch.bot.views.wallet_card import link_buttons
from walletwatch.bot.views.wallets import PAGE_SIZE, cut
from walletwatch.domain.wallet_book import Share
from walletwatch.domain.work import Button, RenderedMessage
from walletwatch.services.importing import Imported

BAD_LINES: Final = 15
MANAGED: Final = 10
EVERYTHING: Final = "-"
"""In a button's data, in place of a tag's key."""
NAMED, BARE = "y", "n"


class WalletListsView:
    """Renders lists of wallets."""

    def imported(self, done: Imported, say: Texts) -> RenderedMessage:
        """What became of each line."""
        lines = [say("import.added", count=len(done.added)) if done.added else say("import.none_added")]
        if done.known:
            lines.append(say("import.known", count=done.known))
        if done.repeated:
            lines.append(say("import.repeated", count=done.repeated))
        if done.refused:
            lines.append(say("import.refused", count=done.refused, limit=done.limit))
        if done.bad:
            lines += [Html(""), say("import.bad", count=len(done.bad))]
            lines += [
                say(
                    "import.bad_line",
                    line=each.line,
                    text=each.text,
                    reason=say(f"import.reason.{each.reason}"),
                )
                for each in done.bad[:BAD_LINES]
            ]
            if len(done.bad) > BAD_LINES:
                lines.append(say("import.more_bad", count=len(done.bad) - BAD_LINES))
        if done.added and not done.started:
            lines += [Html(""), say("watch.chain")]
        ways = [button(say("button.all_wallets"), Action.LIST, 0)]
        if done.refused:
            ways.append(button(say("button.plan"), Action.PLAN))
        return RenderedMessage(join_lines(lines), (tuple(ways),))

    def share_question(
        self, count: int, tag: str | None, key: str, shares: Sequence[Share], say: Texts, zone: str
    ) -> RenderedMessage:
        """What shall be shared, and what is shared already.

        Args:
            count: How many wallets it would be.
            tag: Those that have it; None for all.
            key: Of the tag, for the buttons; `EVERYTHING` for none.
            shares: The chat's open lists.
            say: Of the reader.
            zone: Of the reader.
        """
        title = say("share.title", count=count) if tag is None else say("share.tagged", count=count, tag=tag)
        lines = [title, say("share.explained")]
        rows: list[tuple[Button, ...]] = [
            (
                button(say("button.share_named"), Action.SHARE_MADE, f"{NAMED}{SEPARATOR}{key}"),
                button(say("button.share_bare"), Action.SHARE_MADE, f"{BARE}{SEPARATOR}{key}"),
            )
        ]
        if shares:
            lines += [Html(""), say("share.open", count=len(shares))]
            for number, share in enumerate(shares[:MANAGED], 1):
                until = day(share.expires_at, say, zone)
                text = "share.line_named" if share.named else "share.line_bare"
                lines.append(say(text, number=number, count=len(share.wallets), until=until))
                rows.append((button(say("button.revoke", number=number), Action.SHARE_REVOKED, share.id),))
        return RenderedMessage(join_lines(lines), (*rows, (button(say("button.back"), Action.LIST, 0),)))

    def share_made(self, share: Share, link: str, say: Texts, zone: str) -> RenderedMessage:
        """The link."""
        lines = [
            say("share.made", count=len(share.wallets), until=day(share.expires_at, say, zone)),
            say("share.link", link=link),
            Html(""),
            say("share.made_named" if share.named else "share.made_bare"),
        ]
        return RenderedMessage(
            join_lines(lines),
            (
                *link_buttons(link, say),
                (button(say("button.revoke_this"), Action.SHARE_REVOKED, share.id),),
                (button(say("button.all_wallets"), Action.LIST, 0),),
            ),
        )

    def page_of(self, index: int) -> int:
        """The page of a shared list on which this wallet is."""
        return index // PAGE_SIZE

    def shared(
        self, share: Share, page: int, watched: Collection[str], say: Texts, *, first: Html | None = None
    ) -> RenderedMessage:
        """A list that somebody shared, as whoever opens the link sees it.

        Args:
            share: The list; nothing of whoever shares it but the wallets is shown.
            page: Counted from zero; behind the last one is the last.
            watched: The addresses that the reader watches.
            say: Of the reader.
            first: What is said above it.
        """
        page, last = page_of(page, len(share.wallets), PAGE_SIZE)
        begin = page * PAGE_SIZE
        shown = share.wallets[begin : begin + PAGE_SIZE]
        lines = [] if first is None else [first, Html("")]
        title = say("shared.title", count=len(share.wallets))
        lines += [numbered(title, page, last), Html("")]
        rows: list[tuple[Button, ...]] = []
        for index, each in enumerate(shown, begin):
            name = wallet(each.address, each.label, say)
            is_watched = each.address in watched
            lines.append(say("shared.watched" if is_watched else "shared.line", wallet=name))
            if not is_watched:
                text = say("button.add_one", name=Html(cut(each.label or short(each.address))))
                rows.append((button(text, Action.SHARED_ADD, _place(share, index)),))
        rows += turns(Action.SHARED, behind(share.token), page, last, say)
        new = sum(each.address not in watched for each in share.wallets)
        if new > 1:
            rows.append((button(say("button.add_all", count=new), Action.SHARED_ADD_ALL, share.token),))
        rows.append((button(say("button.all_wallets"), Action.LIST, 0),))
        return RenderedMessage(join_lines(lines), tuple(rows))


def _place(share: Share, number: int) -> str:
    return f"{share.token}{SEPARATOR}{number}"
