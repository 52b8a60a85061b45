"""FT301 and FT303: joined and misspelt identifiers, the lexicon behind them, and what the archive teaches."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.errors import ReadError, WriteError
from feedtools.lint.checks import compounds, identifiers, lexicon, morphology, spelling
from feedtools.lint.checks.base import Evidence, View
from feedtools.lint.engine import lint
from feedtools.lint.rules import load, rules_folder
from feedtools.model import Article, Edit
from feedtools.text.renderers import hyphens
from tests.pace import within

ANY_TEXT = st.text(st.characters(), max_size=300)  # lone surrogates, NULs and astral characters included
LATIN = st.text("abgptGPT-.#34 _/[]\\(中,", max_size=200)


def found(text: str, evidence: Evidence | None = None) -> list[str]:
    return [text[hit.start : hit.end] for hit in identifiers.joined(View(text, evidence), {})]


def restored(token: str) -> str:
    verdict = morphology.judge(token)
    return verdict.restored if verdict else ""


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("modelfree", "model-free"),
        ("SelfAttention", "Self-Attention"),
        ("Endtoend", "End-to-end"),
        ("GPT4", "GPT-4"),
        ("GPT4o", "GPT-4o"),
        ("EfficientNetB7", "EfficientNet-B7"),
        ("Qwen31.7B", "Qwen3-1.7B"),
        ("Qwen2.572B", "Qwen2.5-72B"),
        ("GPT3tokenizer", "GPT-3 tokenizer"),
        ("regressorbased", "regressor-based"),
        ("3Dbased", "3D-based"),
        ("TFIDF", "TF-IDF"),
    ],
)
def test_restores_hyphens(token: str, expected: str) -> None:
    assert restored(token) == expected


def test_english_prose_of_an_unknown_renderer_needs_two_joined_words() -> None:
    assert found("A modelfree agent beats any modelfree baseline.") == []
    assert found("A modelfree agent beats the stateoftheart one.") == ["modelfree", "stateoftheart"]
    assert found("A modelfree agent maximises [Math] in the end.") == ["modelfree"]  # the renderer is known
    assert found("这类 modelfree 的算法不需要转移概率。") == ["modelfree"]  # prose of another script


def test_one_productive_part_alone_is_reported_beside_a_sure_word_only() -> None:
    assert morphology.judge("Photoscan") == morphology.Verdict(morphology.DOUBTFUL, "Photo-scan")
    assert found("用 Photoscan 重建 [Math] 的网格。") == []
    assert found("用 Photoscan 和 modelfree 的算法重建 [Math] 的网格。") == ["Photoscan", "modelfree"]


@pytest.mark.parametrize(
    "token",
    ["AdaBoost", "XGBoost", "ShuffleNetV2", "PyTorch", "DataLoader", "JavaScript", "network", "YOLOv3", "A100", "the"],
)
def test_real_names_stay(token: str) -> None:
    verdict = morphology.judge(token)
    assert verdict is None or verdict.percent < 50


def test_an_article_that_kept_a_hyphen_is_left_alone() -> None:
    assert found("[Math] modelfree") == ["modelfree"]
    assert found("[Math] modelfree, on-policy") == []
    assert found(r"\(x\) modelfree") == []


def test_the_shorter_cut_tells_which_renderer_wrote_it() -> None:
    text = ("深度" * 180)[:350] + "..."
    assert hyphens(text, 350) == "lost"
    assert hyphens("字" * 150 + text, 350) == "kept"
    assert hyphens("字" * 150 + text.rstrip("."), 350) == "unknown"
    assert hyphens("短文", 350) == "unknown"


def test_links_and_code_are_not_words() -> None:
    assert found("[Math] https://example.com/modelfree 和 x_modelfree 和 modelfree(x)") == []


def test_the_feed_teaches_words_nobody_knows() -> None:
    text = "[Math] LumaPrune 剪枝"
    assert found(text) == []
    evidence = Evidence(compounds.harvest(["Luma-Prune 是一种剪枝方法"]))
    (hit,) = identifiers.joined(View(text, evidence), {})
    assert hit.edits == (Edit(7, 16, "Luma-Prune"),)


def test_a_lost_hyphen_behind_it_settles_a_name_that_counts_leave_doubtful() -> None:
    assert [hit.edits for hit in identifiers.joined(View("[Math] LightHead 检测"), {})] == [()]
    first, second = identifiers.joined(View("[Math] LightHead RCNN 检测"), {})
    assert first.edits == (Edit(7, 16, "Light-Head"),)
    assert second.edits == (Edit(17, 21, "R-CNN"),)


def test_the_feed_does_not_overrule_the_lexicon() -> None:
    evidence = Evidence({"plugin": "plug-in", "dataparallel": "Data-Parallel"})
    assert found("[Math] plugin 与 DataParallel", evidence) == found("[Math] plugin 与 DataParallel")


def test_words_written_joined_as_well_are_not_learned() -> None:
    assert compounds.harvest(["zeta-tune zetatune", "y-beam ybeam, y-beam y-beam"]) == {"ybeam": "y-beam"}


def test_harvest_reads_prose_only() -> None:
    text = r"用 --no-cache 和 x-1,\(a-long-name\),见 https://a.example/some-page 与 V-Zeta 的 co-tune。"
    assert compounds.harvest([text]) == {"vzeta": "V-Zeta", "cotune": "co-tune"}


def test_learned_compounds_round_trip(tmp_path) -> None:
    path = tmp_path / "learned.txt"
    learned = {"vzeta": "V-Zeta", "cotune": "co-tune"}
    compounds.write(path, learned)
    assert compounds.read(path) == learned
    compounds.write(path, {})
    assert compounds.read(path) == {}
    path.write_text("something else\n")
    with pytest.raises(ReadError, match="rules learn"):
        compounds.read(path)
    with pytest.raises(WriteError):
        compounds.write(tmp_path / "absent" / "x.txt", learned)


def test_the_right_word_of_a_slip_is_one_of_letters() -> None:
    """As such it is looked for in the article."""
    assert all(spelling.LETTERS.fullmatch(term) for terms in lexicon._terms().values() for term in terms)


def test_every_compound_of_the_lexicon_is_found_under_its_joined_form() -> None:
    lines = (rules_folder() / "words" / "compounds.tsv").read_text("ascii").splitlines()
    joined = [line.split("\t")[0] for line in lines]
    assert joined == sorted(set(joined))
    for key in joined[::37]:
        entry = lexicon.compound(key)
        assert entry is not None
        assert re.sub("[-=]", "", entry.form) == key != entry.form
    assert lexicon.compound("") is None
    assert lexicon.compound("zzzzzz") is None
    assert lexicon.compound("名字") is None


@given(st.one_of(ANY_TEXT, LATIN))
def test_never_raises_and_spans_lie_inside(text: str) -> None:
    for check in (identifiers.joined, spelling.misspelt):
        for hit in check(View(text), {}):
            assert 0 <= hit.start < hit.end <= len(text)
            assert all((edit.start, edit.end) == (hit.start, hit.end) for edit in hit.edits)


@given(LATIN)
def test_restoring_adds_hyphens_and_nothing_else(text: str) -> None:
    for hit in identifiers.joined(View(text), {"least": 0, "unknown": 0}):
        for edit in hit.edits:
            assert edit.text.replace("-", "") == text[edit.start : edit.end]
            assert "-" in edit.text


@given(st.lists(ANY_TEXT, max_size=5))
def test_harvest_never_raises(texts: list[str]) -> None:
    for joined, form in compounds.harvest(texts).items():
        assert form.replace("-", "").casefold() == joined


@pytest.mark.parametrize("unit", ["a", "A1", "a.", "1.", "gpt4", "a/", "[Math]x", "modelfree ", "modelfree,"])
def test_linear_on_long_input(unit: str) -> None:
    text = unit * (100_000 // len(unit))

    def work() -> None:
        for check in (identifiers.joined, spelling.misspelt):
            list(check(View(text), {"cut": 200_000, "unknown": 60}))
        compounds.harvest([text + "-"])

    assert within(2, work)


def slips(text: str) -> list[tuple[str, str]]:
    return [(text[hit.start : hit.end], hit.edits[0].text) for hit in spelling.misspelt(View(text), {})]


def test_slips_of_the_hand() -> None:
    assert slips("Transfomer 结构") == [("Transfomer", "Transformer")]
    assert slips("MNIST 与 MINST 数据") == [("MINST", "MNIST")]
    assert slips("MINST 数据") == []
    assert slips("Transformers, transformed, visualising") == []
    assert slips("self.transfomer 和 transfomer_layer") == []


@pytest.mark.parametrize(
    ("word", "term", "expected"),
    [
        ("transfomer", "transformer", "missing"),
        ("learnning", "learning", "doubled"),
        ("minst", "mnist", "swapped"),
        ("dokcer", "docker", "swapped"),
        ("networks", "network", None),
        ("docker", "docker", None),
        ("ccmake", "cmake", None),
        ("decker", "docker", None),
    ],
)
def test_slip(word: str, term: str, expected: str | None) -> None:
    assert spelling.slip(word, term) == expected


def test_a_rule_set_to_note_stays_a_note() -> None:
    rule = load(rules_folder() / "FT301-joined-identifier.toml", trusted=True)
    article = Article("a.txt", 4, "[Math] modelfree")
    for level in ("error", "note"):
        (finding,) = lint([article], [rule._replace(level=level)]).findings
        assert finding.level == level
