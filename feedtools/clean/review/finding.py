"""Findings in an article that a person has just edited, as the run would find them."""

from __future__ import annotations

from pathlib import Path

from feedtools.clean import manifest
from feedtools.clean.judging import Judge
from feedtools.clean.publish import as_it_was
from feedtools.clean.review.queue import Item, Spot
from feedtools.clean.review.session import Find
from feedtools.config import Config
from feedtools.lint.exceptions import Exceptions
from feedtools.lint.selection import active_rules, learn
from feedtools.model import Article
from feedtools.readers import MANIFEST


def finder(out: Path, config: Config) -> Find:
    """Make what finds spots in the articles of an output, with the rules, policy and exceptions of its run.

    What the articles of a feed teach each other is not asked: one article is looked at alone.

    Raises:
        ReadError: ``out`` is no output of ``clean``.
        ConfigError: a rule or an exception is invalid.
    """
    config, _ = as_it_was(next(manifest.read(out / MANIFEST)), config, None)
    config.activate_renderers()
    rules = active_rules(config)
    judge = Judge(rules, learn((), rules, config), config.clean, Exceptions(config) or None)

    def find(item: Item) -> list[Spot]:
        source = str(config.root / item.source)
        article = Article(source, item.place.line, item.text, syntax=item.syntax)
        found = judge.over([article], {source: ""})([article])
        holds = [config.clean.verdict(one.rule, one.name, one.level) == "hold" for one in found]
        return [
            Spot(one.rule, one.name, one.level, one.message, *one.span, one.fix, held)
            for one, held in zip(found, holds, strict=True)
        ]

    return find
