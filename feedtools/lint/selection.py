"""From the configuration to the rules that run, and from articles to what they teach."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from feedtools.config import Config
from feedtools.errors import ConfigError
from feedtools.lint.checks.base import Evidence
from feedtools.lint.rules import Rule, builtin, configure, load_folder, merge, names_a_rule, select, unknown_rule


def active_rules(config: Config) -> tuple[Rule, ...]:
    """The rules that the configuration selects, with its levels and options.

    Raises:
        RuleError: a rule pack is invalid.
        ConfigError: a code or an option does not exist.
    """
    every = all_rules(config, examples=False)
    try:
        for code, where in _elsewhere(config):
            if not names_a_rule(code, every):
                raise unknown_rule(code, every, where)
        return select(configure(every, config.rules), config.select, config.ignore, config.extend_select)
    except ConfigError as error:
        if error.path is None and config.file is not None and _of_file(error.message, config.file):
            error.path = str(config.file)
        raise


def _elsewhere(config: Config) -> Iterator[tuple[str, str]]:
    """Codes of the configuration that do not say what runs, each with its table."""
    for pattern, codes in config.per_file_ignores.items():
        yield from ((code, f"per-file-ignores {pattern!r}: ") for code in codes)
    for code in (*config.clean.rules, *config.clean.fixes):
        yield code, f"[clean] {code}: "


def _of_file(message: str, path: Path) -> bool:
    """Tell whether the word that an error quotes stands in the file, and not on the command line."""
    quoted = message.split("'")
    try:
        return len(quoted) < 2 or quoted[-2] in path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False


def all_rules(config: Config, *, examples: bool = True) -> tuple[Rule, ...]:
    """The built-in rules and those of the configured packs."""
    packs = [load_folder(config.root / folder) for folder in config.rule_packs]
    return merge([*builtin(examples=examples), *(rule for pack in packs for rule in pack)])


def learn(texts: Iterable[str], rules: Sequence[Rule], config: Config) -> Evidence:
    """Gather what the articles teach each other and the archive taught before, where a selected rule listens.

    Raises:
        ReadError: the file of learned compounds cannot be read.
    """
    if not listens(rules):
        return Evidence()
    held = list(texts)
    if not config.learned and not any("-" in text for text in held):
        return Evidence()
    from feedtools.lint.checks import compounds

    return _with_known(compounds.harvest_held(held), config)


def listens(rules: Sequence[Rule]) -> bool:
    """Tell whether any of the rules learns from the articles."""
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
