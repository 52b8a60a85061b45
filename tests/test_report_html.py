"""The HTML report: what it says, that it stays small and quick, and that no article can run anything in it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedtools.model import Article, Block, Decision, Edit, Finding, Fix, Place, Span
from feedtools.report.data import Copies, Copy, Counts, Repair, Report, RuleName, Tally, tally
from feedtools.report.diff import compare
from feedtools.report.html import html
from feedtools.report.marks import Formulas, plain
from feedtools.report.mathml import mathml

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTILE = (
    "<script>document.title='taken'</script>",
    "<img src=x onerror=\"document.title='taken'\">",
    "'\"><svg onload=document.title='taken'>",
    "</title></style></template></script><script>document.title='taken'</script>",
    "\\(\\href{javascript:document.title='taken'}{x}\\)",
    "\\(\\text{<img src=x onerror=document.title='taken'>}\\)",
    "\\(\\text{&#x3c;script&#x3e;document.title='taken'&#x3c;/script&#x3e;}\\)",
    "\\(\\style{x\" onmouseover=\"document.title='taken'}{y}\\)",
    "\\(\\class{x onclick=document.title='taken'}{y}\\)",
    "<math><mi//xlink:href=\"data:x,<script>document.title='taken'</script>\">",
    "<!--<script>document.title='taken'</script>",
    "\u202e\x00\ud800<iframe srcdoc=\"<script>parent.document.title='taken'</script>\">",
)
KEPT = (
    r"把 \(x_i\) 送进 model-free 的网络,损失是 \[L=\sum_i (y_i-\hat y_i)^2\] 其中 \(y_i\) 是标签。"
    "最后取平均,再更新一次参数。"
)
CUT = "把 x_i 送进 modelfree 的网络,损失是 [公式] 其中 y_i 是标签。最后..."


def page(report: Report) -> str:
    return "".join(html(report))


def pair(keep: str, *copies: str, path: str = "feed/1.txt") -> Copies:
    others = [Copy(Place(path, number), text, "rerendered", 0.98, 0.9) for number, text in enumerate(copies, 5)]
    return Copies(Copy(Place(path, 4), keep, action="keep"), others)


def hostile() -> Report:
    """Every field that can carry foreign text carries an attack."""
    articles = [Article(f"{text}.txt", number, text * 2) for number, text in enumerate(HOSTILE, 1)]
    fix = Fix((Edit(0, 3, HOSTILE[0] + HOSTILE[4]),), "safe")
    findings = [
        Finding("FT999", article.text, "error", "high", article, Span(0, 5), article.text, fix, (Place(HOSTILE[2], 1),))
        for article in articles
    ]
    clusters = [pair(text + KEPT, KEPT + text, text, path=text) for text in HOSTILE]
    repairs = [
        Repair(Place(text, 1), text, Edit(0, 1, text), text, "safe", Place(text, 2), 0.5, text) for text in HOSTILE
    ]
    tallies, rules = tally(findings, {article.source: 1 for article in articles})
    return Report(
        HOSTILE[3],
        Counts(files=1, articles=2, kept=1, held=1),
        tallies,
        rules,
        findings,
        clusters,
        [Decision(article, "hold", (article.text,)) for article in articles],
        repairs,
        HOSTILE,
        HOSTILE[0],
    )


def large(clusters: int = 1000) -> Report:
    """As many clusters as a page shows, of the feed's size, with copies of several kinds."""
    dice = random.Random(7)
    words = [chr(code) for code in range(0x4E00, 0x4E00 + 2500)]
    groups = []
    for number in range(clusters):
        parts = ["".join(dice.choices(words, k=dice.randrange(8, 50))) for _ in range(14)]
        math = [f"\\({dice.choice('abxyz')}_{{{dice.randrange(90)}}}=\\frac{{1}}{{n}}\\)" for _ in parts]
        keep = " ".join(text for both in zip(parts, math, strict=True) for text in both)[:500]
        copies = [
            keep[: dice.randrange(150, 480)].replace(dice.choice(math), "[Math]") + "..." for _ in range(1 + number % 2)
        ]
        groups.append(pair(keep, *copies, path=f"feed/{number:05}.txt"))
    article = Article("feed/00001.txt", 4, groups[0].keep.text)
    findings = [
        Finding(
            "FT210", "bare-math", "warning", "high", article, Span(at % 400, at % 400 + 9), "formula without delimiters"
        )
        for at in range(1000)
    ]
    tallies = [Tally(f"feed/{number:05}.txt", 12, {"FT210": number % 7}) for number in range(5000)]
    counts = Counts(5000, 60000, 60000, findings=9000, clusters=clusters)
    return Report("Archive", counts, tallies, [RuleName("FT210", "bare-math", "warning")], findings, groups)


