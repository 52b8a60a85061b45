"""Reports to test with: hostile in every field, as large as a page gets, and an ordinary one."""

from __future__ import annotations

import random

from feedtools.model import Article, Edit, Finding, Fix, Place, Span
from feedtools.report.page.data import (
    About,
    Copy,
    CopyGroup,
    Counts,
    Held,
    Point,
    Repair,
    RuleName,
    RunReport,
    Tally,
    tally,
)
from feedtools.report.page.html import html

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


def page(report: RunReport) -> str:
    return "".join(html(report))


def pair(keep: str, *copies: str, path: str = "feed/1.txt") -> CopyGroup:
    others = [Copy(Place(path, number), text, "rerendered", 0.98, 0.9) for number, text in enumerate(copies, 5)]
    return CopyGroup(Copy(Place(path, 4), keep, action="keep"), others)


def hostile() -> RunReport:
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
    return RunReport(
        HOSTILE[3],
        Counts(files=1, articles=2, kept=1, held=1),
        tallies,
        rules,
        findings,
        clusters,
        [
            Held(article, (f"FT999 {article.text}",), findings[number : number + 1], article.text, article.source)
            for number, article in enumerate(articles)
        ],
        repairs,
        HOSTILE,
        HOSTILE[0],
        About(HOSTILE[3], HOSTILE[0], [(HOSTILE[1], HOSTILE[2])]),
        [Point(HOSTILE[1], Counts(held=2)), Point(HOSTILE[0], Counts(held=1))],
    )


def large(clusters: int = 1000) -> RunReport:
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
    tallies = [Tally(f"feed/{number:05}.txt", 12, {"FT210 warning": number % 7}) for number in range(5000)]
    counts = Counts(5000, 60000, 60000, findings=9000, clusters=clusters)
    return RunReport("Archive", counts, tallies, [RuleName("FT210", "bare-math", "warning")], findings, groups)


def sample() -> RunReport:
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
        CopyGroup(
            Copy(Place("feed/9.txt", 1), "别的文章", action="keep"), [Copy(Place("feed/9.txt", 2), "别的文章", "exact")]
        ),
    ]
    held = [Held(article, ("FT102 formula-placeholder: a formula was lost",), findings, CUT, "held/2.txt.jsonl")]
    return RunReport("Sample", counts, tallies, rules, findings, clusters, held, [repair])
