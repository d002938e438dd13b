"""Measure in Chromium how long the maps of the chains take to be drawn, and whether a label is cut at 1440 px.

    python -m bench.chain_map http://127.0.0.1:5000 [--login center.1] [--pictures FOLDER]

Against a running server with samples (``flask --app wsgi seed``); the password comes from CRM_PASSWORD. The whole map with all
nodes and one map for each segment: milliseconds from asking until drawn and loaded (the middle of five), and the labels that
leave their box.
"""

import argparse
import os
import shutil
import statistics
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

BAR_MS = 1_000
SEGMENTS = ("LOG", "MOLD", "CNC", "ROBOT", "METRO", "AUTO", "ENV", "BASE")
CUT = """() => {
  const out = [];
  for (const node of document.querySelectorAll('a.cm-node')) {
    const box = node.querySelector('.cm-box').getBBox();
    for (const text of node.querySelectorAll('text')) {
      if (node.classList.contains('off') && text.classList.contains('cm-number')) continue;
      const at = text.getBBox();
      if (at.x < box.x || at.x + at.width > box.x + box.width || at.y + at.height > box.y + box.height + 3)
        out.push(node.dataset.code + ' ' + text.textContent);
    }
  }
  return [document.querySelectorAll('a.cm-node').length, out];
}"""
DRAWN = """() => {
  const asked = performance.getEntriesByType('navigation')[0];
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  return [asked.responseStart, Math.max(paint ? paint.startTime : 0, asked.loadEventEnd)];
}"""


def look(page: Page, url: str) -> tuple[float, float, int, list[str]]:
    """Open a map five times; return the milliseconds until it is drawn, those without the server's, nodes and cut labels."""
    whole, after = [], []
    for _ in range(5):
        page.goto(url, wait_until="load")
        page.wait_for_timeout(100)
        answered, drawn = page.evaluate(DRAWN)
        whole.append(drawn)
        after.append(drawn - answered)
    nodes, cut = page.evaluate(CUT)
    return statistics.median(whole), statistics.median(after), nodes, cut


def main() -> None:
    """Sign in, look at every map, say what is over the bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("--login", default="center.1")
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    bad = False
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=os.environ.get("CRM_CHROMIUM")
            or shutil.which("chromium")
            or shutil.which("chromium-headless-shell"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        page.goto(options.base + "/sign-in")
        page.get_by_label("账号").fill(options.login)
        page.get_by_label("密码", exact=True).fill(os.environ["CRM_PASSWORD"])
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_load_state()
        print("| map | nodes | drawn | of it after the server's answer | labels cut |\n|---|---|---|---|---|")
        for name in ("", *SEGMENTS):
            url = f"{options.base}/chains/" + (f"segments/{name}" if name else "")
            whole, after, nodes, cut = look(page, url)
            print(
                f"| {name or '全市'} | {nodes} | {whole:.0f} ms | {after:.0f} ms | {'、'.join(cut) or 'none'} |",
                flush=True,
            )
            bad = bad or whole > BAR_MS or bool(cut)
            if options.pictures:
                page.screenshot(path=options.pictures / f"map-{name or 'all'}.png", full_page=True)
        browser.close()
    print("over a bar" if bad else "within the bars")
    sys.exit(bad)


if __name__ == "__main__":
    main()
