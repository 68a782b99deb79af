"""The chat page in a real browser, with a small bot behind it. Needs no LocalStack."""

import asyncio
import io
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from aiohttp import web
from playwright.async_api import Browser, ConsoleMessage, Page, ViewportSize, async_playwright, expect
from telegram import (
    Bot,
    BotCommand,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyKeyboardMarkup,
    Update,
)

from telegram_double.client import Person
from telegram_double.policy import Policy
from telegram_double.testing import RunningDouble, running_double

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on PATH; install it or set CHROMIUM"),
]

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
type Scheme = Literal["light", "dark"]

PHONE, DESKTOP = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=860)
REPORT = b"date,amount\n2026-11-01,125.5\n"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(1)</script>"


@dataclass
class SmallBot:
    """Answers /start, /report and one button, as a bot does."""

    bot: Bot
    seen: list[str] = field(default_factory=list)
    slow: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.Response:
        update = Update.de_json(await request.json(), self.bot)
        if update.callback_query is not None:
            await self.pressed(update)
        elif update.message is not None and update.message.text is not None:
            await self.said(update.message.chat_id, update.message.text)
        return web.Response()

    async def said(self, chat_id: int, text: str) -> None:
        self.seen.append(text)
        if text == "/start":
            keys = [
                [InlineKeyboardButton("Details", callback_data="details")],
                [InlineKeyboardButton("Explorer", url="https://explorer.mainnet.x1.xyz/")],
                [InlineKeyboardButton("Copy address", copy_text=CopyTextButton("9Dpjw2pB"))],
            ]
            html = (
                "<b>+125.5 XNT</b> to <code>9Dpjw2pB</code>, <tg-spoiler>secret</tg-spoiler>"
                f" &lt;img src=x&gt;\n<blockquote expandable>{'line\n' * 9}end</blockquote>"
            )
            await self.bot.send_message(
                chat_id, html, parse_mode="HTML", reply_markup=InlineKeyboardMarkup(keys)
            )
        elif text == "/report":
            await self.bot.send_document(
                chat_id,
                io.BytesIO(REPORT),
                filename="report.csv",
                caption="<i>November</i>",
                parse_mode="HTML",
            )
        elif text == "/ask":
            await self.bot.send_message(chat_id, "Sure?", reply_markup=ReplyKeyboardMarkup([["Yes", "No"]]))

    async def pressed(self, update: Update) -> None:
        assert update.callback_query is not None
        await self.slow.wait()
        await update.callback_query.answer("Here are the details")
        await update.callback_query.edit_message_text("<b>Slot</b> 254,170,887", parse_mode="HTML")