def sample() -> Report:
    article = Article("feed/2.txt", 7, CUT)
    findings = [Finding("FT102", "formula-placeholder", "error", "high", article, Span(25, 29), "a formula was lost")]
    repair = Repair(
        Place("feed/2.txt", 7),
        CUT,
        Edit(25, 29, r"\[L=1\]"),
        "placeholder",
        "safe",
        Place("feed/1.txt", 4),
        0.99,
        "both sides agree",
    )
    tallies, rules = tally(findings, {"feed/1.txt": 3, "feed/2.txt": 3})
    counts = Counts(2, 6, 4, 1, 1, 0, 1, 1, 2, 1)
    clusters = [
        pair(KEPT, CUT, KEPT),
        Copies(
            Copy(Place("feed/9.txt", 1), "别的文章", action="keep"), [Copy(Place("feed/9.txt", 2), "别的文章", "exact")]
        ),
    ]
    held = [Decision(article, "hold", ("FT102 formula-placeholder",))]
    return Report("Sample", counts, tallies, rules, findings, clusters, held, [repair])


# --- what the page says -------------------------------------------------------------------------------------------


def test_account_is_shown_and_checked() -> None:
    text = page(sample())
    assert "6 articles: 4 kept, 1 dropped, 1 held" in text
    assert "does not add up" not in text
    wrong = sample()._replace(counts=Counts(articles=5, kept=3, dropped=1))
    assert "does not add up" in page(wrong)


def test_every_section_is_there_and_empty_ones_are_not() -> None:
    text = page(sample())
    for part in ("id=copies", "id=repairs", "id=held", "id=findings", "FT102", "feed/2.txt:7:26", "cut here:"):
        assert part in text
    bare = page(Report("Nothing", Counts()))
    assert "id=copies" not in bare
    assert "id=findings" not in bare


def test_shown_part_is_said() -> None:
    counts = Counts(findings=12_345, clusters=7)
    article = Article("a.txt", 4, "文字" * 9)
    findings = [Finding("FT401", "truncated", "note", "high", article, Span(0, 2), "cut")] * 1500
    text = page(Report("x", counts, findings=findings))
    assert "12,345 findings, the first 1,000 are shown" in text
    assert text.count("data-r=") == 1000


def test_policy_allows_this_script_and_style_alone() -> None:
    text = page(sample())
    policy = re.search(r'Content-Security-Policy content="([^"]*)"', text)
    assert policy
    assert policy[1].startswith("default-src 'none';")
    for tag in ("script", "style"):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert len(inside) == 1
        digest = base64.b64encode(hashlib.sha256(inside[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]


def test_page_loads_nothing() -> None:
    text = page(sample())
    assert not re.search(
        r"(?:https?:|//|url\(|@import|\ssrc=|\shref=(?!#))", re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    )


def test_hostile_text_is_escaped_everywhere() -> None:
    text = page(hostile())
    assert text.encode("utf-8")
    assert text.count("<script") == 1
    outside = re.sub(r"<(script|style)>.*?</\1>", "", text, flags=re.DOTALL)
    tags = re.findall(r"<[^>]*>", outside)
    assert not [tag for tag in tags if re.search(r"\son\w+\s*=|javascript:|srcdoc|<img|<iframe", tag)]


KNOWN_TAGS = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "a",
        "header",
        "main",
        "footer",
        "section",
        "script",
        "template",
        "svg",
        "g",
        "rect",
        "details",
        "summary",
        "span",
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "div",
        "ul",
        "li",
        "dl",
        "dt",
        "dd",
        "table",
        "tr",
        "th",
        "td",
        "b",
        "i",
        "code",
        "kbd",
        "input",
        "select",
        "option",
        "button",
        "var",
        "ins",
        "del",
        "mark",
    ]
)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.unknown: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in KNOWN_TAGS or any(name.startswith("on") or name in {"src", "style"} for name, _ in attrs):
            self.unknown.append(tag)


