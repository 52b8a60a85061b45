"""Configuration: the nearest ``feedtools.toml``, else ``[tool.feedtools]`` of the nearest ``pyproject.toml``."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, cast

from feedtools.errors import ConfigError, did_you_mean, holds_nul, kind_name, system_words
from feedtools.model import COPIES, KINDS, LEVELS, Level, Safety
from feedtools.text.patterns import lazy

FILE = "feedtools.toml"
ALLOW_FILE = "feedtools-allow.toml"
DECISIONS_FILE = "feedtools-decisions.jsonl"
REPORT_DECISIONS = "feedtools-decisions-report.jsonl"
"""Name of what the report downloads; never that of the log, which it would replace."""
NEVER = "never"
AUTO = "auto"
"""Confident fixes and ends before cut formulas in transmissions, safe fixes alone in others: see `Policy.of`."""
ENDS = ("keep", "formula", "break", "sentence")
LANGUAGES = ("en", "zh")
"""Languages of the report's page."""
MATH_STYLES = ("auto", "dollar", "bracket", "kramdown", "none")

Verdict = Literal["keep", "drop", "hold"]
VERDICTS: tuple[Verdict, ...] = ("keep", "drop", "hold")
Keep = Literal["most-complete", "newest", "oldest", "first-published"]
KEEPS: tuple[Keep, ...] = ("most-complete", "newest", "oldest", "first-published")
Fixing = Literal["none", "safe", "confident", "unsafe"]
FIXINGS: Mapping[Fixing, tuple[Safety, ...]] = MappingProxyType(
    {"none": (), "safe": ("safe",), "confident": ("safe", "confident"), "unsafe": ("safe", "confident", "unsafe")}
)
"""Fixes that are made, by how far they may be trusted."""
_TABLE = lazy(r"""(?m)^[ \t]*+\[?\[?[ \t]*+(?:["']?tool["']?[ \t]*+(?:[\]=]|\.[ \t]*+["']?feedtools)|["'][^"'\n]*\\)""")
"""A key ``tool.feedtools``, or ``tool`` alone: its table may stand in either; or one that is spelled with escapes."""
_KINDS: Mapping[str, Verdict] = MappingProxyType({kind: "drop" for kind in KINDS if kind in COPIES})
_WORDS: Mapping[str, Sequence[str]] = MappingProxyType({
    "end": (AUTO, *ENDS), "hold": (*LEVELS, NEVER), "unique": ("hold", "keep"), "keep": KEEPS, "fix": (AUTO, *FIXINGS),
})  # fmt: skip
_NONE: Mapping[str, Any] = MappingProxyType({})


class Policy(NamedTuple):
    """The table ``[clean]`` of the configuration.

    Attributes:
        hold: least level of a finding that, where it remains, sends an article to ``held/``; ``never`` for none.
        kinds: verdict on a copy, by its relation to the one that is kept. ``overlap`` is never acted on.
        rules: verdict on an article with a remaining finding, by the rule's code, the start of one, or name; it wins
            over ``hold``.
        fix: fixes that are applied: ``none``, ``safe``, ``confident`` or ``unsafe`` ones as well; ``auto`` for
            confident ones in transmissions and safe ones in other formats.
        fixes: the same by code, the start of one, or name; the longest wins.
        end: end of an excerpt. ``keep``: where it was cut; ``formula``: one that was cut inside a formula, and would be
            held for that alone, ends before the formula; ``break``: one that would be held for any break that nothing
            can repair ends at the last whole sentence before it; ``sentence``: every excerpt that was cut ends at its
            last whole sentence as well; ``auto``: ``formula`` in transmissions, ``keep`` in other formats.
        end_keep: least share of an article that must be left, 0 to 1; below it the article stays as it is.
        restore: repair damaged articles from their whole siblings.
        extend: complete an article from another one that overlaps with it, end to start or by a section that one of
            them lacks, where the join is certain; the other is then a copy of it.
        rest: letters and digits in a row, formulas and code counted, that a dropped copy may not have for itself.
        unique: verdict on a copy that has so many: ``hold`` or ``keep``.
        keep: the copy that is kept of several: the ``most-complete``, the ``newest`` or the ``oldest`` by the date of
            its record (``date-key``), or the ``first-published``: the one that comes first. One version of each id is
            kept then; by default a later version is published as well if it says something else.
        intact: write every file as it came, and only say in the manifest what would have been done.
    """

    hold: str = "error"
    kinds: Mapping[str, Verdict] = _KINDS
    rules: Mapping[str, Literal["keep", "hold"]] = _NONE
    fix: Fixing | Literal["auto"] = "auto"
    fixes: Mapping[str, Fixing] = _NONE
    end: str = AUTO
    end_keep: float = 0.5
    restore: bool = True
    extend: bool = False
    rest: int = 30
    unique: Literal["hold", "keep"] = "hold"
    keep: Keep = "most-complete"
    intact: bool = False

    def verdict(self, rule: str, name: str, level: Level) -> Literal["keep", "hold"]:
        """Decide what a remaining finding does to its article."""
        chosen = _longest(self.rules, rule, name)
        if chosen is not None:
            return cast("Literal['keep', 'hold']", chosen)
        return "hold" if self.hold != NEVER and LEVELS.index(level) <= LEVELS.index(self.hold) else "keep"

    def applies(self, rule: str, name: str, safety: Safety) -> bool:
        """Tell whether a fix is made; ``auto`` counts as ``safe`` (see `of`)."""
        fixing = _longest(self.fixes, rule, name) or self.fix
        return safety in FIXINGS["safe" if fixing == AUTO else cast("Fixing", fixing)]

    def of(self, form: str) -> "Policy":
        """The policy for articles of this format, where it leaves something to it (``auto``)."""
        excerpts = form == "transmission"
        made = self
        if made.fix == AUTO and excerpts:
            made = made._replace(fix="confident")
        if made.end == AUTO:
            made = made._replace(end="formula" if excerpts else "keep")
        return made


