"""``feedtools renderers``: list the table of renderers, or learn a renderer from samples."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from feedtools.cli import console
from feedtools.cli.configuration import quoted
from feedtools.cli.options import configured, report_errors, say
from feedtools.errors import ConfigError, FeedtoolsError
from feedtools.readers import ReadOptions, expand
from feedtools.readers.batches import batches
from feedtools.report.summary import plural
from feedtools.text.renderers import Renderer, active, shipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feedtools.config import Config
    from feedtools.restore.learn import Learned

NEW = "mine"
LEAST_SHARED = 0.5
"""Share of a rendered article's shingles that its original must have."""
_PLAIN = Renderer("")
_LEARNED = ("inline-math", "display-math", "code", "pictures", "cut")


@click.command()
@click.argument("words", nargs=-1, metavar="[NAME]... | learn SAMPLE ORIGINAL")
@click.option("--name", default=NEW, show_default=True, help="With learn: the name of the new renderer.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Configuration file to use.")
def renderers(words: tuple[str, ...], name: str, config_file: Path | None) -> None:
    """List what each renderer makes of an article, or those named NAME.

    `feedtools renderers learn SAMPLE ORIGINAL` compares rendered articles with their originals (files or folders each)
    and prints a table for the configuration: which marks vanish, what stands where a formula stood, where it cuts.
    """
    config = configured(config_file)
    config.activate_renderers()
    if words[:1] == ("learn",):
        if len(words) != 3:
            raise ConfigError("expected: feedtools renderers learn SAMPLE ORIGINAL, two files or folders")
        sys.exit(_learn(words[1], words[2], name, config))
    known = {**shipped(), **{one.name: one for one in active()}}
    for chosen in words or known:
        if chosen not in known:
            names = ", ".join(known)
            raise FeedtoolsError(
                f"unknown renderer {chosen!r}; known are {names}, and learn SAMPLE ORIGINAL learns one"
            )
        console.lines("\n".join(_described(known[chosen])))


def _described(one: Renderer) -> Iterator[str]:
    state = "" if one in active() else " (not active: name it in the configuration)"
    yield f"# {one.summary}{state}" if one.summary else f"# {one.name}{state}"
    fields = {key: value for key, value in one._asdict().items() if key not in {"name", "summary", "active"}}
    yield from _toml(one.name, {key: value for key, value in fields.items() if value != getattr(_PLAIN, key)})
    yield ""


def _toml(name: str, fields: dict[str, Any]) -> Iterator[str]:
    yield f"[renderers.{name}]"
    for key, value in fields.items():
        yield f"{key.replace('_', '-')} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int):
        return str(value)
    return f"{{ {', '.join(f'{_value(old)} = {_value(new)}' for old, new in value.items())} }}"


def _learn(sample: str, original: str, name: str, config: Config) -> int:
    from feedtools.restore.learn import learn

    errors: list[FeedtoolsError] = []
    rendered, originals = (_texts(path, config, errors) for path in (sample, original))
    pairs = list(_pairs(rendered, originals))
    if not pairs:
        if report_errors(errors):
            return 2
        raise FeedtoolsError(f"no article of {sample} shares half of its text with one of {original}")
    found = [one for one in learn(pairs) if one.fields]
    said = f"{len(pairs)} of {len(rendered)} articles have their original"
    if not found:
        report_errors(errors)
        raise FeedtoolsError(f"{said}, and none shows what its renderer does: add articles with formulas, code or cuts")
    for number, one in enumerate(found, 1):
        _print_learned(one, f"{name}-{number}" if len(found) > 1 else name, len(found) > 1)
    if len(found) > 1:
        left = len(pairs) - sum(one.articles for one in found)
        beside = f" ({plural(left, 'article')} show none of them)" if left else ""
        say(f"{said}; they were rendered in {len(found)} ways{beside}: put a table for each into feedtools.toml")
    else:
        say(f"{said}; put the table into feedtools.toml")
    return 2 if report_errors(errors) else 0


def _print_learned(one: Learned, name: str, several: bool) -> None:
    if several:
        console.lines(f"# learned from {plural(one.articles, 'article')}")
    console.lines("\n".join([*_toml(name, one.fields), *([""] if several else [])]))
    missing = [kind for kind in _LEARNED if kind not in one.fields and kind not in one.unclear]
    if one.unclear:
        say(f"{name}: the articles contradict each other about {', '.join(one.unclear)}: set it by hand")
    if missing:
        say(f"{name}: too little was seen to tell: {', '.join(missing)}; add articles that show it")


def _texts(path: str, config: Config, errors: list[FeedtoolsError]) -> list[str]:
    options = ReadOptions.of(config)
    read = batches(expand([path], errors.append, options), options, errors.append)
    return [article.text for batch in read for article in batch.articles]


def _pairs(rendered: Sequence[str], originals: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each rendered article with the original that has most of its shingles."""
    from feedtools.dedup.sketch import shingle_hashes
    from feedtools.text.symbols import symbols

    known = [(frozenset(shingle_hashes(symbols(text))), text) for text in originals]
    for article in rendered:
        mine = frozenset(shingle_hashes(symbols(article)))
        shared, original = max(((len(mine & theirs), text) for theirs, text in known), default=(0, ""))
        if mine and shared >= LEAST_SHARED * len(mine):
            yield article, original
