# ruff: noqa: E501, SIM905  (word lists read best as words)
r"""Articles to measure on, made here: deterministic, with a known rate of planted relations.

    python benchmarks/generate.py 100000 excerpts.jsonl.gz        # {"text", "source", "relation"} a line
    python benchmarks/generate.py 100000 excerpts.txt --plain     # one text a line

A source is an article composed of phrases drawn at random; a document is an excerpt of a source in one of the feed's
two renderings, cut as the feed cuts, or a planted variant of one.  Documents of one source are duplicates, all others
are not, though 1 % of the sources share a stock opening.  Sources are numbered and made from their number alone, so
any number of documents can be written without keeping any.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import sys
from array import array
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOUNS = (
    "模型 数据 网络 算法 参数 样本 特征 向量 矩阵 函数 梯度 损失 任务 系统 结构 方法 过程 结果 目标 序列 图像 文本 语音 "
    "信号 节点 边界 权重 阈值 概率 分布 空间 时间 变量 常数 误差 方差 均值 偏差 约束 策略 状态 动作 奖励 环境 记忆 注意力 "
    "编码器 解码器 分类器 生成器 判别器 检索器 索引 缓存 队列 线程 进程 内存 磁盘 协议 接口 服务 请求 响应 日志 配置 部署 "
    "集群 容器 镜像 版本 分支 测试 用例 文档 读者 作者 章节 例子 问题 答案 假设 结论 证据 实验 指标 基准 曲线 表格 图表 "
    "公式 定理 证明 引理 推论 定义 性质 条件 规则 语法 语义 词表 句子 段落 标题 主题 领域 行业 用户 产品 市场 成本 收益 "
    "风险 安全 隐私 密钥 签名 区块 交易 账户 合约 传感器 控制器 机器人 轨迹 地图 坐标 速度 温度 压力 电路 芯片 频率 带宽"
).split()
VERBS = (
    "优化 训练 学习 预测 估计 计算 比较 选择 更新 替换 合并 拆分 压缩 解压 编码 解码 检索 排序 过滤 清洗 标注 采样 聚合 "
    "归纳 推导 验证 检验 评估 度量 描述 解释 展示 分析 设计 实现 部署 维护 监控 调试 修复 扩展 缩放 迁移 初始化 收敛 发散 "
    "激活 抑制 传播 生成 识别 分割 检测 跟踪 匹配 对齐 融合 投影 变换 映射 约束 放松 近似 逼近 插值 拟合 切换 调度 分配"
).split()
ADJECTIVES = (
    "简单 复杂 稳定 高效 稀疏 稠密 线性 深层 浅层 局部 全局 静态 动态 随机 确定 连续 离散 有限 无限 重要 次要 常见 罕见 "
    "独立 相关 对称 平滑 陡峭 鲁棒 脆弱 通用 专用 在线 离线 分布式 轻量 冗余 紧凑 透明 隐式 显式 原始 最终 早期 后期"
).split()
LINKS = (
    "因此 然而 此外 同时 例如 换言之 一般来说 具体而言 在此基础上 与之相反 需要注意的是 从直观上看 不难发现 实际上 首先 "
    "其次 最后 相比之下 为了说明这一点 由此可见 在多数情况下 如前所述 更进一步 值得一提的是"
).split()
NAMES = (
    "ResNet-50 GPT-2 U-Net Actor-Critic K-Means Bi-LSTM t-SNE Wi-Fi Redis PyTorch NumPy Linux Docker CIFAR-10".split()
)
SIMPLE = ("x", "n", "k", "x_1", "a_i", "y_t", "d", "n+1")
HARD = (r"\theta", r"\mathbf{w}", r"\sum_{i=1}^{n} x_i", r"\frac{a}{b}", r"\nabla L", r"\hat{y}", r"p_\theta(x)")
DISPLAY = (r"L=\frac{1}{n}\sum_{i=1}^{n}\ell_i", r"w_{t+1}=w_t-\eta\nabla L(w_t)", r"p(x)=\int p(x|z)p(z)dz")
OPENINGS = tuple(
    f"本文是{name}系列教程的一部分,面向有一定基础的读者,前几篇文章已经介绍了环境的准备与基本概念,"
    f"建议按照顺序阅读,示例与习题可以在配套的仓库里找到,欢迎指出错误。"
    for name in ("机器学习", "系统设计", "数据工程", "算法入门", "前端实践", "量化分析")
)
NOISE = "的了是在有和也不人这中大来上国个到说们为子地出道也年得就那要下以生会自着去之过家学对可她里后小"


class Document(NamedTuple):
    """A text, the number of its source, and how it was made from it."""

    text: str
    source: int
    relation: str


def _phrases() -> list[str]:
    """65,536 short phrases: pairs of words, pairs of rare characters, some with a punctuation mark behind."""
    rng = random.Random(20)
    rare = [chr(0x4E00 + 7 * i) for i in range(2000)]
    made = []
    for i in range(1 << 16):
        form = i % 8
        if form < 4:
            phrase = rng.choice(rare) + rng.choice(rare)
        elif form < 6:
            phrase = rng.choice(ADJECTIVES) + "的" + rng.choice(NOUNS)
        else:
            phrase = rng.choice(VERBS) + rng.choice(NOUNS)
        made.append(phrase + (",", "。", "，", "; ")[i // 8 % 4] if i % 7 == 0 else phrase)
    for i, link in enumerate(LINKS * 20 + NAMES * 20):
        made[79 * i] = link
    return made


PHRASES = _phrases()


def source(number: int, characters: int = 800) -> str:
    """The article of that number, in the first rendering's mark-up, with about ``characters`` characters."""
    count = characters * 10 // 41 + 8
    dice = array("H", hashlib.shake_128(b"%d" % number).digest(2 * count + 16))
    if sys.byteorder == "big":
        dice.byteswap()
    parts = [PHRASES[n] for n in dice[8:]]
    if dice[0] % 4 == 0:  # a mathematical article
        for k in range(dice[1] % 12, count, 25):
            form = dice[k + 8] % 12
            if form < 6:
                parts[k] += rf",记为 \({SIMPLE[dice[k] % len(SIMPLE)]}\) "
            elif form < 10:
                parts[k] += rf",其中 \({HARD[dice[k] % len(HARD)]}\) 由 \({SIMPLE[dice[k + 1] % len(SIMPLE)]}\) 给出"
            else:
                parts[k] += rf": \[{DISPLAY[dice[k] % len(DISPLAY)]}\]"
    if dice[2] % 100 == 0:
        parts.insert(0, OPENINGS[dice[3] % len(OPENINGS)])
    return "".join(parts)