def _longest(table: Mapping[str, Any], rule: str, name: str) -> Any:
    if name in table:
        return table[name]
    prefix = max((key for key in table if rule.startswith(key)), key=len, default=None)
    return None if prefix is None else table[prefix]


def policy(table: Mapping[str, Any]) -> Policy:
    """Read the policy that a configuration table asks for.

    Raises:
        ConfigError: a key or a value that does not exist; the message says what may stand there.
    """
    given = {key.replace("-", "_"): value for key, value in table.items()}
    for key, value in given.items():
        if key not in Policy._fields:
            expected = ", ".join(field.replace("_", "-") for field in Policy._fields)
            raise ConfigError(
                f"[clean]: unknown key {key!r}{did_you_mean(key, Policy._fields) or ';'} expected one of {expected}"
            )
        if key in {"extend", "intact", "restore"} and not isinstance(value, bool):
            raise ConfigError(f"[clean] {key}: expected true or false")
    if type(share := given.get("end_keep", 0.5)) not in {int, float} or not 0 <= share <= 1:
        raise ConfigError("[clean] end-keep: expected a number from 0 to 1")
    if "rest" in given and (type(given["rest"]) is not int or given["rest"] < 1):
        raise ConfigError(f"[clean] rest: expected a whole number from 1, found {given['rest']!r}")
    for key, words in _WORDS.items():
        if key in given:
            _one_of(key, given[key], words)
    for key, allowed in (("kinds", VERDICTS), ("rules", ("keep", "hold")), ("fixes", tuple(FIXINGS))):
        if key in given:
            given[key] = _table(key, given[key], allowed)
    if unknown := set(given.get("kinds", ())) - set(_KINDS):
        raise ConfigError(f"[clean.kinds] {min(unknown)!r}: expected one of {', '.join(_KINDS)}")
    return Policy(**{**given, "kinds": MappingProxyType({**_KINDS, **given.get("kinds", {})})})


def _table(key: str, value: Any, allowed: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"[clean] {key}: expected a table such as [clean.{key}]")
    for name, chosen in value.items():
        _one_of(f"{key}.{name}", chosen, allowed)
    return MappingProxyType(value)


