"""Rule files: load, validate, select. A rule is one TOML file; what it may hold is said by ``KEYS``."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from feedtools.errors import ConfigError, RuleError, did_you_mean, kind_name, system_words
from feedtools.lint.checks import resolve
from feedtools.model import CONFIDENCES, LEVELS, SAFETIES, Confidence, Kind, Level, Safety
from feedtools.text.patterns import SECONDS, Limited, lazy
from feedtools.text.precompiled import recall, stamped

if TYPE_CHECKING:
    from feedtools.lint.marked import Example

Status = Literal["stable", "preview", "off"]
Scope = Literal["article", "transmission", "feed"]
STATUSES: tuple[Status, ...] = ("stable", "preview", "off")
SCOPES: tuple[Scope, ...] = ("article", "transmission", "feed")
FINDERS = ("pattern", "words", "check")
_CODE = lazy(r"[A-Z]{2,8}\d{3}")
_NAME = lazy(r"[a-z0-9]+(-[a-z0-9]+)*")


class Rule(NamedTuple):
    """One rule, as its file says; ``finder`` is the one of ``pattern``, ``words`` and ``check`` that is used."""

    id: str
    name: str
    level: Level
    confidence: Confidence
    status: Status
    summary: str
    message: str
    why: str
    keywords: tuple[str, ...]
    trigger: str
    scope: Scope
    grouped: bool
    finder: str
    value: str
    options: Mapping[str, Any]
    replace: str | None
    safety: Safety
    bad: "tuple[Example, ...]"
    good: "tuple[Example, ...]"
    missed: "tuple[Example, ...]"
    path: Path
    trusted: bool
    summary_zh: str = ""


KEYS: dict[str, tuple[type, bool]] = {  # key: (type, required)
    "id": (str, True),
    "name": (str, True),
    "level": (str, True),
    "confidence": (str, True),
    "status": (str, False),
    "summary": (str, False),
    "summary-zh": (str, False),
    "message": (str, True),
    "why": (str, True),
    "keywords": (list, False),
    "trigger": (str, False),
    "scope": (str, False),
    "grouped": (bool, False),
    "pattern": (str, False),
    "words": (str, False),
    "check": (str, False),
    "options": (dict, False),
    "fix": (dict, False),
    "bad": (list, True),
    "good": (list, True),
    "missed": (list, False),
}


def load(path: Path, *, trusted: bool = False, examples: bool = True) -> Rule:
    """Read one rule file.

    Args:
        path: the TOML file.
        trusted: whether it is one of ours, whose tests have proved it.
        examples: whether its examples are read as well: most of the file, and no check needs them.

    Raises:
        RuleError: it is not TOML, or not a rule; the message names the file, the key and what was expected.
    """
    import tomllib

    _check_file(path)
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text) if examples else {**tomllib.loads(text.split("\n[[", 1)[0]), "bad": [], "good": []}
    except (OSError, ValueError, RecursionError) as error:
        raise RuleError(f"not a TOML rule file: {system_words(error)}", path=str(path)) from error
    try:
        return _rule(raw, path, trusted)
    except ValueError as error:
        raise RuleError(str(error), path=str(path)) from error


@cache
def rules_folder() -> Path:
    """The folder of the built-in rules and their word lists.

    Raises:
        RuleError: the installation is incomplete.
    """
    here = Path(__file__).resolve().parents[1]
    for folder in (here / "rules", here.parent / "rules"):
        if folder.is_dir():
            return folder
    raise RuleError("the built-in rules are missing; reinstall feedtools", path=str(here / "rules"))


def _check_file(path: Path) -> None:
    """Refuse what is no file, which might never end, and a link that leads out of the pack.

    Raises:
        RuleError: such a path.
    """
    if path.exists() and not path.is_file():
        raise RuleError("not a regular file; reading a pipe or a device might never end", path=str(path))
    if path.is_symlink() and not path.resolve().is_relative_to(path.parent.resolve()):
        raise RuleError("a link that leads out of the folder of its pack; put the file itself there", path=str(path))


def _rule(raw: dict[str, Any], path: Path, trusted: bool) -> Rule:
    from feedtools.lint.marked import examples_of

    _check_keys(raw)
    scope = _one_of("scope", raw.get("scope", "article"), SCOPES)
    finder = _finder(raw, scope)
    _check_values(raw, finder)
    fix = raw.get("fix", {})
    rule = Rule(
        id=raw["id"],
        name=raw["name"],
        level=_one_of("level", raw["level"], LEVELS),
        confidence=_one_of("confidence", raw["confidence"], CONFIDENCES),
        status=_one_of("status", raw.get("status", "stable"), STATUSES),
        summary=raw.get("summary") or _first_sentence(raw["why"]),
        message=raw["message"],
        why=raw["why"],
        keywords=tuple(raw.get("keywords", [])),
        trigger=raw.get("trigger", ""),
        scope=scope,
        grouped=raw.get("grouped", False),
        finder=finder,
        value=raw.get(finder, ""),
        options=MappingProxyType(raw.get("options", {})),
        replace=fix.get("replace"),
        safety=_one_of("fix.safety", fix.get("safety", "unsafe"), SAFETIES),
        bad=examples_of("bad", raw["bad"], spans=scope == "article"),
        good=examples_of("good", raw["good"]),
        missed=examples_of("missed", raw.get("missed", []), spans=scope == "article"),
        path=path,
        trusted=trusted,
        summary_zh=raw.get("summary-zh", ""),
    )
    if not trusted:
        _check_patterns(rule)
        _check_reach(rule)
    return rule


def _first_sentence(text: str) -> str:
    """The first sentence of a reason, on one line: what a rule finds where its file does not say it."""
    line = " ".join(text.split())
    return line[: line.find(". ") + 1] or line


def _check_keys(raw: dict[str, Any]) -> None:
    for key, value in raw.items():
        if key not in KEYS:
            raise ValueError(f"unknown key {key!r}; expected one of {', '.join(KEYS)}")
        if not isinstance(value, KEYS[key][0]):
            raise ValueError(f"{key}: expected {kind_name(KEYS[key][0])}, found {kind_name(type(value))}")
    if missing := [key for key, (_, required) in KEYS.items() if required and key not in raw]:
        raise ValueError(f"missing key {missing[0]!r}")


def _finder(raw: dict[str, Any], scope: Scope) -> str:
    """The one key of ``FINDERS`` that a rule has; a rule of scope ``feed`` has none."""
    finders = [key for key in FINDERS if key in raw]
    if len(finders) != (0 if scope == "feed" else 1):
        raise ValueError(f"expected exactly one of {', '.join(FINDERS)}, found {', '.join(finders) or 'none'}")
    return finders[0] if finders else ""


def _check_values(raw: dict[str, Any], finder: str) -> None:
    if not _CODE.fullmatch(raw["id"]):
        raise ValueError(f"id {raw['id']!r}: expected two to eight capitals and three digits, such as FT201")
    if not _NAME.fullmatch(raw["name"]):
        raise ValueError(f"name {raw['name']!r}: expected lower-case words joined by hyphens")
    fix = raw.get("fix", {})
    if unknown := set(fix) - {"replace", "safety"}:
        raise ValueError(f"unknown key fix.{min(unknown)}; expected replace, safety")
    if "replace" in fix and finder == "check":
        raise ValueError("fix.replace goes with pattern; a check brings its own edits")
    if not isinstance(fix.get("replace", ""), str):
        raise ValueError(f"fix.replace: expected a string, found {fix['replace']!r}")
    if not all(isinstance(word, str) and word for word in raw.get("keywords", [])):
        raise ValueError("keywords: expected a list of non-empty strings")


def _one_of(key: str, value: str, allowed: tuple[Any, ...]) -> Any:
    if value not in allowed:
        raise ValueError(f"{key} {value!r}: expected {', '.join(allowed)}")
    return value


def _check_patterns(rule: Rule) -> None:
    pattern = _limited("pattern", rule.value if rule.finder == "pattern" else "")
    trigger = _limited("trigger", rule.trigger)
    for example in rule.bad:
        try:
            found = bool(rule.trigger) and trigger.search(example.text)
            if (rule.keywords or rule.trigger) and not (found or any(word in example.text for word in rule.keywords)):
                lost = "keywords lose" if rule.keywords else "trigger loses"
                raise ValueError(f"{lost} the bad example {example.text[:40]!r}")
            if rule.replace is not None and rule.finder == "pattern":
                _check_template(pattern, rule.replace, example.text)
        except TimeoutError as error:
            raise ValueError(f"a pattern ran longer than {SECONDS:g} s on {example.text[:40]!r}") from error


def _limited(key: str, pattern: str) -> Limited:
    try:
        return Limited(pattern, re.MULTILINE if key == "trigger" else 0)
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from error


def _check_template(pattern: Limited, template: str, text: str) -> None:
    import regex

    try:
        pattern.sub(template, text)
    except (regex.error, IndexError) as error:
        raise ValueError(f"fix.replace: {error}") from error


def _check_reach(rule: Rule) -> None:
    """A pack is data: it reads what lies in its own folder, and runs what is installed as a checker."""
    if rule.finder == "words":
        folder = rule.path.parent.resolve()
        if "\0" in rule.value or not (folder / rule.value).resolve().is_relative_to(folder):
            raise ValueError(f"words {rule.value!r}: expected a file in the folder of the rule")
        if (folder / rule.value).exists() and not (folder / rule.value).is_file():
            raise ValueError(f"words {rule.value!r}: not a regular file")
    if rule.finder == "check":
        takes = getattr(getattr(resolve(rule.value), "__code__", None), "co_argcount", None)
        if takes not in {None, 3 if rule.scope == "transmission" else 2}:
            raise ValueError(f"check {rule.value!r}: no checker of rules whose scope is {rule.scope}")
    if rule.scope == "transmission" and rule.finder != "check":
        raise ValueError('scope "transmission" goes with check; patterns and words look at articles')


def load_folder(folder: Path, *, trusted: bool = False, examples: bool = True) -> tuple[Rule, ...]:
    """All rules of a pack, sorted by id.

    Raises:
        RuleError: the folder holds no rule, one of them is invalid, or two share an id or a name.
    """
    names = sorted(os.listdir(folder)) if folder.is_dir() else []
    paths = [folder / name for name in names if name.endswith(".toml")]
    if not paths:
        raise RuleError("no rule files here; expected *.toml", path=str(folder))
    return merge(load(path, trusted=trusted, examples=examples) for path in paths)


def builtin(*, examples: bool = True) -> tuple[Rule, ...]:
    """The rules that ship with feedtools."""
    folder = rules_folder()
    if examples:
        return load_folder(folder, trusted=True)
    stamp = stamped(__file__, *(f"{folder}/{name}" for name in sorted(os.listdir(folder)) if name.endswith(".toml")))
    rows = recall("rules", stamp, lambda: _plain(load_folder(folder, trusted=True, examples=False)))
    return tuple(
        Rule(**{**row, "path": folder / row["path"], "options": MappingProxyType(row["options"])}) for row in rows
    )


def _plain(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    return [{**rule._asdict(), "path": rule.path.name, "options": dict(rule.options)} for rule in rules]


def merge(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Rules of several packs in the order of their ids.

    Raises:
        RuleError: two rules share an id or a name.
    """
    seen: dict[str, Rule] = {}
    merged = sorted(rules, key=lambda rule: (rule.id, str(rule.path)))
    for rule in merged:
        for key in (rule.id, rule.name):
            if key in seen:
                said = f"{key} is already the rule in {seen[key].path}; codes and names are never reused"
                raise RuleError(said, path=str(rule.path))
            seen[key] = rule
    return tuple(merged)


