"""Restoration: what comes back from siblings, and that nothing else is touched."""

from __future__ import annotations

import importlib.util
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedtools.model import Edit, Place
from feedtools.restore import KINDS, Restoration, Sibling, apply, restore
from feedtools.restore.judge import sound
from feedtools.restore.marks import whole
from tests.pace import within
from tests.places import ROOT

ORIGINALS = sorted((ROOT / "tests" / "sample" / "originals").glob("*.md"))


def _load(name: str):  # type: ignore[no-untyped-def]
    spec = importlib.util.spec_from_file_location(f"bench_{name}", ROOT / "benchmarks" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


rendering = _load("rendering")

WHOLE = (
    r"给定输入 \(x\) 和 model-free 的策略 \(\pi_\theta(a\mid s)\) ,我们最小化损失: \[L=\sum_i (y_i-\hat y_i)^2\] "
    r"其中 \(y_i\) 是标签, \(n-1\) 是自由度。"
    "这个模型的标准做法是用梯度下降,每一步沿负梯度方向走一小步。之后再看验证集。"
)

HOLED = (
    "给定输入 x 和 modelfree 的策略 [Math] ,我们最小化损失: [公式] 其中 y_i 是标签, n1 是自由度。"
    "这个模型的标准做法是用梯度下降,每一步沿负梯度方向走一小步。之后再看验证集。"
)


def sib(*texts: str) -> list[Sibling]:
    return [Sibling(text, Place("original.md", line)) for line, text in enumerate(texts, 1)]


def fixed(text: str, *siblings: str) -> str:
    return apply(text, restore(text, sib(*siblings)))


def kinds(found: list[Restoration], safety: str = "safe") -> list[str]:
    return [one.kind for one in found if one.safety == safety]


# --- what comes back ----------------------------------------------------------------------------------------------


def test_everything_comes_back_from_a_whole_sibling() -> None:
    found = restore(HOLED, sib(WHOLE))
    assert apply(HOLED, found) == WHOLE
    assert kinds(found) == ["bare", "joined", "placeholder", "placeholder", "bare", "bare"]
    assert all(one.source == Place("original.md", 1) and one.confidence > 0.98 and one.reason for one in found)


@pytest.mark.parametrize(
    ("damaged", "sibling", "expected"),
    [
        pytest.param(
            "先把输入送进编码器得到向量 [Math] 然后再解码成文字输出",
            r"先把输入送进编码器得到向量 $\mathbf{h}$ 然后再解码成文字输出",
            r"先把输入送进编码器得到向量 \(\mathbf{h}\) 然后再解码成文字输出",
            id="dollars-become-the-feeds-delimiters",
        ),
        pytest.param(
            "最终的损失函数可以写成下面的样子 [公式] 右边第一项是重建误差第二项是正则",
            "最终的损失函数可以写成下面的样子\n\n$$\nL=\\alpha A\n+B\n$$\n\n右边第一项是重建误差第二项是正则",
            r"最终的损失函数可以写成下面的样子 \[L=\alpha A +B\] 右边第一项是重建误差第二项是正则",
            id="display-in-one-line",
        ),
        pytest.param(
            "训练循环的核心代码如下所示: [代码] 运行之后可以看到损失逐步下降",
            "训练循环的核心代码如下所示:\n\n```python\nfor x in data:\n    step(x)\n```\n\n"
            "运行之后可以看到损失逐步下降",
            "训练循环的核心代码如下所示: for x in data: step(x) 运行之后可以看到损失逐步下降",
            id="code",
        ),
        pytest.param(
            "我们比较了两种方法其中一种是endtoend的训练方式另一种分两步走",
            "我们比较了两种方法其中一种是end-to-end的训练方式另一种分两步走",
            "我们比较了两种方法其中一种是end-to-end的训练方式另一种分两步走",
            id="two-hyphens",
        ),
        pytest.param(
            "把学习率从一开始的数值改成 1e4 之后训练就变得稳定多了",
            "把学习率从一开始的数值改成 1e-4 之后训练就变得稳定多了",
            "把学习率从一开始的数值改成 1e-4 之后训练就变得稳定多了",
            id="minus",
        ),
        pytest.param(
            "数据依次经过这三个阶段 A B 其中每个阶段都可以单独替换",
            "数据依次经过这三个阶段 A -> B 其中每个阶段都可以单独替换",
            "数据依次经过这三个阶段 A -> B 其中每个阶段都可以单独替换",
            id="arrow",
        ),
        pytest.param(
            r"由链式法则可以得到下面的等式 \(\frac{a}{b\) 它对所有的输入都成立",
            r"由链式法则可以得到下面的等式 \(\frac{a}{b}\) 它对所有的输入都成立",
            r"由链式法则可以得到下面的等式 \(\frac{a}{b}\) 它对所有的输入都成立",
            id="broken-formula",
        ),
        pytest.param(
            "这里的温度参数控制分布的平滑程度,它越大分布就越接近均...",
            "这里的温度参数控制分布的平滑程度,它越大分布就越接近均匀。下面给出证明。",
            "这里的温度参数控制分布的平滑程度,它越大分布就越接近均匀。...",
            id="cut-sentence",
        ),
        pytest.param(
            r"这里的温度参数控制分布的平滑程度,当它趋于零时有 \(\lim_{t...",
            r"这里的温度参数控制分布的平滑程度,当它趋于零时有 \(\lim_{t\to0}p=1\) 成立。",
            r"这里的温度参数控制分布的平滑程度,当它趋于零时有 \(\lim_{t\to0}p=1\) 成立。",
            id="cut-formula",
        ),
    ],
)
def test_repairs(damaged: str, sibling: str, expected: str) -> None:
    assert fixed(damaged, sibling) == expected


def test_markdown_original_gives_the_feeds_form_back() -> None:
    for path in ORIGINALS:
        source = path.read_text(encoding="utf-8")
        rendered = rendering.mode_b(source)
        done = apply(rendered.text, restore(rendered.text, sib(source)))
        assert "[Math]" not in done
        assert "[公式]" not in done


# --- what is left alone, or only offered --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("damaged", "sibling"),
    [
        pytest.param(HOLED, HOLED, id="the-same-text"),
        pytest.param(
            HOLED, "完全不同的另一篇文章,讲的是怎样做一道家常菜,先切后炒,最后撒盐。" * 3, id="another-article"
        ),
        pytest.param("前半句在这里写得很清楚 [Math] 后半句也写得很清楚", "", id="empty-sibling"),
        pytest.param("[Math]", r"\(\alpha\)", id="nothing-to-align"),
        pytest.param(
            "有一句话提到了图片 [图片] 然后继续往下写了不少内容",
            r"有一句话提到了图片 \(\alpha\) 然后继续往下写了不少内容",
            id="pictures-are-not-formulas",
        ),
        pytest.param(
            "用星号强调的 重要 词语在另一个版本里没有任何标记符号",
            "用星号强调的 *重要* 词语在另一个版本里没有任何标记符号",
            id="emphasis-is-no-operator",
        ),
        pytest.param(
            "下面分几点来说明这个问题: 第一点是速度,第二点是质量,缺一不可",
            "下面分几点来说明这个问题:\n\n- 第一点是速度,第二点是质量,缺一不可",
            id="list-marks-are-no-operators",
        ),
        pytest.param(
            "句子在这里已经完整地结束了,没有必要再补任何东西。...",
            "句子在这里已经完整地结束了,没有必要再补任何东西。后面还有一句话。",
            id="finished-sentence",
        ),
        pytest.param(
            "A complete English sentence stands here and it was cut after its full stop....",
            "A complete English sentence stands here and it was cut after its full stop. Another follows.",
            id="full-stop-before-the-dots",
        ),
        pytest.param(
            r"我们努力把正负样本用最大的间距分开,于是得到目标。 \[min_{\theta...",
            "我们努力把正负样本用最大的间距分开,于是得到目标。然后用随机梯度下降求解它。",
            id="what-is-left-of-a-formula-is-not-given-up",
        ),
    ],
)
def test_left_alone(damaged: str, sibling: str) -> None:
    assert restore(damaged, sib(sibling)) == []


