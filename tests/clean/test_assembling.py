"""Damaged excerpts of one article that only overlap complete each other; excerpts of a series do not."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedtools.clean import assembling, manifest, restoring
from feedtools.clean.context import Sources
from feedtools.clean.notes import Note
from feedtools.clean.restoring import Work
from feedtools.clean.run import clean
from feedtools.clean.undo import undo
from feedtools.config import Config, Policy
from feedtools.dedup.index.files import add
from feedtools.model import Place
from feedtools.restore import Sibling, apply, restore
from feedtools.restore.agree import agree
from tests.places import ROOT
from tests.restore.test_restore import rendering

HEADER = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
CONFIG = Config(cache=False, clean=Policy(hold="never", fix="none"))
ORIGINALS = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests/sample/originals").glob("*.md"))]
STEPS = (
    "先把每个样本的损失写成 $\\ell_i$ ,再除以它们的个数 $n$ ,",
    "然后把 low-rank 的矩阵拆成 $\\alpha BA$ ,它的秩不超过 $r$ ,",
    "接着用 warm-up 把步长 $\\eta_t$ 慢慢升到顶点,此后按余弦下降,",
    "又把 multi-head 的各个头拼起来,乘上一个方阵 $W_O$ ,",
    "为了不让梯度爆掉,超过 $\\tau$ 的部分按比例缩回去,",
    "验证集上每隔一千步算一次困惑度 $e^{\\bar\\ell}$ ,不降就停,",
    "最后把参数做一次 exponential-moving 的平均,衰减取 $\\beta$ ,",
)
ENDS = (
    *("得到一个标量。", "省下许多显存。", "免得开头发散。", "再送给下一层。"),
    *("训练就稳得住。", "省得白跑几天。", "部署时用它。"),
)
WHOLE = "".join(f"第{'甲乙丙丁戊己庚'[n]}步:{one}{end}" for n, (one, end) in enumerate(zip(STEPS, ENDS, strict=True)))


def squeezed(text: str) -> str:
    return "".join(re.sub(r"\.{3}$", "", text).replace("`", "").split())


def starts(source: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer("[。\n](?=[^\n]{20})", source))]


def run(folder: Path, *texts: str, config: Config = CONFIG, index: str | None = None) -> list[dict[str, Any]]:
    folder.mkdir(exist_ok=True)
    (folder / "a.txt").write_text(HEADER + "".join(f"{text}\n" for text in texts), encoding="utf-8")
    clean([str(folder / "a.txt")], folder / "out", config, Sources(index))
    return [row for row in manifest.read(folder / "out" / "manifest.jsonl") if "action" in row]


def published(folder: Path) -> list[str]:
    return (folder / "out" / "a.txt").read_text(encoding="utf-8").splitlines()[3:]


@given(st.integers(0, len(ORIGINALS) - 1), st.integers(0, 9), st.sampled_from(["AB", "BA", "AA", "BB"]), st.booleans())
@settings(max_examples=60)
def test_what_is_assembled_is_the_stretch_of_the_original(number: int, step: int, modes: str, earlier: bool) -> None:
    source = ORIGINALS[number]
    at = starts(source)
    places = (at[min(step, len(at) - 1)], 0) if earlier else (0, at[min(step, len(at) - 1)])
    one, other = (
        rendering.mode_a(source[place:], 260) if mode == "A" else rendering.mode_b(source[place:], 190).text
        for mode, place in zip(modes, places, strict=True)
    )
    if not agree(one, other):
        return
    whole = [squeezed(rendering.mode_a(source, 10**9, code=code)) for code in (False, True)]
    repairs = [repair for repair in restore(one, [Sibling(other, Place("b.txt", 1))]) if repair.safety == "safe"]
    for repair in repairs:  # every one by itself, with the letters around it that no renderer changes
        start, end = repair.edit.start, repair.edit.end
        before = re.search(r"[\u3400-\u9fff,。;:]{0,8}\s*\Z", one[:start])
        after = re.match(r"\s*[\u3400-\u9fff,。;:]{0,8}", one[end:])
        assert before
        assert after
        if repair.kind != "number":
            assert any(squeezed(before[0] + repair.edit.text + after[0]) in text for text in whole), repair
    if modes[0] == "A":
        assert any(squeezed(apply(one, repairs)) in text for text in whole)


def test_the_property_is_about_something() -> None:
    pairs = [
        (rendering.mode_b(source[at:], 190).text, rendering.mode_a(source, 260))
        for source in ORIGINALS
        for at in starts(source)[1:3]
    ]
    found = [restore(one, [Sibling(other, Place("b.txt", 1))]) for one, other in pairs if agree(one, other)]
    assert len(found) > len(pairs) // 3
    assert sum(repair.safety == "safe" for repairs in found for repair in repairs) > len(found)


def shifted() -> tuple[str, str, str]:
    """The article in three excerpts: damaged in the middle, and whole at either end of that."""
    second, fourth = WHOLE.index("第乙步"), WHOLE.index("第丁步")
    return (
        rendering.mode_b(WHOLE[second:], 228).text,
        rendering.mode_a(WHOLE, WHOLE.index("第戊步") - 12),
        rendering.mode_a(WHOLE[fourth:], 220),
    )


def test_excerpts_that_overlap_complete_each_other(tmp_path: Path) -> None:
    damaged, head, tail = shifted()
    assert damaged.count("[Math]") == 4
    rows = run(tmp_path, damaged, head, tail)
    first = published(tmp_path)[0]
    assert squeezed(first) in squeezed(rendering.mode_a(WHOLE))
    sources = {repair["source"]["line"] for repair in rows[0]["repairs"] if repair["safety"] == "safe"}
    assert sources == {5, 6}
    assert undo(tmp_path / "out", tmp_path / "back") == (1, [])
    assert (tmp_path / "back" / "a.txt").read_bytes() == (tmp_path / "a.txt").read_bytes()
    run(tmp_path / "again", *published(tmp_path))
    assert published(tmp_path / "again") == published(tmp_path)


def test_what_one_learns_it_gives_on(tmp_path: Path) -> None:
    source = WHOLE + "复盘时再看一遍日志,把每一处告警都登记在册,留给下一个人。"
    ends = [source.index(f"第{step}步") for step in "甲丙戊"]
    rows = run(
        tmp_path,
        rendering.mode_a(source, ends[1] + 60),
        rendering.mode_b(source[ends[0] + 30 :], 150).text,
        rendering.mode_b(source[ends[1] - 30 :], 150).text,
    )
    assert len(rows) == 3
    assert all("[Math]" not in text.split("第丙步")[0] for text in published(tmp_path))


def test_an_article_is_restored_once_from_what_it_has_to_learn_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one in the middle learns from both others, which do not change; the second look finds that they did not."""
    damaged, *_ = shifted()
    head, tail = rendering.mode_a(WHOLE[: WHOLE.index("第戊步")]), rendering.mode_a(WHOLE[WHOLE.index("第丁步") :])
    asked: list[int] = []

    def mend(works: Sequence[Work], *shared: Any) -> list[tuple[int, Note]]:
        asked.extend(work.number for work in works)
        return restoring.mend(works, *shared)

    monkeypatch.setattr(assembling, "mend", mend)
    run(tmp_path, damaged, head, tail)
    assert asked == [0]
    assert squeezed(published(tmp_path)[0]) in squeezed(rendering.mode_a(WHOLE))