def unknown_rule(code: str, rules: Sequence[Rule], where: str = "") -> ConfigError:
    """The error for a code, prefix or name that no rule has; it names the closest one."""
    close = did_you_mean(_as_digits(code, rules), [*(rule.name for rule in rules), *(rule.id for rule in rules)])
    if named := [rule.name for rule in rules if code in rule.name.split("-")]:
        close = f"; did you mean {', '.join(named[:3])}{' …' if named[3:] else '?'}"
    return ConfigError(f"{where}unknown rule {code!r}{close or ';'} `feedtools rules` lists them")


def _as_digits(code: str, rules: Sequence[Rule]) -> str:
    """The code that is meant where letters were typed for the digits they look like; else what was typed."""
    meant = code.upper().translate(str.maketrans("OIL", "011"))
    return meant if any(rule.id == meant for rule in rules) else code


def names_a_rule(code: str, rules: Sequence[Rule]) -> bool:
    """Tell whether a code, a prefix of codes or a name is that of a rule."""
    return code == "ALL" or any(rule.id.startswith(code) or rule.name == code for rule in rules)


def select(
    rules: Sequence[Rule], chosen: Sequence[str], ignored: Sequence[str], extended: Sequence[str] = ()
) -> tuple[Rule, ...]:
    """The rules to run: the longest prefix that names a rule decides, and ignoring wins a tie.

    A prefix (``FT2``, ``ALL``) takes the stable rules under it; a whole code or a name takes that rule whatever its
    status. With nothing chosen, every stable rule is.

    Raises:
        ConfigError: a code that names no rule.
    """
    for code in (*chosen, *ignored, *extended):
        if not names_a_rule(code, rules):
            raise unknown_rule(code, rules)
    wanted = (*(chosen or ("ALL",)), *extended)

    def weight(rule: Rule, code: str, *, whole_only: bool) -> int:
        if code in {rule.id, rule.name}:
            return 99
        if whole_only:
            return -1
        return 0 if code == "ALL" else len(code) if rule.id.startswith(code) else -1

    def runs(rule: Rule) -> bool:
        off = rule.status != "stable"
        yes = max(weight(rule, code, whole_only=off) for code in wanted)
        no = max((weight(rule, code, whole_only=False) for code in ignored), default=-1)
        return yes > no

    return tuple(rule for rule in rules if runs(rule))


