"""Articles of our own sentences, with formulas, code, compounds, signs and lists, to be rendered and restored."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SUBJECTS = (
    *("梯度", "损失", "编码器", "注意力", "采样器", "先验", "后验", "残差", "词表", "温度", "步长", "缓存"),
    *("策略", "价值函数", "判别器", "归一化层", "队列", "专家", "路由", "掩码"),
)
_TOPICS = ("训练", "推理", "收敛", "泛化", "量化", "蒸馏", "对齐", "检索", "压缩", "调度")
_COMPOUNDS = (
    *("model-free", "off-policy", "on-policy", "end-to-end", "fine-tuning", "pre-norm", "post-norm", "low-rank"),
    *("zero-shot", "few-shot", "self-attention", "cross-entropy", "batch-size", "warm-up", "top-k", "Q-learning"),
    *("actor-critic", "long-tail", "k-means", "mixture-of-experts", "multi-head", "state-of-the-art", "open-source"),
    *("back-propagation", "GPT-4", "LLaMA-2", "Qwen-VL-7B", "non-linear", "trade-off", "real-time"),
)
_INLINE = (
    *("x", "y", "n", "K", "x_i", "y_t", "W_{ij}", "h_{t-1}", "n-1", "p(x)", "a + b", "k=4", "(x,y)", "f(x)=0", "2n-2"),
    *("T*d", "i-j", "z_{<t}", "W_Q", r"\theta", r"\hat{y}", r"\alpha_t", r"\mathbb{R}^d", r"\nabla_\theta L"),
    *(r"\sigma(x)", r"\frac{1}{n}", r"\sqrt{d_k}", r"\pi_\theta(a\mid s)", r"\lVert w \rVert_2", r"\lambda\to 0"),
    *(r"O(n\log n)", r"\epsilon>0", r"\{x_i\}_{i=1}^n", r"q_\phi(z|x)", r"\text{if } x\ne 0"),
)
_DISPLAY = (
    r"L(\theta)=-\sum_{i=1}^{n}\log p_\theta(x_i\mid x_{<i})",
    r"\mathrm{softmax}\left(\frac{QK^\top}{\sqrt{d_k}}\right)V",
    r"Q(s,a)\leftarrow Q(s,a)+\alpha\big[r+\gamma\max_b Q(s',b)-Q(s,a)\big]",
    r"\theta_{t+1}=\theta_t-\eta\,\nabla_\theta L(\theta_t)",
    r"D_{KL}(p\|q)=\int p(x)\log\frac{p(x)}{q(x)}\,dx",
    r"\begin{aligned}a&=b+c\\d&=e-f\end{aligned}",
    r"f(x)=\begin{cases}x,&x>0\\0,&\text{otherwise}\end{cases}",
)
_CODE = "for step in range(10):\n    loss = model(batch)\n    loss.backward()", "x = np.zeros((n, d))\nprint(x.shape)"
_SENTENCES = (
    "{s}的更新依赖{m},而{t}阶段只看{m}的大小。",
    "设{m}表示第{m}步的{s},它与{c}的做法相比更稳定。",
    "在{c}的设定下,{s}往往先变大再变小,这与{t}的速度有关。",
    "目标函数写成{d}其中{m}是常数,{m}由{t}时的{s}决定。",
    "许多{c}模型把{s}放在{c}结构之后,好处是{t}时不必保存{m}。",
    "当{m}足够大时,{s}趋于{m},于是{t}的代价可以忽略。",
    "一种常见的误解是{s}越多越好,实际上{c}的收益在{m}之后就消失了。",
    "由此得到{d}这个式子说明{s}与{m}成正比。",
    "代码如下:\n\n{k}\n\n运行后可以看到{s}逐步下降。",
    "从{c}到{c},{t}的思路一脉相承,只是把{s}换成了别的量。",
    "图中比较了{m}与{m}两种取值,前者的{s}更平滑。",
    "直观地说,{s}像一根弹簧,{t}时拉得越长,回来得越快。",
    "两个{s}的初值分别为 -{n} 和 +{n} ,{t}之后都回到零附近。",
    "{t}分三步走:\n\n1. 先看{s}的大小,再定{m}的取值。\n2. 然后用{c}把{s}摊平。\n3. 最后检查{t}的结果是否稳定。\n\n",
)


def generated(count: int, seed: int = 1) -> Iterator[str]:
    """Articles of our own sentences, as Markdown; the same seed gives the same articles."""
    dice = random.Random(seed)

    def fill(match: re.Match[str]) -> str:
        kind = match[1]
        if kind == "m":
            return f" ${dice.choice(_INLINE)}$ "
        if kind == "d":
            return f"\n\n$${dice.choice(_DISPLAY)}$$\n\n"
        if kind == "k":
            return f"```python\n{dice.choice(_CODE)}\n```"
        if kind == "c":
            return f" {dice.choice(_COMPOUNDS)} "
        if kind == "n":
            return str(dice.randrange(2, 90))
        return dice.choice(SUBJECTS if kind == "s" else _TOPICS)

    for number in range(count):
        body = [dice.choice(_SENTENCES) + dice.choice(("", "", "", "\n\n")) for _ in range(dice.randrange(8, 30))]
        yield f"# 第 {number} 篇\n\n" + re.sub(r"\{([mdkcstn])\}", fill, "".join(body))
