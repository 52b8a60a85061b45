"""The HTML report in a real browser: nothing in it runs, it opens quickly, and it can be used."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from feedtools.lint.decisions import load
from feedtools.model import Article, Edit, Finding, Fix, Place, Span
from feedtools.report.page.data import Counts, Held, MadeFix, Point, RunReport, tally
from tests.places import ROOT
from tests.report_values import HOSTILE, KEPT, hostile, large, page, sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    window.scrollTo({ top: y, behavior: "instant" });
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


YARDSTICK = """(() => {
  const start = performance.now();
  let sum = 0;
  for (let n = 0; n < 3e7; n++) sum += Math.sqrt(n);
  return (performance.now() - start) / 1000 + 0 * sum;
})()"""
USUAL = 0.06
"""Seconds that the yardstick takes on the machine the bounds were written on."""


def quick(browser: Browser, seconds: float, took: Callable[[], float]) -> bool:
    """Whether something is done in so many seconds; a slow or busy machine gets more, as fixed work needs it."""
    for _ in range(6):
        before, spent, after = browser.run(YARDSTICK), took(), browser.run(YARDSTICK)
        if spent < seconds * max(1.0, before / USUAL, after / USUAL):
            return True
    return False


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
    assert text.count("<summary><span class=top>") == 1000
    assert len(text.encode()) <= 5_000_000
    browser.size(1280, 900)
    path = write(tmp_path, text)
    assert quick(browser, 2.0, lambda: browser.open(path))
    searched = browser.run(SEARCH)
    assert searched["shown"] == 1
    assert quick(browser, 2.0, lambda: float(browser.run(SEARCH)["seconds"]))


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


# --- filters, addresses, choices --------------------------------------------------------------------------------------

ONE = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
HELD_ONE = "我们用 modelfree 的方法训练智能体,损失写成 [Math] ,一共跑了三遍才收敛,记在实验记录里。"
HELD_TWO = "第二篇讲的是把批次调大以后的事,损失写成 [公式] ,学习率也要跟着一起放大,不然训练很慢。"
FINE = "这一篇没有什么大毛病,只有权重 x_1 写在外面,讲的是怎么给值班的人排班,顺着钟走就好。"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real run: two articles held, one published with a warning."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "feed").mkdir()
    (folder / "feed" / "a.txt").write_text(f"{ONE}{HELD_ONE}\n{HELD_TWO}\n", encoding="utf-8")
    (folder / "feed" / "b.txt").write_text(f"{ONE}{FINE}\n", encoding="utf-8")
    (folder / "feedtools.toml").write_text('[clean]\nfix = "safe"\n', encoding="utf-8")
    for lang in ("en", "zh"):
        command = [sys.executable, "-m", "feedtools", "clean", "feed", "-o", lang, "--lang", lang]
        subprocess.run(
            command, cwd=folder, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
    return folder


def go(browser: Browser, path: Path, query: str = "") -> None:
    browser.events.clear()
    browser.call("Page.navigate", url=path.as_uri() + query)
    while not any(event.get("method") == "Page.loadEventFired" for event in browser.events):
        browser._read()
    browser.run("new Promise(done => setTimeout(done, 300))")


COUNT = "document.querySelectorAll('{} .item').length"


@pytest.mark.slow
def test_filters_stand_in_the_address_and_counts_follow_them(browser: Browser, real: Path) -> None:
    page_ = real / "en" / "report.html"
    browser.size(1280, 900)
    go(browser, page_, "?level=warning&rule=FT210")
    assert browser.run("document.getElementById('level').value") == "warning"
    assert browser.run(COUNT.format("#remains")) == browser.run("document.querySelectorAll('.item').length") == 1
    assert browser.run("document.querySelector('#remains .shown').textContent").startswith("1 of ")
    assert browser.run("getComputedStyle(document.getElementById('todo')).display") == "none"
    browser.run("document.getElementById('clear').click()")
    assert browser.run("location.search") == ""
    assert browser.run(COUNT.format("#todo")) == 2
    browser.run(
        "document.getElementById('file').value = 'a.txt';"
        "document.getElementById('file').dispatchEvent(new Event('change'))"
    )
    assert "file=a.txt" in browser.run("location.search")
    go(browser, page_, "?rule=FT999")
    assert browser.run("document.getElementById('rule').value") == ""
    go(browser, page_, "?q=nothing-like-this")
    assert browser.run("document.getElementById('nothing').hidden") is False


@pytest.mark.slow
def test_a_click_on_a_rule_lands_on_what_it_found(browser: Browser, real: Path) -> None:
    browser.size(1280, 900)
    go(browser, real / "en" / "report.html")
    browser.run("document.querySelector('#todo button[data-rule=FT102]').click()")
    browser.run("new Promise(done => setTimeout(done, 500))")
    item = "document.querySelector('#todo .item')"
    assert "[公式]" in browser.run(f"{item}.textContent")
    top = browser.run(f"{item}.getBoundingClientRect().top")
    assert browser.run("document.getElementById('tools').getBoundingClientRect().bottom") <= top < 450
    assert browser.run(COUNT.format("#todo")) == 1


@pytest.mark.slow
def test_every_item_has_an_address_of_its_own_that_is_the_same_in_the_next_run(browser: Browser, real: Path) -> None:
    browser.size(1280, 700)
    go(browser, real / "en" / "report.html")
    ids = browser.run("[...document.querySelectorAll('.item')].map((one) => one.id)")
    assert len(set(ids)) == len(ids) > 2
    go(browser, real / "zh" / "report.html", f"#{ids[-1]}")
    assert browser.run("document.activeElement.id") == ids[-1]
    place = browser.run("document.activeElement.getBoundingClientRect().top")
    assert 0 < place < 700
    assert browser.run("document.documentElement.lang") == "zh"
    assert browser.run("document.querySelector('#todo h2').textContent") == "待办"
    assert browser.run("document.querySelector('#action option[value=hold]').textContent") == "暂扣"


@pytest.mark.slow
def test_search_hits_are_marked_and_in_view(browser: Browser, real: Path) -> None:
    browser.size(1280, 700)
    go(browser, real / "en" / "report.html", "?q=modelfree")
    assert browser.run("CSS.highlights.get('hit').size") >= 1
    hit = "[...CSS.highlights.get('hit')][0]"
    assert browser.run(f"{hit}.toString().toLowerCase()") == "modelfree"
    browser.run("document.getElementById('q').dispatchEvent(new Event('input'))")
    browser.run("new Promise(done => setTimeout(done, 500))")
    assert 0 < browser.run(f"{hit}.getBoundingClientRect().top") < 700


@pytest.mark.slow
def test_the_theme_is_remembered(browser: Browser, real: Path) -> None:
    browser.size(1280, 700)
    go(browser, real / "en" / "report.html")
    browser.run("document.getElementById('theme').click()")
    chosen = browser.run("document.documentElement.dataset.theme")
    go(browser, real / "en" / "report.html")
    assert browser.run("document.documentElement.dataset.theme") == chosen
    browser.run("document.getElementById('theme').click()")
    assert browser.run("document.documentElement.dataset.theme") != chosen
    browser.run("localStorage.clear()")


@pytest.mark.slow
def test_choices_are_lines_that_the_next_run_follows(browser: Browser, real: Path, tmp_path: Path) -> None:
    browser.size(1280, 900)
    go(browser, real / "en" / "report.html")
    browser.run("window.kept = null; URL.createObjectURL = (blob) => { window.kept = blob; return 'blob:x'; }")
    browser.run("HTMLAnchorElement.prototype.click = function () { window.named = this.download; }")
    browser.run("document.querySelectorAll('#todo [data-do=publish]')[0].click()")
    browser.run("document.querySelectorAll('#todo [data-do=edit]')[1].click()")
    browser.run(
        "(() => { const field = document.querySelector('textarea');"
        "field.value = field.value.replace('[公式]', '很小');"
        "field.dispatchEvent(new Event('input')); })()"
    )
    assert browser.run("document.getElementById('decided').textContent") == "2"
    browser.run("document.getElementById('decisions').click()")
    lines = browser.run("window.kept.text()")
    name = browser.run("window.named")
    assert name == "feedtools-decisions-report.jsonl"
    (tmp_path / name).write_text(lines, encoding="utf-8")
    choices = load(tmp_path / name)
    assert [one.decision for one in choices] == ["publish", "edit"]
    assert choices[0].text == HELD_ONE
    assert "很小" in choices[1].to
    shutil.copytree(real / "feed", tmp_path / "feed")
    (tmp_path / "feedtools.toml").write_text('paths = ["feed"]\n', encoding="utf-8")
    out, env = tmp_path / "it's out", {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "feedtools", "clean", "-o", str(out)]
    subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, env=env)
    go(browser, out / "report.html")
    program, *shown = shlex.split(browser.run("document.getElementById('publish').textContent"))
    assert (program, shown) == ("feedtools", ["publish", str(out), "--decisions", name])
    command = [sys.executable, "-m", "feedtools", *shown]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, env=env)
    assert "2 new decisions" in done.stderr
    assert "= 3 kept + 0 dropped + 0 held" in done.stderr
    go(browser, real / "en" / "report.html")
    browser.run("document.querySelectorAll('#todo [data-do=edit]')[0].click()")
    assert browser.run("document.getElementById('decisions').hidden"), "nothing was edited"
    browser.run("document.querySelectorAll('#todo [data-do=publish]')[0].click()")
    assert browser.run("document.getElementById('decided').textContent") == "1"
    assert browser.run("document.getElementById('where').hidden"), "the command names the folder"


@pytest.mark.slow
def test_a_choice_about_words_is_shown_wherever_they_are_held(browser: Browser, tmp_path: Path) -> None:
    browser.size(1280, 900)
    articles = [Article("a.txt", line, f"第{line}篇用 modelfree 的方法。") for line in (4, 5)]
    fix = Fix((Edit(5, 14, "model-free"),), "unsafe")
    held = [
        Held(one, ["FT301 a: b"], [Finding("FT301", "a", "error", "high", one, Span(5, 14), "b", fix)], one.text)
        for one in articles
    ]
    path = tmp_path / "report.html"
    path.write_text(page(RunReport("x", Counts(1, 2, held=2), held=held)), encoding="utf-8")
    go(browser, path)
    pressed = "[...document.querySelectorAll('[data-o]')].map((one) => one.getAttribute('aria-pressed')).join()"
    steps = [("allow", 0, "false,true,false,true"), ("take", 1, "true,false,true,false"), ("take", 0, "false," * 4)]
    for verb, number, wanted in steps:
        browser.run(f"document.querySelectorAll('[data-do={verb}]')[{number}].click()")
        assert browser.run(pressed) == wanted.rstrip(",")
    assert browser.run("document.getElementById('decided').textContent") == "0"


@pytest.mark.slow
def test_a_check_makes_the_same_page(browser: Browser, real: Path) -> None:
    command = [sys.executable, "-m", "feedtools", "check", "feed", "--output-format", "html:check.html", "-q"]
    subprocess.run(command, cwd=real, check=False, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    browser.size(1280, 900)
    go(browser, real / "check.html", "?level=error")
    assert browser.run("document.querySelector('.command').textContent") == "feedtools check feed"
    levels = browser.run("[...document.querySelectorAll('.item')].map((one) => one.dataset.l)")
    assert levels
    assert set(levels) == {"error"}
    assert browser.run("document.getElementById('made').textContent") != ""


AXE = os.environ.get("AXE_CORE", "")


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious(
    browser: Browser, real: Path, width: int, dark: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    axe = axe_core(tmp_path_factory)
    browser.size(width, 900, phone=width < 500, dark=dark)
    for path in (real / "en" / "report.html", write(tmp_path_factory.mktemp("axe"), page(sample()))):
        go(browser, path)
        browser.run(axe)
        found = browser.run(
            "axe.run().then((result) => result.violations.filter((one) => ['serious', 'critical'].includes(one.impact))"
            ".map((one) => one.id + ': ' + one.nodes.map((node) => node.html.slice(0, 120)).join(' | ')))"
        )
        assert found == []


def axe_core(factory: pytest.TempPathFactory) -> str:
    """The script of axe-core, named in $AXE_CORE or installed for this test."""
    if AXE:
        return Path(AXE).read_text(encoding="utf-8")
    if shutil.which("npm") is None:
        pytest.skip("no npm on this machine to install axe-core with")
    folder = factory.mktemp("npm")
    done = subprocess.run(["npm", "install", "--silent", "axe-core@4"], cwd=folder, capture_output=True, check=False)
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if done.returncode or not script.exists():
        pytest.skip("axe-core could not be installed")
    return script.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_run_over_fifty_thousand_articles_opens_at_once(browser: Browser, tmp_path: Path) -> None:
    text = page(large()._replace(counts=Counts(5000, 50_000, 50_000, findings=9000, clusters=1000, remaining=9000)))
    browser.size(1280, 900)
    path = write(tmp_path, text)
    assert quick(browser, 1.0, lambda: browser.open(path))


# --- charts, trend ----------------------------------------------------------------------------------------------------


def counted() -> RunReport:
    """Two rules in three files: six findings."""
    found = []
    for path, rule, level, times in (
        ("a.txt", "FT301", "error", 2),
        ("a.txt", "FT401", "note", 1),
        ("b.txt", "FT301", "note", 1),
        ("b.txt", "FT401", "note", 2),
    ):
        article = Article(path, 4, f"{rule} {level} {path} " * 3)
        name = {"FT301": "joined-identifier", "FT401": "truncated"}[rule]
        found += [Finding(rule, name, level, "high", article, Span(at, at + 5), "told") for at in range(times)]  # type: ignore[arg-type]
    tallies, rules = tally(found, {"a.txt": 3, "b.txt": 3, "c.txt": 3})
    before = Point("2026-01-02 03:04 UTC", Counts(3, 9, 7, held=2, remaining=9))
    counts = Counts(3, 9, 8, held=1, findings=6, remaining=6)
    return RunReport("clean", counts, tallies, rules, found, trend=(before, Point("", counts)))


ROWS = "[...document.querySelectorAll('#remains tr[data-{}]')].filter((row) => !row.hidden).map((row) => row.innerText)"
BARS = (
    "[...document.querySelectorAll('#remains .chart g')].map((one) => "
    "[...one.querySelectorAll('rect')].reduce((sum, bar) => sum + Number(bar.getAttribute('height')), 0))"
)
AXIS = "document.querySelector('#remains .plot .axis').textContent"


def rows(browser: Browser, kind: str) -> list[list[str]]:
    return [text.split() for text in browser.run(ROWS.format(kind))]


@pytest.mark.slow
def test_charts_count_what_the_filters_leave(browser: Browser, tmp_path: Path) -> None:
    path = write(tmp_path, page(counted()))
    browser.size(1280, 900)
    go(browser, path)
    everything = rows(browser, "r"), rows(browser, "b"), browser.run(BARS), browser.run(AXIS)
    assert everything[0] == [["FT301", "joined-identifier", "3"], ["FT401", "truncated", "3"]]
    assert everything[1] == [["a.txt", "3", "2", "0", "1"], ["b.txt", "3", "0", "0", "3"]]
    assert everything[3] == "3"
    go(browser, path, "?level=note")
    assert rows(browser, "r") == [["FT301", "joined-identifier", "1"], ["FT401", "truncated", "3"]]
    assert rows(browser, "b") == [["a.txt", "3", "0", "0", "1"], ["b.txt", "3", "0", "0", "3"]]
    assert browser.run(AXIS) == "3"
    go(browser, path, "?rule=FT301")
    assert rows(browser, "r") == [["FT301", "joined-identifier", "3"]]
    assert browser.run(AXIS) == "2"
    bars = browser.run(BARS)
    assert bars[0] == pytest.approx(97)
    assert bars[1:] == pytest.approx([97 / 2, 0], abs=0.1)
    go(browser, path, "?file=b.txt&level=note")
    assert rows(browser, "r") == [["FT301", "joined-identifier", "1"], ["FT401", "truncated", "2"]]
    assert rows(browser, "b") == [["b.txt", "3", "0", "0", "3"]]
    go(browser, path, "?q=error")  # a search is in no table: what the page holds is counted
    assert rows(browser, "r") == [["FT301", "joined-identifier", "2"]]
    browser.run("document.getElementById('clear').click()")
    assert (rows(browser, "r"), rows(browser, "b"), browser.run(BARS), browser.run(AXIS)) == everything
    browser.run("document.querySelector('#remains button[data-file=\"b.txt\"]').click()")
    assert rows(browser, "b") == [["b.txt", "3", "0", "0", "3"]]


@pytest.mark.slow
def test_the_trend_names_its_runs_and_their_values(browser: Browser, tmp_path: Path) -> None:
    browser.size(1280, 900)
    go(browser, write(tmp_path, page(counted())), "#trend")
    table = browser.run("[...document.querySelectorAll('#trend tr')].slice(1).map((row) => row.innerText)")
    assert [row.split("\t") for row in table] == [
        ["this run", "9", "0", "1", "6"],
        ["2026-01-02 03:04 UTC", "9", "0", "2", "9"],
    ]
    assert browser.run("[...document.querySelectorAll('#trend .axis')].map((one) => one.textContent)") == [
        *("2", "0"),
        *("9", "0"),
    ]
    titles = browser.run("[...document.querySelectorAll('#trend title')].map((one) => one.textContent)")
    assert titles[:2] == ["2026-01-02 03:04 UTC: 2", "this run: 1"]


@pytest.mark.slow
def test_a_link_to_a_section_lands_on_it_on_a_phone(browser: Browser, tmp_path: Path) -> None:
    browser.size(390, 844, phone=True)
    go(browser, write(tmp_path, page(large(150)._replace(fixes=fixes(40), made={"FT509": 40}))))
    for name in ("copies", "remains", "done"):
        browser.run("window.scrollTo(0, 0)")
        browser.run(f"document.querySelector('nav a[href=\"#{name}\"]').click()")
        browser.run("new Promise(done => setTimeout(done, 600))")
        top = browser.run(f"document.getElementById('{name}').getBoundingClientRect().top")
        bar = browser.run("document.getElementById('tools').getBoundingClientRect().bottom")
        assert 0 <= top - bar < 40, f"{name} begins below the bar"


@pytest.mark.slow
def test_paper_shows_every_formula_and_colour_and_no_button(browser: Browser, tmp_path: Path) -> None:
    pytest.importorskip("latex2mathml")
    browser.size(1280, 700)
    go(browser, write(tmp_path, page(large(60))))
    raw = "document.querySelectorAll('.math var[data-m]:not([data-on])').length"
    assert browser.run(raw) > 0, "those below wait"
    browser.run("window.dispatchEvent(new Event('beforeprint'))")
    assert browser.run(raw) == 0
    browser.call("Emulation.setEmulatedMedia", media="print")
    try:
        seen = (
            "[...document.querySelectorAll('.tools button, .perma, .choices')].filter(one => one.offsetParent).length"
        )
        assert browser.run(seen) == 0
        assert browser.run("getComputedStyle(document.querySelector('.rendered, .cut')).printColorAdjust") == "exact"
    finally:
        browser.call("Emulation.setEmulatedMedia", media="")


@pytest.mark.slow
def test_the_fixes_of_a_rule_unfold_for_the_filters(browser: Browser, tmp_path: Path) -> None:
    browser.size(1280, 900)
    made = {"FT509": 3, "FT301": 2}
    go(browser, write(tmp_path, page(sample()._replace(fixes=[*fixes(3), *fixes(2, "FT301")], made=made))))
    shown = "[...document.querySelectorAll('.item.fix')].filter(one => one.closest('details').open).length"
    assert browser.run(shown) == 0
    browser.run(
        "document.getElementById('rule').value = 'FT301';"
        "document.getElementById('rule').dispatchEvent(new Event('change'))"
    )
    assert browser.run(shown) == 2
    browser.run("document.getElementById('clear').click()")
    assert browser.run("document.querySelectorAll('.item.fix').length") == 5
    assert browser.run(shown) == 0


def fixes(count: int, by: str = "FT509") -> list[MadeFix]:
    at = Place("feed/00000.txt", 4)
    return [MadeFix(at, "前面的 、后面", Edit(3, 4, ""), by, "safe", "high", "space") for _ in range(count)]