def configure(rules: Sequence[Rule], overrides: Mapping[str, Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Rules with the levels and options that the configuration gives them, by code or name.

    Raises:
        ConfigError: a rule, a key or a level that does not exist.
    """
    by_key = {key: rule for rule in rules for key in (rule.id, rule.name)}
    changed: dict[str, Rule] = {}
    for key, table in overrides.items():
        if key not in by_key:
            raise unknown_rule(key, rules, f"[rules.{key}]: ")
        rule = by_key[key]
        level = cast("Level", table.get("level", rule.level))
        if level not in LEVELS:
            raise ConfigError(f"[rules.{key}] level {level!r}: expected {', '.join(LEVELS)}")
        given = {name: value for name, value in table.items() if name != "level"}
        if unknown := set(given) - set(rule.options):
            options = ["level", *rule.options]
            close = did_you_mean(min(unknown), options)
            raise ConfigError(
                f"[rules.{key}]: unknown option {min(unknown)!r}{close or ';'} expected {', '.join(options)}"
            )
        for name, value in given.items():
            kind = type(rule.options[name])
            if type(value) is not kind and not (kind is float and type(value) is int):
                raise ConfigError(f"[rules.{key}] {name}: expected {kind_name(kind)}, found {kind_name(type(value))}")
        changed[rule.id] = rule._replace(level=level, options=MappingProxyType({**rule.options, **given}))
    return tuple(changed.get(rule.id, rule) for rule in rules)


RULES: dict[Kind, str] = {
    "exact": "FT901",
    "near": "FT902",
    "truncated": "FT903",
    "rerendered": "FT904",
    "contained": "FT905",
    "overlapping": "FT906",
}
"""The rule that reports each kind of copy; the deduplicator finds them."""