@pytest.mark.parametrize(
    ("sibling", "reason"),
    [
        pytest.param(r"先把输入送进编码器得到向量 \(\frac{a}{b\) 然后再解码成文字输出", "unclosed", id="unsound"),
        pytest.param(
            r"先把输入送进编码器得到向量 \(\alpha 然后\) 然后再解码成文字输出", "Chinese", id="chinese-inside"
        ),
        pytest.param(r"先把输入送进编码器得到向量 \[\alpha\] 然后再解码成文字输出", "another kind", id="wrong-kind"),
        pytest.param(r"先把输入送进编码得到向量 \(\alpha\) 然后再解码文字输入", "differs elsewhere", id="unfaithful"),
        pytest.param(
            r"先把输入送进编码器得到向量 \(\alpha\) , \(\beta\) 然后再解码成文字输出",
            "only what stands",
            id="two-for-one",
        ),
    ],
)
def test_doubtful_formulas_are_offered_with_the_reason(sibling: str, reason: str) -> None:
    damaged = "先把输入送进编码器得到向量 [Math] 然后再解码成文字输出"
    found = restore(damaged, sib(sibling))
    assert apply(damaged, found) == damaged
    assert reason in found[0].reason


def test_two_unfaithful_siblings_that_agree_outweigh_the_doubt() -> None:
    damaged = "先把输入送进编码器得到一个向量 [Math] 然后再把它解码成一段文字,最后交给评分的模型去打分"
    one = r"先把输入送近编码器得到一个向量 \(\alpha_1\) 然后再把它解码成一段文字,最后交给评分的模型去打分"
    two = r"先把输入送进编码器得到一个向量 \(\alpha_1\) 然后再把它解马成一段文字,最后交给评分的模型去打分"
    wrong = r"先把输入送进编码其得到一个向量 \(\alpha_7\) 然后再把它解码成一段文字,最后交给评分的模型去打分"
    assert kinds(restore(damaged, sib(one))) == []
    assert kinds(restore(damaged, sib(one, wrong))) == []
    both = restore(damaged, sib(one, wrong, two))
    assert kinds(both) == ["placeholder"]
    assert both[0].edit.text == r"\(\alpha_1\)"
    assert "2 other copies agree" in both[0].reason


