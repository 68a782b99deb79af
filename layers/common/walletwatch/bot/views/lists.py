"""The lists of addresses as messages."""

from collections.abc import Sequence

from walletwatch.bot.formatting import day
from walletwatch.bot.html_length import join_lines
from walletwatch.bot.keyboards import Action, button
from walletwatch.bot.texts import Html, Texts
from walletwatch.bot.views.paging import turns
from walletwatch.bot.views.ways import runs
from walletwatch.domain.lists import Review
from walletwatch.domain.work import RenderedMessage
from walletwatch.services.listing import ListPage


def page(found: ListPage, zone: str, say: Texts) -> RenderedMessage:
    """Whom people were warned of."""
    lines: list[Html] = [say("lists.title")]
    for entry in found.entries:
        lines += [
            Html(""),
            say("lists.entry", address=entry.address),
            say("lists.why", reason=entry.reason, source=entry.source, day=day(entry.added_at, say, zone)),
        ]
    if not found.entries:
        lines.append(say("lists.empty"))
    lines += [Html(""), say("lists.footer")]
    last = found.number + found.more
    rows = (
        *turns(Action.BLOCKLIST, str, found.number, last, say),
        (runs(say("button.report_scam"), "report_scam"), runs(say("button.appeal"), "appeal")),
    )
    return RenderedMessage(join_lines(lines), rows)


def reviews(waiting: Sequence[Review], say: Texts) -> Sequence[RenderedMessage]:
    """A message for each, with the buttons to decide."""
    if not waiting:
        panel = button(say("button.panel"), Action.ADMIN, "panel")
        return [RenderedMessage(say("lists.review.none"), ((panel,),))]
    return [_review(each, say) for each in waiting]


def decided(address: str, outcome: str, say: Texts) -> RenderedMessage:
    """What became of a review."""
    return RenderedMessage(say(f"lists.review.{outcome}", address=address))


def _review(review: Review, say: Texts) -> RenderedMessage:
    kind = "a" if review.appeal else "b"
    title = "lists.review.appeal" if review.appeal else "lists.review.report"
    lines: list[Html] = [say(title, address=review.address, count=review.people)]
    lines += [say("lists.review.reason", reason=reason) for reason in review.reasons]
    buttons = (
        button(say("button.agree"), Action.REVIEW, f"{kind}y.{review.address}"),
        button(say("button.refuse"), Action.REVIEW, f"{kind}n.{review.address}"),
    )
    return RenderedMessage(join_lines(lines), (buttons,))
