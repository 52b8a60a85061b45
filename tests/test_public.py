"""The public names: complete, lazy, typed, and doing what their documentation shows."""

from __future__ import annotations

import doctest
import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import feedtools
from feedtools.check.files import Checked
from feedtools.check.suppress import Kept
from feedtools.clean.remaining import Remaining
from feedtools.clean.run import Cleaned
from feedtools.errors import ConfigError, ReadError
from feedtools.lint import texts
from feedtools.model import Article, Block, Cluster, Edit, Finding, Fix, Match, Place, Provenance, Span
from feedtools.report.page.data import Counts
from tests.places import ROOT

PAGES = sorted((ROOT / "docs").glob("*.md"))


def test_the_names_are_sorted_and_there() -> None:
    assert feedtools.__all__ == sorted(feedtools.__all__)
    assert len(feedtools.__all__) == 12
    for name in feedtools.__all__:
        assert getattr(feedtools, name).__doc__, name
        assert name in dir(feedtools)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = feedtools.nothing


def test_importing_binds_nothing() -> None:
    code = (
        "import sys, feedtools; assert not [m for m in sys.modules if m.startswith('feedtools.')]; "
        "feedtools.Finding; print(sorted(m for m in sys.modules if m.startswith('feedtools.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "['feedtools.model']"


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(feedtools.__file__).parent / "py.typed").is_file()


@pytest.mark.parametrize("module", [feedtools, texts], ids=lambda module: module.__name__)
def test_the_examples_of_the_docstrings_run(module: object) -> None:
    failed, tried = doctest.testmod(module, verbose=False)
    assert (failed, tried > 0) == (0, True)


@pytest.mark.parametrize("page", [page for page in PAGES if ">>> " in page.read_text(encoding="utf-8")], ids=str)
def test_the_examples_of_the_pages_run(page: Path) -> None:
    failed, tried = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert (failed, tried > 0) == (0, True)


def test_options_are_those_of_the_configuration() -> None:
    assert feedtools.lint_text("损失为[公式],其中没有别的。", ignore=("FT102",)) == []
    noted = feedtools.lint_text("损失为[公式],其中没有别的。", rules={"FT102": {"level": "note"}})
    assert [finding.level for finding in noted] == ["note"]
    with pytest.raises(ConfigError, match="unknown key 'seelct'"):
        feedtools.lint_text("x", seelct=["FT1"])


def test_several_texts_keep_their_places() -> None:
    found = feedtools.lint_text(["没有问题的一句。", "损失为[公式],其中没有别的。"])
    assert [(finding.article.line, finding.rule) for finding in found] == [(2, "FT102")]
    article = Article("feed.txt", 9, "损失为[公式],其中没有别的。")
    assert [finding.article for finding in feedtools.lint_text(article)] == [article]


def test_reading_raises_at_the_first_thing_wrong(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "好"}\n{"body": "x"}\n')
    articles = feedtools.read_files(tmp_path / "a.jsonl")
    assert next(articles).text == "好"
    with pytest.raises(ReadError, match="no string under"):
        next(articles)


def test_a_folder_is_cleaned(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    copy = "卷积网络的感受野随层数线性增长,空洞卷积用同样多的参数看得更远,分割任务因此受益。"
    (tmp_path / "in" / "a.txt").write_text(
        f"INCOMING TRANSMISSION\n\nLATEST UPDATES\n{copy}\n{copy}\n", encoding="utf-8"
    )
    cleaned = feedtools.clean_files(tmp_path / "in", out=tmp_path / "out")
    assert cleaned.errors == []
    assert (tmp_path / "out" / "a.txt").read_text(encoding="utf-8").count(copy) == 1


VALUES = [Article, Provenance, Finding, Span, Fix, Edit, Place, Cluster, Match, Block]
RESULTS = [Checked, Kept, Cleaned, Counts, Remaining]


@pytest.mark.parametrize("value", [*VALUES, *RESULTS], ids=lambda value: value.__name__)
def test_the_page_says_every_field_of_what_comes_back(value: Any) -> None:
    page = (ROOT / "docs/library.md").read_text(encoding="utf-8")
    [row] = re.findall(rf"(?m)^\| `{value.__name__}`.*$", page.partition("## What comes back")[2])
    assert [field for field in value._fields if f"`{field}`" not in row] == []


def test_findings_and_clusters_are_readable_in_a_notebook() -> None:
    article = Article("<a>.txt", 4, "前面 <b>[公式] 后面")
    finding = Finding(
        "FT102", "x", "error", "high", article, Span(6, 10), "lost & gone", Fix((Edit(6, 10, "<i>"),), "safe")
    )
    html = finding._repr_html_()
    assert "<mark>[公式]</mark>" in html
    assert "lost &amp; gone" in html
    assert "<ins>&lt;i&gt;</ins>" in html
    assert "<b>[" not in html
    table = Cluster(2, (0, 1), (Match(0, 2, "truncated", 1.0, 0.5, 0.98),))._repr_html_()
    assert "truncated" in table
    assert re.search(r"keeps <b>2</b>, drops 0, 1", table)


CRAWL = """
import pathlib

import scrapy
from scrapy.crawler import CrawlerProcess

class Spider(scrapy.Spider):
    name = "feed"
    start_urls = [pathlib.Path("page.html").resolve().as_uri()]

    def parse(self, response):
        for text in response.css("p::text").getall():
            yield {"text": text}

process = CrawlerProcess({
    "ITEM_PIPELINES": {"pipelines.FeedtoolsPipeline": 300},
    "FEEDS": {"items.jsonl": {"format": "jsonlines", "encoding": "utf-8"}},
    "TELNETCONSOLE_ENABLED": False,
})
process.crawl(Spider)
process.start()
"""


@pytest.mark.slow
def test_the_scrapy_pipeline_of_the_documentation(tmp_path: Path) -> None:
    if importlib.util.find_spec("scrapy") is None:
        pytest.skip("scrapy is not installed")
    [pipeline] = re.findall(
        r"```python\n(import feedtools\n.*?class FeedtoolsPipeline.*?)```",
        (ROOT / "docs/library.md").read_text(encoding="utf-8"),
        re.DOTALL,
    )
    assert len([line for line in pipeline.splitlines() if line.strip()]) <= 12
    (tmp_path / "pipelines.py").write_text(pipeline, encoding="utf-8")
    (tmp_path / "page.html").write_text(
        "<p>注意 ,这里多了一个空格。</p><p>损失函数为[公式],其中没有别的。</p>", encoding="utf-8"
    )
    (tmp_path / "crawl.py").write_text(CRAWL, encoding="utf-8")
    environment = {"PYTHONPATH": f"{ROOT}:{tmp_path}", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "crawl.py"], cwd=tmp_path, capture_output=True, text=True, check=False, env=environment
    )
    assert (tmp_path / "items.jsonl").read_text(encoding="utf-8") == '{"text": "注意,这里多了一个空格。"}\n', (
        done.stderr
    )
    assert "FT102" in done.stderr
