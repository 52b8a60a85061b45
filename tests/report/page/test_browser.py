"""The HTML report in a real browser: nothing in it runs, it opens quickly, and it can be used."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.places import ROOT
from tests.report_values import HOSTILE, KEPT, hostile, large, page, sample

if TYPE_CHECKING:
    from collections.abc import Iterator

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
    "--remote-debugging-pipe",
]


class Browser:
    """Headless Chromium over the pipe of its DevTools protocol: null-terminated JSON on descriptors 3 and 4."""

    def __init__(self, profile: str) -> None:
        ours, theirs = os.pipe(), os.pipe()

        def wire() -> None:
            os.dup2(ours[0], 3)
            os.dup2(theirs[1], 4)

        command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        # Descriptors may already be 3 and 4 here: move them out of the way first.
        ours, theirs = tuple(_high(fd) for fd in ours), tuple(_high(fd) for fd in theirs)
        self.process = subprocess.Popen(
            command, preexec_fn=wire, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(ours[0])
        os.close(theirs[1])
        self._out, self._in = ours[1], os.fdopen(theirs[0], "rb")
        self._number, self._session = 0, None
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return dict(answer["result"])

    def _read(self) -> dict[str, Any]:
        data = bytearray()
        while (byte := self._in.read(1)) != b"\0":
            assert byte, "the browser went away"
            data += byte
        answer: dict[str, Any] = json.loads(data)
        self.events.append(answer)
        return answer

    def open(self, path: Path) -> float:
        """Seconds until the page and its script are done."""
        self.events.clear()
        start = time.perf_counter()
        self.call("Page.navigate", url=path.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self._read()
        self.run("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        return time.perf_counter() - start

    def run(self, script: str) -> Any:
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def key(self, key: str, text: str = "") -> None:
        codes = {"/": 191, "Enter": 13, "Escape": 27, "Tab": 9}
        code = codes.get(key, ord(key[0].upper()))
        typed = text or (key if len(key) == 1 else "\r" if key == "Enter" else "")
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=typed, windowsVirtualKeyCode=code)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def size(self, width: int, height: int, *, phone: bool = False, dark: bool = False) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def close(self) -> None:
        with contextlib.suppress(AssertionError, OSError):
            self._session = None
            self.call("Browser.close")
        self.process.kill()
        self.process.wait()


def _high(descriptor: int) -> int:
    import fcntl

    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 20)
    os.close(descriptor)
    return moved


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: install it, or name it in $CHROMIUM")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        started = Browser(profile)
        try:
            yield started
        finally:
            started.close()


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "report.html"
    path.write_text(text, encoding="utf-8")
    return path


OPEN_ALL = """(async () => {
  document.querySelectorAll("details").forEach((one) => { one.open = true; });
  for (let y = 0; y <= document.body.scrollHeight; y += 500) {
    window.scrollTo(0, y);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  }
})()"""


SEARCH = """(async () => {
  const start = performance.now();
  const field = document.getElementById("q");
  field.value = "feed/00777.txt:4";
  field.dispatchEvent(new Event("input"));
  await new Promise((done) => setTimeout(done, 150));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return { seconds: (performance.now() - start) / 1000, shown: document.querySelectorAll("#copies .item").length };
})()"""


@pytest.mark.slow
@pytest.mark.parametrize("guarded", [True, False], ids=["as-written", "escaping-alone"])
def test_no_attack_runs(browser: Browser, tmp_path: Path, guarded: bool) -> None:
    text = page(hostile())
    if not guarded:
        text = re.sub(r"<meta http-equiv=Content-Security-Policy[^>]*>", "", text)
    browser.size(1000, 900)
    browser.open(write(tmp_path, text))
    title = browser.run("document.title")
    browser.run(OPEN_ALL)
    browser.run("document.getElementById('source').click(); document.getElementById('source').click()")
    assert title.startswith("</title></style></template></script><script>document.title='taken'</script>")
    assert browser.run("document.title") == title
    assert browser.run("document.scripts.length") == 1
    assert browser.run("document.querySelectorAll('img,iframe,object,embed,link,form,animate,use,image').length") == 0
    attributes = browser.run(
        "(() => { const found = new Set(); const walk = (root) => root.querySelectorAll('*').forEach((one) => {"
        "for (const name of one.getAttributeNames()) found.add(name); if (one.content instanceof DocumentFragment)"
        "walk(one.content); }); walk(document); return [...found]; })()"
    )
    assert not [
        name for name in attributes if name.startswith("on") or name in {"src", "style", "srcdoc", "xlink:href"}
    ]
    requests = [
        event["params"]["request"]["url"]
        for event in browser.events
        if event.get("method") == "Network.requestWillBeSent"
    ]
    assert all(url.startswith("file:") for url in requests)


@pytest.mark.slow
def test_no_attack_runs_in_the_report_of_a_real_run(browser: Browser, tmp_path: Path) -> None:
    lines = [text.replace("\x00", "").encode("utf-8", "replace").decode() for text in HOSTILE]
    feed = tmp_path / "<img src=x onerror=document.title='taken'>"
    feed.mkdir()
    articles = [f"{line} 这一篇写得足够长,好让去重也来看一看它。{KEPT}" for line in lines]
    body = "\n".join([*articles, *(article[:-20] + "..." for article in articles)])
    (feed / "000.txt").write_text(f"INCOMING TRANSMISSION\n\nLATEST UPDATES\n{body}\n", encoding="utf-8")
    command = [sys.executable, "-m", "feedtools", "clean", str(feed), "-o", str(tmp_path / "out")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;" in text
    browser.size(1000, 900)
    browser.open(write(tmp_path, re.sub(r"<meta http-equiv=Content-Security-Policy[^>]*>", "", text)))
    browser.run(OPEN_ALL)
    assert "taken" not in browser.run("document.title")
    assert browser.run("document.scripts.length") == 1
    assert browser.run("document.querySelectorAll('img,iframe').length") == 0


@pytest.mark.slow
def test_thousand_clusters_are_small_and_open_quickly(browser: Browser, tmp_path: Path) -> None:
    text = page(large())
    assert text.count("<details") == 1000
    assert len(text.encode()) <= 5_000_000
    browser.size(1280, 900)
    path = write(tmp_path, text)
    assert min(browser.open(path) for _ in range(3)) < 2.0
    searched = browser.run(SEARCH)
    assert searched["shown"] == 1
    assert searched["seconds"] < 2.0


@pytest.mark.slow
def test_search_filter_keyboard_and_formulas(browser: Browser, tmp_path: Path) -> None:
    browser.size(1280, 900)
    browser.open(write(tmp_path, page(sample())))
    shown = "document.querySelectorAll('.item').length"
    everything = browser.run(shown)
    assert everything == 5
    browser.run(OPEN_ALL)
    assert browser.run("document.querySelectorAll('var math').length") >= 3
    browser.run("document.activeElement.blur(); window.scrollTo(0, 0)")
    browser.key("/")
    assert browser.run("document.activeElement.id") == "q"
    for char in "feed/9":
        browser.key(char)
    browser.run("new Promise(done => setTimeout(done, 300))")
    assert browser.run(shown) == 1
    assert browser.run("document.getElementById('live').textContent") == "1 match"
    browser.key("Escape")
    assert browser.run(shown) == everything
    browser.key("j")
    assert browser.run("document.activeElement.tagName") == "SUMMARY"
    was = browser.run("document.activeElement.parentElement.open")
    browser.key("Enter")
    assert browser.run("document.activeElement.parentElement.open") is not was
    browser.run(
        "document.getElementById('kind').value = 'exact';"
        "document.getElementById('kind').dispatchEvent(new Event('change'))"
    )
    assert browser.run("document.querySelectorAll('#copies .item').length") == 1
    browser.run("document.getElementById('source').click()")
    assert browser.run("document.querySelectorAll('var math').length") == 0


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_layout_fits_and_contrast_is_readable(browser: Browser, tmp_path: Path, width: int, dark: bool) -> None:
    browser.size(width, 800, phone=width < 500, dark=dark)
    browser.open(write(tmp_path, page(sample())))
    browser.run(OPEN_ALL)
    assert browser.run("document.documentElement.scrollWidth") <= width
    low = browser.run(
        """(() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (one) => {
    for (; one; one = one.parentElement) {
      const color = parse(getComputedStyle(one).backgroundColor);
      if (color.length < 4 || color[3] > 0.9) return color;
    }
    return [255, 255, 255];
  };
  const bad = [];
  for (const one of document.querySelectorAll("p,span,b,dt,dd,td,th,h1,h2,h3,h4,ins,del,mark,button,li")) {
    if (!one.textContent.trim() || !one.offsetParent) continue;
    const [a, b] = [light(parse(getComputedStyle(one).color)), light(ground(one))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) bad.push(one.tagName + "." + one.className + " " + one.textContent.slice(0, 20));
  }
  return bad;
})()"""
    )
    assert low == []