def test_two_faithful_siblings_that_disagree_are_only_offered() -> None:
    damaged = "先把输入送进编码器得到一个向量 [Math] 然后再把它解码成一段文字输出"
    found = restore(
        damaged, sib(damaged.replace("[Math]", r"\(\alpha_1\)"), damaged.replace("[Math]", r"\(\alpha_2\)"))
    )
    assert kinds(found) == []
    assert kinds(found, "display") == ["placeholder"]


@pytest.mark.parametrize(
    ("end", "expected"),
    [("匀。", ["tail"]), ("匀的endtoend形式。", []), ("匀 高斯的形式。", []), ("匀的 x 。", [])],
    ids=["no-place-for-a-hyphen", "in-a-latin-word", "between-two-words", "at-a-bare-formula"],
)
def test_sibling_without_hyphens_completes_where_none_can_be_lost(end: str, expected: list[str]) -> None:
    damaged = "这里的温度参数控制分布的平滑程度,它越大分布就越接近均..."
    sibling = f"这里的温度参数控制分布的平滑程度,它越大分布就越接近均{end}见 [公式] 的证明,那里用到了别的引理和..."
    assert kinds(restore(damaged, sib(sibling))) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"\(x_i\)", True),
        (r"$\alpha$", True),
        (r"\[\text{如果 }x>0\]", True),
        (r"\(x 如果\)", False),
        (r"\(\frac{a}{b\)", False),
        (r"\(\)", False),
        ("x", False),
        (r"\(a\) \(b\)", False),
    ],
)
def test_sound(source: str, expected: bool) -> None:
    assert sound(source) is expected


# --- properties ---------------------------------------------------------------------------------------------------

PIECES = [
    *("[Math]", "[公式]", "[代码]", r"\(x_1\)", r"\(\alpha\)", r"\[y^2\]", "$k$", "$", "\\(", "\\)", "```", "\n", " "),
    *(
        "model-free",
        "modelfree",
        "n-1",
        "x_i",
        "...",
        "。",
        "-",
        "*",
        ">",
        "#",
        "`",
        "![a](b)",
        "<br>",
        "\ud800",
        "\x00",
    ),
    *("我们先看一个简单的例子", "然后再推广到一般的情形", "梯度下降", "损失函数", "这里", "𝒙", "é", "שלום"),
]
ANY = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=30).map("".join))


@settings(max_examples=300, deadline=None)
@given(ANY, st.lists(ANY, max_size=3))
@example("", [""])
@example("\ud800[Math]", ["\ud800"])
@example("[Math]...", ["[Math]..."])
def test_never_raises_and_edits_are_apart(text: str, siblings: list[str]) -> None:
    found = restore(text, sib(*siblings))
    last = Edit(-1, 0, "")
    for one in found:
        assert 0 <= one.edit.start <= one.edit.end <= len(text)
        assert one.edit.start >= last.end
        assert (one.edit.start, one.edit.end) != (last.start, last.end)
        assert one.kind in KINDS
        assert one.safety in {"safe", "display"}
        assert 0 <= one.confidence <= 1
        assert text[one.edit.start : one.edit.end] != one.edit.text
        last = one.edit
    apply(text, found)