@given(
    st.text(
        st.sampled_from([*"<>&\"'=/ax \n\\(){}$-", "\ud800", "\u202e", "\x00", "字", "😀"]), min_size=1, max_size=60
    )
)
@example("</p><p onclick=x>")
@example("--><!-- <![CDATA[ ]]> <?x ?>")
def test_any_text_in_any_field_is_text(text: str) -> None:
    article = Article(text, 1, text)
    finding = Finding("FT1", text, "note", "low", article, Span(0, 1), text, Fix((Edit(0, 1, text),), "safe"))
    repair = Repair(Place(text, 1), text, Edit(0, 1, text), text, "display", Place(text, 1), 0.5, text)
    tallies, rules = tally([finding], {text: 1})
    clusters = [pair("x" + text, text + "y", path=text)]
    decisions = [Decision(article, "hold", (text,))]
    whole = page(Report(text, Counts(), tallies, rules, [finding], clusters, decisions, [repair], [text], text))
    whole.encode("utf-8")
    tags = Tags()
    tags.feed(re.sub(r"<template.*?</template>", "", whole))
    assert tags.unknown == []
    assert whole.count("<script") == 1


def test_tally_counts_by_file_and_orders_rules_by_level() -> None:
    article = Article("b.txt", 1, "x" * 9)
    note = Finding("FT401", "truncated", "note", "high", article, Span(0, 1), "")
    error = note._replace(rule="FT201", name="unclosed-math", level="error")
    tallies, rules = tally([note, note, error], {"a.txt": 2, "b.txt": 1})
    assert tallies == [Tally("a.txt", 2, {}), Tally("b.txt", 1, {"FT401": 2, "FT201": 1})]
    assert [rule.rule for rule in rules] == ["FT201", "FT401"]


# --- comparing ----------------------------------------------------------------------------------------------------


def changes(left: str, right: str) -> list[tuple[str, str, str]]:
    return [tuple(piece) for piece in compare(left, right).pieces if piece.change != "same"]


def test_renderings_and_cut_are_told_apart() -> None:
    assert changes(KEPT, CUT) == [
        (r"\(x_i\)", "x_i", "rendered"),
        ("model-free", "modelfree", "rendered"),
        (r"\[L=\sum_i (y_i-\hat y_i)^2\]", "[公式]", "rendered"),
        (r"\(y_i\)", "y_i", "rendered"),
        ("取平均,再更新一次参数。", "...", "cut"),
    ]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("甲乙丙丁戊己庚辛", "甲乙丙丁戊己庚辛", []),
        ("甲乙丙丁戊己庚辛", "甲乙丙丁壬己庚辛", [("戊", "壬", "changed")]),
        ("甲乙丙丁戊己庚辛", "甲乙丙丁...", [("戊己庚辛", "...", "cut")]),
        ("甲乙丙丁戊...", "甲乙丙...", [("丁戊...", "...", "cut")]),
        ("甲乙丙...", "甲乙丙丁戊己...", [("...", "丁戊己...", "added")]),
        ("甲乙丙丁戊...", "甲乙丙丁戊", [("...", "", "rendered")]),
        ("开头在此。甲乙丙丁戊己", "甲乙丙丁戊己", [("开头在此。", "", "lost")]),
        ("甲乙丙丁戊己", "开头在此。甲乙丙丁戊己", [("", "开头在此。", "added")]),
    ],
)
def test_kinds_of_change(left: str, right: str, expected: list[tuple[str, str, str]]) -> None:
    assert changes(left, right) == expected


def test_long_texts_are_compared_where_they_overlap() -> None:
    long = "".join(chr(0x4E00 + (i * 7919) % 20000) for i in range(9000))
    diff = compare(long, long[6000:6400], [Block(0, 400, 6000, 6400)])
    assert diff.left_outside[0] == 6000
    assert any(piece.change == "same" and len(piece.left) > 350 for piece in diff.pieces)


PARTS = st.lists(
    st.sampled_from([r"\(x\)", r"\[y^2", "[Math]", "...", " ", "a-b", "ab", "字", "的", "\ud800", "$"]), max_size=40
)


