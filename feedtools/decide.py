"""What happens to every article: the only place that holds policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from feedtools.duplicates import RULES, links
from feedtools.errors import ConfigError
from feedtools.model import KINDS, LEVELS, Action, Article, Decision, Level, Match, Safety

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from feedtools.model import Cluster, Finding

Verdict = Literal["keep", "drop", "hold"]
Fixing = Literal["none", "safe", "unsafe"]

VERDICTS: tuple[Verdict, ...] = ("keep", "drop", "hold")
FIXINGS: tuple[Fixing, ...] = ("none", "safe", "unsafe")
NEVER = "never"
STAND_IN = 0.5
"""Least share of a damaged copy that a whole one must cover to be published in its place."""
ROUNDS = 8
"""Times that what is left is compared again; a second time finds a copy or two in ten thousand, a third none."""
_KINDS: Mapping[str, Verdict] = MappingProxyType({kind: "drop" for kind in KINDS if kind != "overlap"})
_NONE: Mapping[str, Any] = MappingProxyType({})


class Policy(NamedTuple):
    """The table ``[clean]`` of the configuration.

    Attributes:
        hold: least level of a finding that, where it remains, sends an article to ``held/``; ``never`` for none.
        kinds: what happens to a copy, by how it relates to the one that is kept. ``overlap`` is never acted on.
        rules: by code, the start of one, or name: what a remaining finding does to its article, whatever its level.
        fix: fixes that are applied: ``none``, ``safe`` or ``unsafe`` ones as well.
        fixes: the same by code, the start of one, or name; the longest wins.
        restore: whether damaged articles are repaired from their whole siblings.
        intact: write every transmission as it came, and only say in the manifest what would have been done.
    """

    hold: str = "error"
    kinds: Mapping[str, Verdict] = _KINDS
    rules: Mapping[str, Literal["keep", "hold"]] = _NONE
    fix: Fixing = "safe"
    fixes: Mapping[str, Fixing] = _NONE
    restore: bool = True
    intact: bool = False

    def verdict(self, rule: str, name: str, level: Level) -> Literal["keep", "hold"]:
        """What a remaining finding does to its article."""
        chosen = _longest(self.rules, rule, name)
        if chosen is not None:
            return cast("Literal['keep', 'hold']", chosen)
        return "hold" if self.hold != NEVER and LEVELS.index(level) <= LEVELS.index(self.hold) else "keep"

    def applies(self, rule: str, name: str, safety: Safety) -> bool:
        """Whether a fix is made."""
        fixing = _longest(self.fixes, rule, name) or self.fix
        return safety in {"none": (), "safe": ("safe",), "unsafe": ("safe", "unsafe")}[fixing]


def _longest(table: Mapping[str, Any], rule: str, name: str) -> Any:
    if name in table:
        return table[name]
    prefix = max((key for key in table if rule.startswith(key)), key=len, default=None)
    return None if prefix is None else table[prefix]


def policy(table: Mapping[str, Any]) -> Policy:
    """The policy a configuration table asks for.

    Raises:
        ConfigError: a key or a value that does not exist; the message says what may stand there.
    """
    given = {key.replace("-", "_"): value for key, value in table.items()}
    for key, value in given.items():
        if key not in Policy._fields:
            expected = ", ".join(field.replace("_", "-") for field in Policy._fields)
            raise ConfigError(f"[clean]: unknown key {key!r}; expected one of {expected}")
        if key in {"intact", "restore"} and not isinstance(value, bool):
            raise ConfigError(f"[clean] {key}: expected true or false")
    if "hold" in given:
        _one_of("hold", given["hold"], (*LEVELS, NEVER))
    if "fix" in given:
        _one_of("fix", given["fix"], FIXINGS)
    for key, allowed in (("kinds", VERDICTS), ("rules", ("keep", "hold")), ("fixes", FIXINGS)):
        if key in given:
            given[key] = _table(key, given[key], allowed)
    if unknown := set(given.get("kinds", ())) - set(_KINDS):
        raise ConfigError(f"[clean.kinds] {min(unknown)!r}: expected one of {', '.join(_KINDS)}")
    if "kinds" in given:
        given["kinds"] = MappingProxyType({**_KINDS, **given["kinds"]})
    return Policy(**given)


def _table(key: str, value: Any, allowed: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"[clean] {key}: expected a table such as [clean.{key}]")
    for name, chosen in value.items():
        _one_of(f"{key}.{name}", chosen, allowed)
    return MappingProxyType(value)


def _one_of(key: str, value: Any, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise ConfigError(f"[clean] {key}: {value!r} is none of {', '.join(allowed)}")


def permitted(finding: Finding, rules: Policy) -> Finding:
    """The finding, without its fix where the policy does not make it."""
    if finding.fix is None or rules.applies(finding.rule, finding.name, finding.fix.safety):
        return finding
    return finding._replace(fix=None)


class Standing(NamedTuple):
    """How an article relates to the copy that stands for it.

    Attributes:
        number: of that copy.
        match: between them, or what ties the article to the cluster.
    """

    number: int
    match: Match


def decide(
    article: Article,
    findings: Sequence[Finding],
    rules: Policy,
    copy: Match | None = None,
    how: str = "",
    fixed: Collection[str] = (),
    restored: Collection[str] = (),
) -> Decision:
    """What happens to one article.

    Args:
        article: as it was published.
        findings: that remain after fixing and restoring.
        rules: the policy.
        copy: what makes it a copy, where it is one.
        how: the same in words, with the place of the copy that stands for it.
        fixed: rules whose fixes were applied.
        restored: descriptions of what was restored, and from where.
    """
    reasons = [f"{RULES[copy.kind]} {copy.kind}-duplicate: {how}"] if copy else []
    verdict: Verdict = rules.kinds[copy.kind] if copy else "keep"
    if verdict == "drop":
        return Decision(article, "drop", tuple(reasons))
    for finding in findings:
        chosen = rules.verdict(finding.rule, finding.name, finding.level)
        if chosen == "hold":
            reasons.append(f"{finding.rule} {finding.name}: {finding.message}")
            verdict = "hold"
    reasons += [f"{rule} fixed" for rule in fixed]
    reasons += restored
    action: Action = verdict
    if verdict == "keep" and (fixed or restored):
        action = "restore" if restored else "fix"
    return Decision(article, action, tuple(dict.fromkeys(reasons)))


def standings(clusters: Iterable[Cluster], selected: Collection[str]) -> dict[int, Standing]:
    """For every article that is a copy, the one that stands for it.

    Args:
        clusters: what the deduplicator found.
        selected: codes of the selected rules: copies of other kinds are left alone.
    """
    return {
        number: Standing(cluster.keep, match)
        for cluster in clusters
        for number, match in links(cluster).items()
        if RULES.get(match.kind) in selected
    }