def mode_a(text: str, limit: int = 500) -> str:
    """The rendering that keeps formulas, cut at ``limit`` characters."""
    return text if len(text) <= limit else text[: limit - 3] + "..."


def mode_b(text: str, limit: int = 353) -> str:
    """The rendering with placeholders, without hyphens, cut at ``limit`` characters."""
    for formula in HARD:
        text = text.replace(rf"\({formula}\)", "[Math]")
    for formula in DISPLAY:
        text = text.replace(rf"\[{formula}\]", "[公式]")
    text = text.replace(r"\(", "").replace(r"\)", "").replace("-", "")
    return text if len(text) <= limit else text[: limit - 3] + "..."


def edited(text: str, rate: float, rng: random.Random) -> str:
    """``text`` with a share of its characters replaced, dropped or doubled."""
    out = []
    for char in text:
        if rng.random() < rate:
            out.append(("", char + rng.choice(NOISE), rng.choice(NOISE))[rng.randrange(3)])
        else:
            out.append(char)
    return "".join(out)


def _cut(share: float) -> Callable[[str, random.Random], str]:
    return lambda text, rng: (lambda a: a[: int(len(a) * share)] + "...")(rng.choice((mode_a, mode_b))(text))


VARIANTS: dict[str, Callable[[str, random.Random], str]] = {
    "othermode": lambda text, rng: rng.choice((mode_a, mode_b))(text),
    "trunc50": _cut(0.5),
    "trunc25": _cut(0.25),
    "trunc10": _cut(0.12),
    "middle": lambda text, rng: mode_a(text[rng.randrange(60, 200) :]),
    "edit5": lambda text, rng: edited(mode_a(text), 0.05, rng),
    "edit10": lambda text, rng: edited(mode_a(text), 0.1, rng),
    "repost": lambda text, rng: mode_a(f"本文转载自第 {rng.randrange(10**6)} 号站点,原作者保留权利。 " + text),
    "full": lambda text, _: text,
    "width": lambda text, _: mode_a(text).translate({i: i + 0xFEE0 for i in range(0x21, 0x7F) if chr(i).isalnum()}),
}


def documents(count: int, *, planted: float = 0.2, characters: int = 0, seed: int = 0) -> Iterator[Document]:
    """``count`` documents, a share ``planted`` of them variants of earlier sources.

    Args:
        count: how many.
        planted: share of variants.
        characters: length of full articles; 0 for excerpts.
        seed: another seed gives other sources.
    """
    rng = random.Random(seed)
    names = list(VARIANTS)
    base, made = seed * 1_000_000_000, 0
    for _ in range(count):
        if made and rng.random() < planted:
            number = base + rng.randrange(made)
            relation = rng.choice(names) if not characters else rng.choice(("edit5", "identical", "trunc"))
        else:
            number, relation = base + made, "source"
            made += 1
        text = source(number, characters or 800)
        if relation in {"trunc10", "trunc25"} and text.startswith(OPENINGS):
            relation = "trunc50"  # a stock opening alone does not tell its articles apart
        if characters:
            yield Document(_full_variant(text, relation, rng), number, relation)
        elif relation == "source":
            yield Document((mode_a, mode_b)[number % 2](text), number, relation)
        else:
            yield Document(VARIANTS[relation](text, rng), number, relation)


def _full_variant(text: str, relation: str, rng: random.Random) -> str:
    if relation == "edit5":
        return edited(text, 0.05, rng)
    return text[: len(text) * 2 // 3] + "..." if relation == "trunc" else text


def write(path: Path, found: Iterator[Document], *, plain: bool) -> None:
    """One document a line, JSON or plain."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf-8") as out:
        while chunk := list(islice(found, 10_000)):
            rows = (d.text if plain else json.dumps(d._asdict(), ensure_ascii=False) for d in chunk)
            out.write("".join(row + "\n" for row in rows))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int)
    parser.add_argument("path", type=Path)
    parser.add_argument("--plain", action="store_true", help="one text a line instead of JSON")
    parser.add_argument("--characters", type=int, default=0, help="full articles of this length instead of excerpts")
    parser.add_argument("--planted", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    made = documents(args.count, planted=args.planted, characters=args.characters, seed=args.seed)
    write(args.path, made, plain=args.plain)
    return 0


if __name__ == "__main__":
    sys.exit(main())
