"""From paths and configuration to articles and rules."""

from collections.abc import Iterable, Mapping, Sequence

from feedtools.config import Config
from feedtools.lint.checks.base import Evidence
from feedtools.lint.rules import Rule, builtin, configure, load_folder, merge, select


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
    from feedtools.lint.checks import compounds

    return _with_known(compounds.harvest_held(list(texts)), config)


def listens(rules: Sequence[Rule]) -> bool:
    """Whether any of the rules learns from the articles."""
    return any(rule.value.startswith("identifiers:") for rule in rules)


def taught(forms: Mapping[str, int], joined: Mapping[str, int], config: Config) -> Evidence:
    """``learn``, from what ``compounds.count`` gave.

    Raises:
        ReadError: the file of learned compounds cannot be read.
    """
    from feedtools.lint.checks import compounds

    return _with_known(compounds.choose(forms, joined), config)


def _with_known(found: Mapping[str, str], config: Config) -> Evidence:
    from feedtools.lint.checks import compounds

    known = compounds.read(config.root / config.learned) if config.learned else {}
    return Evidence({**known, **found})
