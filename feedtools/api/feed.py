"""From paths and configuration to articles and rules."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from feedtools.checks.base import Evidence
from feedtools.config import Config
from feedtools.errors import FeedtoolsError
from feedtools.model import Article, Transmission
from feedtools.readers import ReadOptions, read
from feedtools.rules import Rule, builtin, configure, load_folder, merge, select

BATCH = 2048
"""Articles of a streamed file that are checked together."""

Progress = Callable[[str, int, str], Callable[[int], None]]
"""Told what begins, how much there is of it (0: not known) and its unit; what it gives back is told what was done."""


def silent(_phase: str, _total: int, _unit: str) -> Callable[[int], None]:
    """No progress."""
    return lambda _: None


class Batch(NamedTuple):
    """Articles of one source that are checked together; a transmission comes whole, with its bytes."""

    source: str
    articles: Sequence[Article]
    data: bytes | None = None
    transmission: Transmission | None = None
    format: str = "transmission"


def active_rules(config: Config) -> tuple[Rule, ...]:
    """The rules that the configuration selects, with its levels and options.

    Raises:
        RuleError: a rule pack is invalid.
        ConfigError: a code or an option does not exist.
    """
    return select(
        configure(all_rules(config, examples=False), config.rules), config.select, config.ignore, config.extend_select
    )


def all_rules(config: Config, *, examples: bool = True) -> tuple[Rule, ...]:
    """The built-in rules and those of the configured packs."""
    packs = [load_folder(config.root / folder) for folder in config.rule_packs]
    return merge([*builtin(examples=examples), *(rule for pack in packs for rule in pack)])


def learn(texts: Iterable[str], rules: Sequence[Rule], config: Config) -> Evidence:
    """What the articles teach each other and what the archive taught before, where a selected rule listens.

    Raises:
        ReadError: the file of learned compounds cannot be read.
    """
    if not listens(rules):
        return Evidence()
    from feedtools.checks import compounds

    return _with_known(compounds.harvest_held(list(texts)), config)


def listens(rules: Sequence[Rule]) -> bool:
    """Whether any of the rules learns from the articles."""
    return any(rule.value.startswith("identifiers:") for rule in rules)


def taught(forms: Mapping[str, int], joined: Mapping[str, int], config: Config) -> Evidence:
    """``learn``, from what ``compounds.count`` gave.

    Raises:
        ReadError: the file of learned compounds cannot be read.
    """
    from feedtools.checks import compounds

    return _with_known(compounds.choose(forms, joined), config)


def _with_known(found: Mapping[str, str], config: Config) -> Evidence:
    from feedtools.checks import compounds

    known = compounds.read(config.root / config.learned) if config.learned else {}
    return Evidence({**known, **found})


def batches(files: Sequence[str], config: Config, on_error: Callable[[FeedtoolsError], None]) -> Iterator[Batch]:
    """The articles of all files in order: a transmission at a time, streams in portions."""
    options = ReadOptions(config.text_key, config.id_key, config.input_format)
    for path in files:
        try:
            source = read(path, options, on_error)
        except FeedtoolsError as error:
            on_error(error)
            continue
        if source.transmission is not None:
            yield Batch(path, source.transmission.articles, source.data, source.transmission)
            continue
        portion: list[Article] = []
        for article in source.articles:
            portion.append(article)
            if len(portion) == BATCH:
                yield Batch(path, portion, format=source.format)
                portion = []
        if portion:
            yield Batch(path, portion, format=source.format)
