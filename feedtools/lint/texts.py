"""Check and repair strings: ``lint_text`` and ``fix_text``.

Options are those of the configuration file, as keywords with underscores: ``lint_text(text, select=["FT2"])``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from feedtools.config import from_options
from feedtools.model import Article, Finding

if TYPE_CHECKING:
    from feedtools.lint.rules import Rule

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
        RuleError: a rule pack is invalid, or one of its rules could not finish.
        ReadError: the file of learned compounds cannot be read.

    >>> [finding] = lint_text("损失函数为[公式],其中没有别的。")
    >>> finding.rule, finding.name, finding.level
    ('FT102', 'formula-placeholder', 'error')
    >>> finding.span
    Span(start=5, end=9)
    >>> lint_text(r"损失函数为 \(L\),其中没有别的。")
    []
    """
    from feedtools.lint.engine import lint as run
    from feedtools.lint.engine import reading_order
    from feedtools.lint.selection import learn

    articles = _articles(texts)
    rules = _rules(options)
    evidence = learn((article.text for article in articles), rules, from_options(options))
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

    Raises:
        FeedtoolsError: as for ``lint_text``.

    >>> fix_text("注意 ,这里多了一个空格。")
    '注意,这里多了一个空格。'
    >>> fix_text("我们用 modelfree 的方法。", unsafe=True)
    '我们用 model-free 的方法。'
    """
    from feedtools.lint.fix import SAFE, UNSAFE, stable_fix

    def found(articles: Sequence[Article]) -> list[Finding]:
        return lint_text(articles, **options)

    [fixed] = stable_fix([Article("text", 1, text)], found, UNSAFE if unsafe else SAFE)
    return fixed.text


def _articles(texts: Text | Iterable[Text]) -> list[Article]:
    if isinstance(texts, (str, Article)):
        texts = [texts]
    return [Article("text", number, text) if isinstance(text, str) else text for number, text in enumerate(texts, 1)]


_loaded: dict[str, tuple[Rule, ...]] = {}
"""Rules by the options that selected them: reading dozens of files for each item of a spider would take long."""


def _rules(options: Mapping[str, Any]) -> tuple[Rule, ...]:
    from feedtools.lint.selection import active_rules

    config = from_options(options)
    config.activate_renderers()
    key = repr(sorted(options.items()))
    if key not in _loaded:
        if len(_loaded) >= 16:
            _loaded.clear()
        _loaded[key] = active_rules(config)
    return _loaded[key]
