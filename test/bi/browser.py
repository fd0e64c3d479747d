#!/usr/bin/env python3
"""browser.py URL FOLDER WIDTH [SLUG ...]: opens dashboards in headless Chromium as a reader does.

Waits until every chart has rendered or failed, writes SLUG-WIDTH.png, and to SLUG-WIDTH.json what the charts asked and were answered.
Fails where one failed, or a text is cut off. FILTERS='{"team": ["Red"]}': with these filters set.
"""

import json
import os
import sys
import urllib.parse

from playwright.sync_api import sync_playwright

CHART = ".dashboard-component-chart-holder"
STATE = """() => [...document.querySelectorAll('%s')].filter(e => !e.closest('.dashboard-markdown')).map(e => ({
    text: e.innerText.replace(/\\n+/g, ' | '),
    loading: !!e.querySelector('.loading, [data-test=loading-indicator], [aria-label=Loading]'),
    failed: !!e.querySelector('[role=alert], .ant-alert-error, [data-test=error-alert]'),
    drawn: !!e.querySelector('canvas, svg.marks, table, .header-line, [class*=superset-legacy-chart], [class*=big-number]')
}))""" % CHART
# Texts of headlines and titles that do not fit.
CUT = """() => [...document.querySelectorAll('%s .header-title, %s .header-line, %s .subtitle-line, %s .subheader-line')]
    .filter(e => e.offsetWidth && e.scrollWidth > e.offsetWidth + 2).map(e => e.innerText)""" % (CHART, CHART, CHART, CHART)


def rison(value):
    """A value as Superset reads it in an address."""
    if isinstance(value, dict):
        return "(" + ",".join(f"{rison(k)}:{rison(v)}" for k, v in value.items()) + ")"
    if isinstance(value, list):
        return "!(" + ",".join(map(rison, value)) + ")"
    return "'" + str(value).replace("!", "!!").replace("'", "!'") + "'"


def address(url, slug):
    wanted = json.loads(os.environ.get("FILTERS", "{}"))
    masks = {}
    for name, value in wanted.items():
        extra = {"time_range": value} if name == "time" else {"filters": [{"col": name, "op": "IN", "val": value}]}
        masks[f"NATIVE_FILTER-{name}"] = {"id": f"NATIVE_FILTER-{name}", "extraFormData": extra, "filterState": {"value": value}}
    return f"{url}/superset/dashboard/{slug}/" + ("?native_filters=" + urllib.parse.quote(rison(masks)) if masks else "")


def look(page, url, slug, folder, width):
    asked, faults = [], []

    def answer(response):
        if "/api/v1/chart/data" not in response.url:
            return
        try:
            body, got = json.loads(response.request.post_data), response.json()
        except Exception as error:
            faults.append(f"{slug}: an answer that cannot be read: {error}")
            return
        if response.status >= 400:
            faults.append(f"{slug}: {response.status} {json.dumps(got)[:300]}")
        asked.append(dict(slice=body.get("form_data", {}).get("slice_id"), body=body, answer=got))

    page.on("response", answer)
    page.on("pageerror", lambda error: faults.append(f"{slug}: {str(error)[:200]}"))
    page.set_viewport_size(dict(width=width, height=1000))
    page.goto(address(url, slug), wait_until="domcontentloaded")
    page.wait_for_selector(CHART)
    # Charts below the screen are not asked for: the screen becomes as high as the page, whose charts scroll inside it.
    height = 0
    for _ in range(20):
        page.wait_for_timeout(500)
        bottom = (
            int(
                page.evaluate(
                    "() => Math.max(..."
                    "[...document.querySelectorAll('.grid-container, .dashboard-grid, %s, .dashboard-markdown')]"
                    ".map(e => e.getBoundingClientRect().bottom))"
                    % CHART
                )
            )
            + 24
        )
        if abs(bottom - height) < 4:
            break
        height = bottom
        page.set_viewport_size(dict(width=width, height=min(max(height, 900), 6000)))
    quiet = 0
    for _ in range(600):
        state = page.evaluate(STATE)
        quiet = quiet + 1 if state and not any(s["loading"] for s in state) else 0
        if quiet > 6:
            break
        page.wait_for_timeout(500)
    else:
        faults.append(f"{slug}: charts were still loading after five minutes")
    # No tip over what the mouse was left at.
    page.mouse.move(0, 0)
    page.wait_for_timeout(1500)
    for chart in page.evaluate(STATE):
        if chart["failed"] or "rror" in chart["text"] or "No results" in chart["text"] or not chart["drawn"]:
            faults.append(f"{slug}: {chart['text'][:150]}")
    faults += [f"{slug}: cut off at {width} px: {text}" for text in page.evaluate(CUT)]
    page.screenshot(path=os.path.join(folder, f"{slug}-{width}.png"))
    page.remove_listener("response", answer)
    with open(os.path.join(folder, f"{slug}-{width}.json"), "w") as file:
        json.dump(asked, file)
    print(f"{slug}, {width} px: {len(page.evaluate(STATE))} charts, {len(asked)} answers, {len(faults)} faults", flush=True)
    return faults


def main(url, folder, width, *slugs):
    faults = []
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            page = browser.new_page(locale="en-US", timezone_id=os.environ.get("BROWSER_ZONE", "UTC"))
            page.set_default_timeout(180000)
            page.goto(url + "/login/")
            page.fill("input[name=username], #username", "admin")
            page.fill("input[name=password], #password", "admin")
            page.click("button[type=submit], input[type=submit], [data-test=login-button]")
            page.wait_for_url(lambda at: "/login" not in at)
            for slug in slugs:
                faults += look(page, url, slug, folder, int(width))
        finally:
            browser.close()
    print("".join(f"  {fault}\n" for fault in faults), end="")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main(*sys.argv[1:])