@given(PARTS, PARTS)
@example(["..."], [])
def test_pieces_give_both_texts_back(left: list[str], right: list[str]) -> None:
    a, b = "".join(left), "".join(right)
    pieces = compare(a, b).pieces
    assert "".join(piece.left for piece in pieces) == a
    assert "".join(piece.right for piece in pieces) == b
    assert all(piece.left == piece.right for piece in pieces if piece.change == "same")


# --- formulas -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "part"),
    [
        (r"\(x_i\)", "<msub><mi>x</mi><mi>i</mi></msub>"),
        (r"\[\frac{a}{b}\]", '<math display="block"><mfrac>'),
        (r"$x<y$", "<mo>&lt;</mo>"),
        (r"\(\mathop{min}\limits_{x}\)", "<mo>min</mo>"),
        (r"\[\begin{aligned}a&=b\end{aligned}\]", "<mtable"),
        (r"\(\text{中文}\)", "<mtext>中文</mtext>"),
    ],
)
def test_formulas_become_mathml(source: str, part: str) -> None:
    pytest.importorskip("latex2mathml")
    markup = mathml(source)
    assert markup is not None
    assert part in markup


@pytest.mark.parametrize(
    "source", [r"\(\frac{\)", r"\(\nosuchcommand{x}\)", r"\(\)", "", "$" + "{" * 1000 + "$", "$" + "x" * 9999 + "$"]
)
def test_what_cannot_be_shown_falls_back(source: str) -> None:
    assert mathml(source) is None


def test_without_the_converter_the_source_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "latex2mathml.converter", None)
    mathml.cache_clear()
    try:
        assert mathml(r"\(q_7\)") is None
        assert Formulas().mark(r"\(q_7\)") == r"\(q_7\)"
    finally:
        mathml.cache_clear()


ALLOWED = re.compile(
    r"</?(?:math|m[a-z]+|none)(?: (?:display|accent|accentunder|columnalign|columnlines|rowlines|columnspacing"
    r"|rowspacing|displaystyle|fence|form|largeop|linethickness|lspace|rspace|maxsize|minsize|mathvariant|movablelimits|notation"
    r'|separator|stretchy|width)="[-\w. ]*")*>'
)


TEX = [*"\\{}()[]^_&<>\"'=ax1 ", r"\href", r"\text", r"\frac", r"\style", r"\class", "\ud800"]


@given(st.lists(st.sampled_from(TEX), max_size=40).map("".join))
@example(r"\href{javascript:alert(1)}{x}")
@example('\\style{x" onclick="y}{z}')
def test_mathml_is_harmless_or_absent(tex: str) -> None:
    markup = mathml(f"\\({tex}\\)")
    if markup is not None:
        assert not re.search(r"[<>]", ALLOWED.sub("", markup))


def test_formulas_beyond_the_limit_stay_source() -> None:
    pytest.importorskip("latex2mathml")
    formulas = Formulas(limit=60)
    assert formulas.mark(r"\(x\)") == r"<var data-m=0>\(x\)</var>"
    assert formulas.mark(r"\(x_1^2+\frac{y}{z}\)") == r"\(x_1^2+\frac{y}{z}\)"
    assert formulas.mark(r"\(x\)") == r"<var data-m=0>\(x\)</var>"
    assert len(list(formulas.templates())) == 1


@given(st.text(st.characters(), max_size=50))
def test_plain_text_is_inert_and_encodable(text: str) -> None:
    shown = plain(text)
    shown.encode("utf-8")
    rest = shown.replace("<span class=odd>", "").replace("</span>", "")
    assert not set("<>\"'") & set(rest)


# --- in a browser -------------------------------------------------------------------------------------------------

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
def test_thousand_clusters_are_small_and_open_quickly(browser: Browser, tmp_path: Path) -> None:
    text = page(large())
    assert text.count("<details") == 1000
    assert len(text.encode()) <= 5_000_000
    browser.size(1280, 900)
    path = write(tmp_path, text)
    assert min(browser.open(path) for _ in range(3)) < 2.0


@pytest.mark.slow
def test_search_filter_keyboard_and_formulas(browser: Browser, tmp_path: Path) -> None:
    browser.size(1280, 900)
    browser.open(write(tmp_path, page(sample())))
    shown = "[...document.querySelectorAll('.item')].filter((one) => !one.hidden).length"
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
    assert browser.run("[...document.querySelectorAll('#copies .item')].filter((one) => !one.hidden).length") == 1
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
