#!/usr/bin/env python3
"""Looks at a page in a headless browser: look.py PAGE.html [FOLDER for pictures]. Prints what is wrong with it, or `The page is well.`"""
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
from harness.browser import Browser, find_browser  # noqa: E402

SECTIONS = ("timeline", "locks", "hazards", "reverse", "losses", "proof")
# WCAG 2.1, 1.4.3: the contrast of each piece of text with what is behind it.
CONTRAST = """
(() => {
  const parse = text => { const n = text.match(/[\\d.]+/g).map(Number); return [n[0], n[1], n[2], n.length > 3 ? n[3] : 1]; };
  const light = c => { const f = x => { x /= 255; return x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4; }; return .2126 * f(c[0]) + .7152 * f(c[1]) + .0722 * f(c[2]); };
  const ground = element => {
    for (; element; element = element.parentElement) { const c = parse(getComputedStyle(element).backgroundColor); if (c[3] > 0) return c; }
    return matchMedia('(prefers-color-scheme: dark)').matches ? [0, 0, 0, 1] : [255, 255, 255, 1];
  };
  const weak = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim()) continue;
    seen++;
    const a = light(parse(getComputedStyle(element).color)), b = light(ground(element));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) weak.add(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
  }
  return seen < 50 ? ['hardly any text'] : [...weak];
})()
"""


def problems(browser, url, folder):
    browser.open(url)
    if browser.requests != [url]:
        yield f"asks for {browser.requests}"
    yield from (f"the console says: {each}" for each in browser.complaints)
    for name in SECTIONS:
        if not browser.evaluate(f"!!document.querySelector('section#{name} h2')"):
            yield f"has no section {name}"
    if browser.evaluate("document.querySelectorAll('script').length"):
        yield "has a script"
    pictures = {}
    for width in (400, 1400):
        for scheme in ("light", "dark"):
            browser.look(width, scheme)
            found = browser.evaluate("document.documentElement.scrollWidth")
            if found > width:
                yield f"is {found} pixels wide on a screen of {width}"
            yield from (f"weak contrast ({scheme}): {each}" for each in browser.evaluate(CONTRAST))
            pictures[width, scheme] = browser.picture()
            if folder:
                with open(f"{folder}/{width}-{scheme}.png", "wb") as file:
                    file.write(pictures[width, scheme])
    if pictures[1400, "light"] == pictures[1400, "dark"]:
        yield "looks the same in light and dark"
    yield from keyboard(browser)


def keyboard(browser):
    """The first key stop leads past the navigation, and what is folded can be opened without a mouse."""
    browser.evaluate("window.focus(); document.activeElement.blur()")
    browser.press("Tab")
    if browser.evaluate("document.activeElement.className") != "skip":
        yield "the first stop of the Tab key isn't the link to the plan"
    if browser.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "none":
        yield "what has the focus can't be seen"
    browser.evaluate("document.querySelector('details summary').focus()")
    browser.press("Enter", 13)
    if not browser.evaluate("document.querySelector('details').open"):
        yield "the Enter key opens nothing"


def main():
    folder = tempfile.mkdtemp(prefix="lpc-page-")
    browser = Browser(find_browser(), folder)
    try:
        found = list(problems(browser, "file://" + os.path.abspath(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None))
    finally:
        browser.close()
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(found) or "The page is well.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
