"""The library: what the commands do, as functions over strings and files.

Options are those of the configuration file, as keywords with underscores: ``lint_text(text, select=["FT2"])``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedtools.errors import FeedtoolsError
from feedtools.model import Article, Cluster, Finding

if TYPE_CHECKING:
    import os

    from feedtools.api.check import Checked
    from feedtools.api.clean import Cleaned
    from feedtools.config import Config
    from feedtools.rules import Rule

    Text = str | Article


def lint_text(texts: Text | Iterable[Text], **options: Any) -> list[Finding]:
    r"""Check one article, or several together, so that they teach each other their spellings.

    Args:
        texts: raw text, or ``Article`` values where the place matters.
        options: as in the configuration file: ``select``, ``ignore``, ``rule_packs``, ``rules`` …

    Returns:
        Findings in reading order; their spans are code points of the text.

    Raises:
        ConfigError: an option that does not exist.

    >>> [finding] = lint_text("损失函数为[公式],其中没有别的。")
    >>> finding.rule, finding.name, finding.level
    ('FT102', 'formula-placeholder', 'error')
    >>> finding.span
    Span(start=5, end=9)
    >>> lint_text(r"损失函数为 \(L\),其中没有别的。")
    []
    """
    from feedtools.api.check import reading_order
    from feedtools.api.feed import learn
    from feedtools.lint import lint as run

    articles = _articles(texts)
    rules = _rules(options)
    evidence = learn((article.text for article in articles), rules, _config(options))
    result = run(articles, rules, evidence)
    if result.errors:
        raise result.errors[0]
    return sorted(result.findings, key=reading_order)


def fix_text(text: str, *, unsafe: bool = False, **options: Any) -> str:
    """Repair an article: the safe fixes, again and again until nothing changes.

    Args:
        text: raw text.
        unsafe: apply those that may change the meaning, too.
        options: as for ``lint_text``.

    >>> fix_text("注意 ,这里多了一个空格。")
    '注意,这里多了一个空格。'
    >>> fix_text("我们用 modelfree 的方法。", unsafe=True)
    '我们用 model-free 的方法。'
    """
    from feedtools.fix import SAFE, UNSAFE, stable_fix

    def found(articles: Sequence[Article]) -> list[Finding]:
        return lint_text(articles, **options)

    [fixed] = stable_fix([Article("text", 1, text)], found, UNSAFE if unsafe else SAFE)
    return fixed.text


def dedup_texts(texts: Iterable[Text], *, jobs: int = 1) -> tuple[Cluster, ...]:
    """Find which texts are copies, renderings, cuts or edits of one another.

    Args:
        texts: raw articles.
        jobs: processes for large inputs.

    Returns:
        One cluster an article that is there more than once; its numbers count the texts from 0.

    >>> whole = "卷积网络的感受野随层数线性增长,空洞卷积用同样多的参数看得更远,分割任务因此受益,检测任务也是。"
    >>> [cluster] = dedup_texts([whole[:36] + "...", "别的文章说的是别的事情,与前面那一篇没有关系。", whole])
    >>> cluster.keep, cluster.drop, cluster.matches[0].kind
    (2, (0,), 'truncated')
    """
    from feedtools.api.duplicates import clusters

    return clusters([text if isinstance(text, str) else text.text for text in texts], jobs)


def restore_text(text: str, siblings: Iterable[str]) -> str:
    r"""Repair a damaged article from other copies of it: lost formulas, hyphens, operators, a cut sentence.

    Only what is certain is filled in.

    Args:
        text: the damaged copy.
        siblings: other copies, or the original.

    >>> whole = (r"训练的目标是让预测接近真实的标签。我们把 \[L=\sum_i (y_i-f(x_i))^2\] 叫做平方损失函数,"
    ...          "它越小说明模型的预测越准确,训练就是用梯度下降让它一步一步变小的过程。")
    >>> damaged = ("训练的目标是让预测接近真实的标签。我们把 [公式] 叫做平方损失函数,"
    ...            "它越小说明模型的预测越准确,训练就是用梯度下降让它一步一步变小的过程。")
    >>> restore_text(damaged, [whole]) == whole
    True
    """
    from feedtools.model import Place
    from feedtools.restore import Sibling, apply
    from feedtools.restore import restore as run

    copies = [Sibling(sibling, Place("sibling", number)) for number, sibling in enumerate(siblings, 1)]
    return apply(text, (one for one in run(text, copies) if one.safety == "safe"))


def read_files(*paths: str | os.PathLike[str], **options: Any) -> Iterator[Article]:
    r"""The articles of files, folders and globs, in whatever format they come, as a stream.

    Args:
        paths: what to read.
        options: ``text_key``, ``id_key``, ``input_format``.

    Raises:
        ReadError: a file, or a record of it, cannot be read.

    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp(), "feed.txt")
    >>> _ = file.write_text("INCOMING TRANSMISSION\n\nLATEST UPDATES\n第一篇。\n第二篇。\n", encoding="utf-8")
    >>> [(article.line, article.text) for article in read_files(file)]
    [(4, '第一篇。'), (5, '第二篇。')]
    """
    from feedtools import readers

    chosen = readers.ReadOptions(**options)
    for path in readers.expand([str(path) for path in paths], _raise, chosen.input_format):
        yield from readers.read(path, chosen, _raise).articles


def check_files(*paths: str | os.PathLike[str], config: Config | None = None, **options: Any) -> Checked:
    r"""Check files as ``feedtools check`` does: rules, duplicates, exceptions, baseline.

    Args:
        paths: files, folders, globs.
        config: configuration to start from; by default that of an empty file.
        options: fields of the configuration.

    Returns:
        ``findings``, ``errors`` (what could not be checked), ``files`` and ``articles`` (how many).

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "feed.txt").write_text("损失函数为[公式],其中没有别的。\n", encoding="utf-8")
    >>> checked = check_files(folder, select=["FT1"])
    >>> [(finding.rule, finding.article.line) for finding in checked.findings], checked.errors
    ([('FT102', 1)], [])
    """
    from feedtools.api.check import check as run

    return run([str(path) for path in paths], _config(options, config))


def clean_files(
    *paths: str | os.PathLike[str],
    out: str | os.PathLike[str],
    config: Config | None = None,
    **options: Any,
) -> Cleaned:
    """Clean files into a new folder as ``feedtools clean`` does; nothing is lost, and all of it can be undone.

    Args:
        paths: files, folders, globs.
        out: the folder to write.
        config: configuration to start from.
        options: fields of the configuration.

    Returns:
        ``counts`` (what became of the articles) and ``errors``.
    """
    from feedtools.api.clean import clean as run

    return run([str(path) for path in paths], Path(out), _config(options, config))


def _articles(texts: Text | Iterable[Text]) -> list[Article]:
    if isinstance(texts, (str, Article)):
        texts = [texts]
    return [Article("text", number, text) if isinstance(text, str) else text for number, text in enumerate(texts, 1)]


def _config(options: Mapping[str, Any], start: Config | None = None) -> Config:
    from feedtools.config import Config, parse

    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in options.items()}
    given = parse(plain, Path("options"))
    if start is None:
        return given
    return start._replace(**{name: getattr(given, name) for name in options if name in Config._fields})


_loaded: dict[str, tuple[Rule, ...]] = {}
"""Rules by the options that selected them: reading sixty files for each item of a spider would take longer than it."""


def _rules(options: Mapping[str, Any]) -> tuple[Rule, ...]:
    from feedtools.api.feed import active_rules

    key = repr(sorted(options.items()))
    if key not in _loaded:
        if len(_loaded) >= 16:
            _loaded.clear()
        _loaded[key] = active_rules(_config(options))
    return _loaded[key]


def _raise(error: FeedtoolsError) -> None:
    raise error
