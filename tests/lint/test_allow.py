"""``feedtools-allow.toml``: entries are added at its end, and what stands there stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedtools.lint.allow import append, entry, load
from feedtools.model import Article, Finding, Span

FINDING = Finding("FT301", "joined-identifier", "error", "high", Article("a", 1, "用 modelfree 的"), Span(2, 11), "m")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_a_person_wrote_stays_byte_for_byte(tmp_path: Path, end: str) -> None:
    path = tmp_path / "feedtools-allow.toml"
    before = end.join(("# ours", "[[allow]]", 'rule = "FT101"', 'text = "[Math]"', "")).encode()
    path.write_bytes(before)
    assert append(path, [FINDING, FINDING], "our spelling") == 1
    assert path.read_bytes().startswith(before + b"\n[[allow]]\n")
    assert [entry.text for entry in load(path)] == ["[Math]", "modelfree"]


@pytest.mark.parametrize("words", ["[Math]", "\x7f\0\t\u2028", '"\\', "…", "\n[[allow]]\n", "长" * 61, "\udce9x", ""])
def test_an_entry_allows_its_own_finding_and_none_of_another_article(tmp_path: Path, words: str) -> None:
    article = Article(str(tmp_path / "a[1].txt"), 1, f"前{words}后")
    finding = FINDING._replace(article=article, span=Span(1, 1 + len(words)))
    path = tmp_path / "feedtools-allow.toml"
    append(path, [finding], "")
    [made] = load(path)
    assert made.covers(finding, tmp_path)
    assert not made.covers(finding._replace(article=article._replace(text=f"前{words}后。")), tmp_path)
    assert not made.covers(finding._replace(rule="FT101"), tmp_path)


def test_a_finding_about_a_file_is_allowed_in_that_file_alone(tmp_path: Path) -> None:
    finding = FINDING._replace(article=Article(str(tmp_path / "a[1].txt"), 1, ""), span=Span(0, 0))
    (tmp_path / "feedtools-allow.toml").write_text(entry(finding, tmp_path), encoding="utf-8")
    [made] = load(tmp_path / "feedtools-allow.toml")
    assert made.covers(finding, tmp_path)
    assert not made.covers(finding._replace(article=Article(str(tmp_path / "a1.txt"), 1, "")), tmp_path)


@pytest.mark.parametrize(
    ("name", "covered"), [("posts/a.txt", True), ("posts/deep/b.txt", True), ("a.txt", False), ("posts.txt", False)]
)
def test_a_pattern_for_files_limits_an_entry_to_them(tmp_path: Path, name: str, covered: bool) -> None:
    path = tmp_path / "feedtools-allow.toml"
    path.write_text('[[allow]]\nrule = "FT301"\ntext = "modelfree"\npath = "posts/*.txt"\n', encoding="utf-8")
    [made] = load(path)
    finding = FINDING._replace(article=Article(str(tmp_path / name), 1, FINDING.article.text))
    assert made.covers(finding, tmp_path) == covered