@dataclass
class Stage:
    double: RunningDouble
    ana: Person
    small: SmallBot


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with (
        running_double(policy=Policy(chat_burst=100)) as double,
        Bot(double.token, base_url=double.base_url) as bot,
    ):
        small = SmallBot(bot)
        app = web.Application()
        app.router.add_post("/telegram", small.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            await bot.set_my_commands(
                [BotCommand("start", "What this bot does"), BotCommand("report", "My month as a file")]
            )
            await bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/telegram")
            ana = await double.control.add_user("Ana", last_name="Tester", started=False)
            yield Stage(double, ana, small)
        finally:
            await runner.cleanup()


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def visiting(url: str, viewport: ViewportSize, scheme: Scheme = "light") -> AsyncIterator[Page]:
    """The open page; at the end the console must have been silent and nothing wider than the window."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    async with browsing() as browser:
        context = await browser.new_context(
            viewport=viewport,
            color_scheme=scheme,
            permissions=["clipboard-read", "clipboard-write"],
        )
        page = await context.new_page()
        page.set_default_timeout(5000)
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(url)
        yield page
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await page.evaluate("document.getElementById('thread').scrollWidth <= innerWidth")
        assert complaints == []


async def open_chat(page: Page, chat_id: int) -> None:
    await page.click(f'[data-chat="{chat_id}"]')
    await expect(page.locator("#open-chat")).to_be_visible()


async def say(page: Page, text: str) -> None:
    await page.get_by_label("Message", exact=True).fill(text)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Send", exact=True).click()


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(PHONE, "light"), (DESKTOP, "dark")], ids=["phone", "desktop"]
)
async def test_a_conversation(stage: Stage, viewport: ViewportSize, scheme: Scheme, tmp_path: Path) -> None:
    async with visiting(stage.double.url, viewport, scheme) as page:
        await open_chat(page, stage.ana.id)
        narrow = viewport is PHONE
        await expect(page.get_by_role("navigation")).to_be_visible(visible=not narrow)
        await page.get_by_role("button", name="Start", exact=True).click()

        # The answer's HTML is rendered; what looks like markup in its text is text.
        bubble = page.locator(".theirs .bubble").last
        await expect(bubble.locator("strong")).to_have_text("+125.5 XNT")
        await expect(bubble.locator("code")).to_have_text("9Dpjw2pB")
        await expect(bubble).to_contain_text("<img src=x>")
        await expect(page.locator(".thread img")).to_have_count(0)
        spoiler = bubble.locator(".spoiler")
        await expect(spoiler).to_have_attribute("role", "button")
        await spoiler.click()
        await expect(spoiler).to_have_class("spoiler shown")
        toggle = bubble.get_by_role("button", name="Show more")
        await toggle.click()
        await expect(bubble.get_by_role("button", name="Show less")).to_be_visible()

        # Buttons: one with a link, one that copies, one that asks the bot.
        explorer = page.get_by_role("link", name="Explorer")
        await expect(explorer).to_have_attribute("href", "https://explorer.mainnet.x1.xyz/")
        await page.get_by_role("button", name="Copy address").click()
        await expect(page.locator(".toast").last).to_have_text("Copied to the clipboard")
        assert await page.evaluate("navigator.clipboard.readText()") == "9Dpjw2pB"
        details = page.get_by_role("button", name="Details")
        await details.click()
        await expect(details).to_have_attribute("aria-busy", "true")
        stage.small.slow.set()
        await expect(page.locator(".toast").last).to_have_text("Here are the details")
        edited = page.locator(".theirs .bubble").last
        await expect(edited.locator(".text")).to_have_text("Slot 254,170,887")
        await expect(edited.locator(".edited")).to_be_visible()
        await expect(page.locator(".inline-keyboard")).to_have_count(0)

        # The command menu, by typing and by its button.
        composer = page.get_by_label("Message", exact=True)
        await composer.press_sequentially("/re")
        await expect(page.get_by_role("option")).to_have_count(1)
        await composer.press("Enter")
        await expect(page.locator(".mine .text").last).to_have_text("/report")
        async with page.expect_download() as downloading:
            await page.get_by_role("link", name="report.csv").click()
        download = await downloading.value
        assert download.suggested_filename == "report.csv"
        await download.save_as(tmp_path / "report.csv")
        assert (tmp_path / "report.csv").read_bytes() == REPORT
        await page.get_by_role("button", name="Menu").click()
        await expect(page.get_by_role("option")).to_have_count(2)
        await composer.press("Escape")
        await expect(page.get_by_role("listbox")).to_be_hidden()
        assert stage.small.seen == ["/start", "/report"]

        if narrow:
            await page.get_by_role("button", name="Back to the chats").click()
            await expect(page.locator(f'[data-chat="{stage.ana.id}"]')).to_be_visible()


async def test_live_changes(stage: Stage) -> None:
    bot, ana = stage.small.bot, stage.ana
    ben = await stage.double.control.add_user("Ben")
    async with visiting(stage.double.url, DESKTOP) as page:
        await open_chat(page, ana.id)
        await say(page, "hello")
        first = await bot.send_message(ana.id, "first")
        await expect(page.locator(".theirs .text")).to_have_text("first")
        await bot.pin_chat_message(ana.id, first.message_id)
        await expect(page.locator("#pinned")).to_contain_text("first")
        await bot.send_message(ana.id, "an answer", reply_to_message_id=first.message_id)
        await expect(page.locator(".reply-quote")).to_contain_text("first")
        await bot.send_chat_action(ana.id, "typing")
        await expect(page.locator(".bar-status")).to_have_text("typing…")
        await bot.delete_message(ana.id, first.message_id)
        await expect(page.locator(".theirs .text")).to_have_text(["an answer"])
        await expect(page.locator("#pinned")).to_be_hidden()

        # Another chat's message counts as unread until it is opened.
        await bot.send_message(ben.id, "for Ben")
        badge = page.locator(f'[data-chat="{ben.id}"] .badge')
        await expect(badge).to_have_text("1")
        await expect(page).to_have_title("(1) Chats")
        await open_chat(page, ben.id)
        await expect(badge).to_have_count(0)

        # The bot's own keyboard sends its labels.
        await say(page, "/ask")
        await page.get_by_role("button", name="Yes", exact=True).click()
        await expect(page.locator(".mine .text").last).to_have_text("Yes")


async def test_people_and_files(stage: Stage, tmp_path: Path) -> None:
    picture = tmp_path / "shot.gif"
    picture.write_bytes(
        b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
    )
    wallets = tmp_path / "wallets.csv"
    wallets.write_bytes(b"address\n")
    async with visiting(stage.double.url, DESKTOP) as page:
        await page.get_by_role("button", name="Add a person or a chat").click()
        await page.get_by_label("First name").fill(HOSTILE[:60])
        await page.get_by_role("button", name="Add the person").click()
        await expect(page.locator(".bar-status")).to_contain_text("bot · you are <img")
        chats = {chat.title: chat for chat in await stage.double.control.chats()}
        added = chats[HOSTILE[:60]]
        assert not added.started

        await say(page, HOSTILE)
        await expect(page.locator(".mine .text")).to_have_text(HOSTILE)
        await page.locator("input[type=file]").set_input_files(picture)
        await page.get_by_label("Message", exact=True).fill("a picture")
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.locator(".thread img")).to_have_js_property("naturalWidth", 1)
        await page.locator("input[type=file]").set_input_files(wallets)
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.get_by_role("link", name="wallets.csv")).to_be_visible()
        text, photo, document = await stage.double.control.messages(added.id)
        assert (text.text, photo.text) == (HOSTILE, "a picture")
        assert document.attachment["document"]["file_name"] == "wallets.csv"

        await page.get_by_label("More").click()
        await page.get_by_role("button", name="Block the bot").click()
        await expect(page.locator(".composer-blocked")).to_contain_text("The bot is blocked.")
        assert (await stage.double.control.chat(added.id)).blocked
        await page.get_by_role("button", name="Unblock", exact=True).click()
        await expect(page.get_by_label("Message", exact=True)).to_be_visible()


async def test_a_group_has_several_writers(stage: Stage) -> None:
    ben = await stage.double.control.add_user("Ben")
    group = await stage.double.control.add_chat(
        "supergroup", "Desk", members={stage.ana.id: "creator", ben.id: "member"}
    )
    async with visiting(stage.double.url, PHONE) as page:
        await open_chat(page, group.id)
        await say(page, "from Ana")
        await page.get_by_label("Write as").select_option("Ben")
        await say(page, "from Ben")
        await expect(page.locator(".mine .text")).to_have_text("from Ben")
        await expect(page.locator(".theirs .sender")).to_have_text("Ana Tester")
        said = await stage.double.control.messages(group.id)
        assert [message.from_id for message in said] == [stage.ana.id, ben.id]


async def test_the_page_allows_nothing_from_elsewhere(stage: Stage) -> None:
    async with visiting(stage.double.url, DESKTOP) as page:
        response = await page.request.get(stage.double.url)
        policy = response.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self';")
        assert "unsafe" not in policy
        missing = await page.request.get(f"{stage.double.url}/static/..%2Fpage.py")
        assert missing.status == 404