@pytest.mark.parametrize(
    ("old", "new"),
    [("\\alpha BA", "\\gamma CD"), ("验证集上每隔一千步", "测试集上每隔两百轮"), ("方阵", "矩形的阵")],
)
def test_what_differs_where_both_have_it_gives_nothing(tmp_path: Path, old: str, new: str) -> None:
    damaged, _, _ = shifted()
    other = WHOLE.replace(old, new)
    assert other != WHOLE
    whole = rendering.mode_a(WHOLE[WHOLE.index("第乙步") :], 300)
    near = rendering.mode_a(other[: WHOLE.index("第庚步")], 400)
    assert agree(whole, rendering.mode_a(WHOLE[: WHOLE.index("第庚步")], 400))
    assert not agree(whole, near)
    if old != "\\alpha BA":  # the damaged one does not have the formula, so that it cannot tell
        rows = run(tmp_path, damaged, near)
        assert rows[0]["action"] == "keep" or not any("[Math]" in e["old"] for e in rows[0].get("edits", ()))


def test_what_was_published_completes_an_excerpt_that_begins_elsewhere(tmp_path: Path) -> None:
    damaged, head, tail = shifted()
    (tmp_path / "old.txt").write_text(f"{HEADER}{head}\n{tail}\n", encoding="utf-8")
    index = tmp_path / "feed.idx"
    add([str(tmp_path / "old.txt")], str(index), CONFIG)
    rows = run(tmp_path / "new", damaged, index=str(index))
    by = json.dumps(rows[0].get("edits", []), ensure_ascii=False)
    assert "old.txt:4" in by
    assert "old.txt:5" in by


def test_a_guess_is_no_evidence_for_another_article(tmp_path: Path) -> None:
    """The renderer that deletes hyphens made ``HeronVLA2B`` of a name; whatever is guessed of it stays there."""
    whole = (ROOT / "tests/sample/feed/001.txt").read_text(encoding="utf-8").splitlines()[8]
    joined = (ROOT / "tests/sample/feed/003.txt").read_text(encoding="utf-8").splitlines()[6]
    assert whole.count("Heron-VL-A2B") == joined.count("HeronVLA2B") == 2
    for number, order in enumerate([(whole, joined), (joined, whole)]):
        rows = run(tmp_path / str(number), *order, config=Config(cache=False))
        assert {row["action"] for row in rows} >= {"drop"}
        [kept] = published(tmp_path / str(number))
        assert kept.count("Heron-VL-A2B") == 2
        assert "A-2B" not in kept