def _one_of(key: str, value: Any, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise ConfigError(f"[clean] {key}: {value!r} is none of {', '.join(allowed)}")


class Config(NamedTuple):
    """Configuration of all commands; flags of the command line win over the file.

    Attributes:
        root: the folder that relative paths are taken from: the configuration file's, else the current one.
        paths: files and folders to check when the command line names nothing.
        select: rules to run, by codes, prefixes or names; empty for those that run by default.
        extend_select: rules to run besides those, likewise.
        ignore: rules to leave out, likewise; of a rule that is named twice the longer prefix wins.
        rule_packs: folders with rule files of your own.
        per_file_ignores: per pattern of paths from ``root``, rule codes, prefixes or names that are left out there.
        rules: per rule, its ``level`` and the options its file declares.
        renderers: per renderer of the feed, its description: a shipped one by its name, or a new one.
        learned: file of compounds that ``feedtools rules learn`` wrote.
        fail_on: least level that makes ``check`` exit 1; ``never`` for none.
        duplicates: let ``check`` compare the given articles with each other, and let them teach each other; without,
            the findings of a file do not depend on the files beside it.
        history: files that were published before, compared with but not checked.
        text_key: name of the field of a record, as of JSONL, that holds its text.
        id_key: likewise of its id.
        date_key: likewise of its date, in the front matter of Markdown too: ``keep`` in ``[clean]`` goes by it, and it
            may stand in that table as well.
        input_format: format of every input, where it cannot be told from name and content.
        math: delimiters of formulas in Markdown: ``dollar``, ``bracket``, ``kramdown``, ``none``, or ``auto``.
        encoding: encoding of every text file, where it is not UTF-8: ``gbk``, ``utf-16`` …
        include: names, or patterns of paths from ``root``: files of folders that are read though they would be
            passed over.
        exclude: names, or patterns of paths from ``root``: files and folders that are not read unless they are
            named themselves.
        jobs: number of processes; 0 for one per core.
        baseline: file with findings that are known and not reported.
        since: git revision; only articles that it does not have are reported.
        cache: remember findings of large feeds between runs.
        lang: language of the report's page, ``en`` or ``zh``.
        clean: policy of `feedtools clean` for findings and copies.
        file: the file that all this was read from, if any.
    """

    root: Path = Path()
    paths: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    rule_packs: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    rules: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    renderers: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    learned: str | None = None
    fail_on: str = "warning"
    duplicates: bool = True
    history: tuple[str, ...] = ()
    text_key: str = "text"
    id_key: str = "id"
    date_key: str = "date"
    input_format: str | None = None
    math: str = "auto"
    encoding: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    jobs: int = 0
    cache: bool = True
    baseline: str | None = None
    since: str | None = None
    lang: str = "en"
    clean: Policy = Policy()
    file: Path | None = None

    def activate_renderers(self) -> None:
        """Let the articles of this process come from the renderers that the configuration names."""
        from feedtools.text.renderers import activate, combined

        activate(combined(self.renderers))

    def fails(self, level: Level) -> bool:
        """Tell whether a finding of this level makes the exit code 1."""
        return self.fail_on != NEVER and LEVELS.index(level) <= LEVELS.index(self.fail_on)


def discover(start: Path) -> Config:
    """Find the configuration that holds in ``start``: its own or the nearest parent's.

    Raises:
        ConfigError: the file is not TOML, or holds an unknown key or a value of the wrong kind.
    """
    folder = start.resolve()
    for place in (folder, *folder.parents):
        if os.path.lexists(place / FILE):
            return load(place / FILE)
        project = place / "pyproject.toml"
        if project.is_file():
            table = _table_in(_read(project), project) if _may_hold_table(project) else None
            if table is not None:
                return parse(table, project)
    return Config(root=start)


def _require_file(path: Path) -> None:
    """Make sure that settings can be read: without them something else would be checked, and called clean.

    Raises:
        ConfigError: a link that leads nowhere, a folder, a pipe.
    """
    if not os.path.isfile(path):
        what = "a link that leads to no file" if os.path.islink(path) else "a folder" if path.is_dir() else "no file"
        raise ConfigError(f"the settings cannot be read: it is {what}; expected one such as {FILE}", path=str(path))


def _may_hold_table(project: Path) -> bool:
    """Tell whether a ``pyproject.toml`` names our table; of most, parsing takes longer than all else before a check."""
    try:
        text = project.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return True  # which says what is wrong with it
    return "feedtools" in text and (_TABLE.search(text) is not None)


def load(path: Path) -> Config:
    """Read a ``feedtools.toml``, or the ``[tool.feedtools]`` table of a ``pyproject.toml``.

    Raises:
        ConfigError: see ``discover``.
    """
    raw = _read(path)
    return parse((_table_in(raw, path) or {}) if path.name == "pyproject.toml" else raw, path)


def _table_in(project: Mapping[str, Any], path: Path) -> dict[str, Any] | None:
    """Find the table ``[tool.feedtools]`` in a ``pyproject.toml``; ``None`` where there is none."""
    tools = project.get("tool", {})
    table = tools.get("feedtools") if isinstance(tools, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError("tool.feedtools: expected a table [tool.feedtools]", path=str(path))
    return table


def _read(path: Path) -> dict[str, Any]:
    import tomllib

    if os.path.lexists(path):
        _require_file(path)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError("no such file", path=str(path)) from error
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"not a TOML file: {system_words(error)}", path=str(path)) from error


def parse(raw: Mapping[str, Any], path: Path) -> Config:
    """Validate a configuration table; keys are written with hyphens or underscores.

    Raises:
        ConfigError: see ``discover``.
    """
    known = {name: value for name, value in Config._field_defaults.items() if name not in {"root", "file"}}
    values: dict[str, Any] = {}
    for key, value in _lifted(raw).items():
        name = key.replace("-", "_")
        if name not in known:
            expected = ", ".join(sorted(field.replace("_", "-") for field in known))
            close = did_you_mean(key.replace("_", "-"), [field.replace("_", "-") for field in known])
            raise ConfigError(f"unknown key {key!r}{close or ';'} expected one of {expected}", path=str(path))
        if holds_nul(value):
            raise ConfigError(f"{key}: holds a NUL, which no name can hold", path=str(path))
        values[name] = _value(key, value, known[name], path)
    config = Config(root=path.parent, file=path, **values)
    for key, words in (("math", MATH_STYLES), ("lang", LANGUAGES)):
        if (value := getattr(config, key)) not in words:
            raise ConfigError(f"{key} {value!r}: expected one of {', '.join(words)}", path=str(path))
    if config.fail_on not in (*LEVELS, NEVER):
        raise ConfigError(f"fail-on {config.fail_on!r}: expected {', '.join(LEVELS)} or {NEVER}", path=str(path))
    if config.jobs < 0:
        raise ConfigError(f"jobs {config.jobs}: expected 0 (one per core) or more", path=str(path))
    if config.renderers:
        _check_renderers(config.renderers, path)
    return config


def _lifted(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The table with ``date-key`` where it belongs, if it stands beside ``keep``."""
    clean = raw.get("clean")
    named = [key for key in ("date-key", "date_key") if isinstance(clean, dict) and key in clean]
    if not named or not isinstance(clean, dict):
        return raw
    return {"date-key": clean[named[0]], **raw, "clean": {key: clean[key] for key in clean if key not in named}}


def _check_renderers(tables: Mapping[str, Mapping[str, Any]], path: Path) -> None:
    from feedtools.text.renderers import combined

    try:
        combined(tables)
    except ValueError as error:
        raise ConfigError(str(error), path=str(path)) from error


def _is_strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _value(key: str, value: Any, default: Any, path: Path) -> Any:
    if isinstance(default, Policy):
        if not isinstance(value, dict):
            raise ConfigError(f"{key}: expected a table [{key}]", path=str(path))
        try:
            return policy(value)
        except ConfigError as error:
            raise ConfigError(error.message, path=str(path)) from error
    if isinstance(default, tuple):
        if not _is_strings(value):
            raise ConfigError(f"{key}: expected a list of strings", path=str(path))
        return tuple(value)
    if key.replace("-", "_") == "per_file_ignores":
        if not isinstance(value, dict) or not all(_is_strings(item) for item in value.values()):
            raise ConfigError(f'{key}: expected lists of codes such as "drafts/*" = ["FT401"]', path=str(path))
        for pattern in value:
            if "\\" in pattern:
                raise ConfigError(f"{key}: write slashes, not backslashes, in {pattern!r}", path=str(path))
        return MappingProxyType({pattern: tuple(codes) for pattern, codes in value.items()})
    if isinstance(default, MappingProxyType):
        if not isinstance(value, dict) or not all(isinstance(item, dict) for item in value.values()):
            raise ConfigError(
                f"{key}: expected tables such as [{key}.{'NAME' if key == 'renderers' else 'FT201'}]", path=str(path)
            )
        return MappingProxyType(value)
    expected = str if default is None else type(default)
    if type(value) is not expected:
        raise ConfigError(f"{key}: expected {kind_name(expected)}, found {kind_name(type(value))}", path=str(path))
    return value


def from_options(options: Mapping[str, Any], start: Config | None = None) -> Config:
    """Build a configuration from keywords, on top of ``start`` where it is given.

    Raises:
        ConfigError: an option that does not exist, or a value of the wrong kind.
    """
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in options.items()}
    given = parse(plain, Path("options"))._replace(file=None)
    if start is None:
        return given
    named = (key.replace("-", "_") for key in _lifted(plain))
    return start._replace(**{name: getattr(given, name) for name in named})
