"""Dashboards as people see them, in headless Chromium."""

import io
import time
from contextlib import contextmanager

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

CHROMIUM = "/usr/bin/chromium"
CHROMEDRIVER = "/usr/bin/chromedriver"
WIDTH = 1600
TALLEST = 4000
# Longer than bars take to grow.
QUIET_SECS = 4
PATIENCE_SECS = 600

CHART = '[data-test="chart-grid-component"]'
LOADING = '[data-test="loading-indicator"], .chart-slice .loading'
# What a chart shows in place of itself.
TROUBLE = '[data-test="ErrorAlert"], .ant-alert-error, .ant-empty, .chart-slice [role="alert"]'


@contextmanager
def chromium():
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for switch in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--hide-scrollbars", "--force-device-scale-factor=1", f"--window-size={WIDTH},{TALLEST}",
    ):
        options.add_argument(switch)
    browser = webdriver.Chrome(options=options, service=Service(CHROMEDRIVER))
    try:
        yield browser
    finally:
        browser.quit()


def log_in(browser, url, cookies):
    """Takes over a login that was made with the API."""
    browser.get(f"{url}/health")
    for name, value in cookies.items():
        browser.add_cookie({"name": name, "value": value, "path": "/"})


def open_tab(browser, url, slug, tab):
    """Opens a tab of a dashboard and waits until each of its charts is drawn.

    # Arguments
    `tab`: the id of its part of the layout.
    """
    browser.get("about:blank")
    browser.get(f"{url}/superset/dashboard/{slug}/#{tab}")
    until(lambda: visible(browser, CHART), f"{slug} shows charts")
    quiet_since = time.time()
    deadline = time.time() + PATIENCE_SECS
    while time.time() - quiet_since < QUIET_SECS:
        if visible(browser, LOADING):
            quiet_since = time.time()
        if time.time() > deadline:
            raise AssertionError(f"{slug}, {tab}: charts still load after {PATIENCE_SECS} s")
        time.sleep(0.25)


def visible(browser, selector):
    """Text, class and lower edge of what is shown, in one question: charts are redrawn while they
    load, and an element that was found is then gone."""
    return browser.execute_script(
        """return [...document.querySelectorAll(arguments[0])]
        .filter(it => it.checkVisibility() && it.getBoundingClientRect().width > 0)
        .map(it => ({text: it.innerText.trim(), kind: it.className,
                     bottom: it.getBoundingClientRect().bottom}))""",
        selector,
    )


def troubles(browser):
    """What charts say that they cannot show."""
    return [it["text"] or it["kind"] for it in visible(browser, TROUBLE)]


def charts(browser):
    """The titles of the charts that are shown."""
    return [it["text"].splitlines()[0] for it in visible(browser, CHART) if it["text"]]


def picture(browser, path):
    """Writes what is shown as a PNG of 256 colors, cut below the last chart."""
    bottom = max(it["bottom"] for it in visible(browser, CHART))
    shown = Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB")
    shown = shown.crop((0, 0, shown.width, min(shown.height, int(bottom) + 24)))
    shown = shown.resize((shown.width * 3 // 4, shown.height * 3 // 4), Image.Resampling.LANCZOS)
    shown.quantize(colors=256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
        path, optimize=True
    )


def until(condition, what):
    deadline = time.time() + PATIENCE_SECS
    while time.time() < deadline:
        if found := condition():
            return found
        time.sleep(0.25)
    raise AssertionError(f"{what}: not within {PATIENCE_SECS} s")