PROSE = [
    "我们先看一个简单的例子",
    "然后再推广到一般的情形",
    "梯度沿着最陡的方向下降",
    "这样损失函数就会变小",
    "最后比较两组实验结果",
]
FORMULAS = [r" \(\alpha_t\) ", r" \(\frac{a}{b}\) ", r" \(x_i\) ", r" \(n-1\) ", r" \[L=\sum_i\ell_i\] ", r" \(f(x)\) "]
WORDS = [" model-free ", " end-to-end ", " GPT-4 ", " pre-norm "]


@st.composite
def articles(draw: st.DrawFn) -> str:
    parts = []
    for _ in range(draw(st.integers(3, 9))):
        parts += [draw(st.sampled_from(PROSE)), draw(st.sampled_from(["", ",", *FORMULAS, *WORDS]))]
    return "".join([*parts, draw(st.sampled_from(PROSE)), "。"]).strip()


@settings(max_examples=150, deadline=None)
@given(articles())
def test_an_undamaged_sibling_gives_everything_back(whole: str) -> None:
    damaged = rendering.mode_b(whole, limit=10**6).text
    done = apply(damaged, restore(damaged, sib(whole)))
    assert "".join(done.split()) == "".join(whole.split())
    assert restore(done, sib(whole)) == []


@settings(max_examples=150, deadline=None)
@given(articles(), articles())
def test_nothing_outside_damage_is_touched(whole: str, other: str) -> None:
    assert restore(whole, sib(whole + other, other, whole)) == []
    damaged = rendering.mode_b(whole, limit=10**6)
    spans = [(loss.start, loss.end) for loss in damaged.losses]
    for one in restore(damaged.text, sib(whole, other)):
        assert any(start <= one.edit.start and one.edit.end <= end for start, end in spans)


@settings(max_examples=60, deadline=None)
@given(articles(), st.permutations(range(3)))
def test_order_of_siblings_does_not_change_what_is_applied(whole: str, order: list[int]) -> None:
    damaged = rendering.mode_b(whole).text
    texts = [whole, rendering.mode_a(whole, 120), rendering.mode_b(whole, 60).text]
    assert fixed(damaged, *texts) == fixed(damaged, *(texts[place] for place in order))


# --- cost ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("piece", ["[Math]", "字[Math]", "\\(x\\)", "a-b ", "$", "`", "- ", "[", "<br ", "...", "\\("])
def test_cost_is_bounded(piece: str) -> None:
    text = piece * (30_000 // len(piece))
    siblings = sib(text[:-1] + "。", text.replace("[Math]", r"\(\alpha\)"), "开头" + text)
    assert within(3, lambda: restore(text, siblings))


def test_the_hyphens_of_a_word_come_back_together_whichever_sibling_has_each() -> None:
    lead, trail = "我们先从最常见的做法说起,", "的收益在样本足够多以后就慢慢消失了"
    damaged = f"{lead}stateoftheart{trail}"
    assert fixed(damaged, f"{lead}state-of-the-art{trail}") == f"{lead}state-of-the-art{trail}"
    made = Restoration(Edit(15, 15, "-"), "joined", "safe", Place("a", 1), 0.999, "one")
    both = whole(
        "stateoftheart", [made._replace(edit=Edit(5, 5, "-")), made._replace(edit=Edit(7, 7, "-"), reason="two")]
    )
    assert [(one.edit, one.safety) for one in both] == [(Edit(0, 13, "state-of-theart"), "safe")]


def test_half_of_the_hyphens_of_a_word_are_offered_where_the_sibling_is_in_doubt() -> None:
    half = Restoration(Edit(5, 5, "-"), "joined", "safe", Place("a", 1), 0.99, "the word is known to be written so")
    [one] = whole("stateoftheart", [half])
    assert (one.safety, one.reason) == ("display", "the word may be state-of-the-art")
    [sure] = whole("stateoftheart", [half._replace(confidence=0.999)])
    assert sure.safety == "safe"  # its author wrote it so
    [done] = whole("modelfree", [half])
    assert (done.edit.text, done.safety) == ("model-free", "safe")
    doubtful = half._replace(edit=Edit(7, 7, "-"), safety="display", confidence=0.8)
    assert [one.safety for one in whole("stateoftheart", [half, doubtful])] == ["display"]


@pytest.mark.slow
def test_floors_hold_on_a_sample() -> None:
    sys.path.insert(0, str(ROOT / "benchmarks"))
    bench = _load("restore")
    sources = [*(path.read_text(encoding="utf-8") for path in ORIGINALS), *bench.generated(60)]
    scores = {name: bench.measure(sources, name, 0) for name in bench.siblings(sources[0], 0)}
    assert bench.failures(scores) == []
