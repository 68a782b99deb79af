"""The console in a real browser: every panel is drawn, by a Prometheus that serves nothing else."""

import json
import os
import shutil

import pytest
from playwright.async_api import ConsoleMessage, Route, async_playwright, expect

from monitoring.dashboard import ROWS
from tests.prometheus import Prometheus

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
PANELS = sum(len(row.panels) for row in ROWS)

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on PATH; install it or set CHROMIUM"),
]


async def test_every_panel_is_drawn(scraping: Prometheus) -> None:
    said: list[ConsoleMessage] = []

    def hear(message: ConsoleMessage) -> None:
        said.append(message)

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1400, "height": 900})
        page.on("console", hear)
        await page.goto(f"{scraping.url}/consoles/walletwatch.html")
        await expect(page.locator("[data-series]")).to_have_count(PANELS, timeout=20_000)
        await expect(page.locator("#fault")).to_be_empty()
        assert await page.locator(".none").all_text_contents() == []
        await expect(page.locator("#stage")).to_have_value("local")
        fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        for width in (1400, 800, 390):
            await page.set_viewport_size({"width": width, "height": 900})
            await page.wait_for_function(fits, timeout=5000)
        health = page.locator(".panel", has=page.get_by_role("heading", name="Health", exact=True))
        await expect(health.locator(".value")).to_have_text("healthy")
        await browser.close()
    assert [message.text for message in said] == []


async def test_alerts_that_fire_are_told(scraping: Prometheus) -> None:
    alert = {
        "labels": {"stage": "local", "severity": "critical", "alertname": "RedisLost"},
        "annotations": {"summary": "Redis <b>does not</b> answer"},
        "state": "firing",
    }
    elsewhere = {**alert, "labels": {"stage": "elsewhere", "severity": "critical"}}
    body = json.dumps({"status": "success", "data": {"alerts": [alert, elsewhere]}})

    async def answer(route: Route) -> None:
        await route.fulfill(content_type="application/json", body=body)

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page()
        await page.route("**/api/v1/alerts?*", answer)
        await page.goto(f"{scraping.url}/consoles/walletwatch.html")
        told = page.get_by_role("list", name="Alerts").get_by_role("listitem")
        await expect(told).to_have_text(["criticalRedis <b>does not</b> answer"])
        await browser.close()
