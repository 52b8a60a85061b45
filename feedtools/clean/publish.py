"""Put what was decided in its place: an output made again from its own inputs, with the decisions there are now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from feedtools.clean import manifest
from feedtools.clean.context import Sources
from feedtools.clean.edits import Written, edited_articles, edited_held, record, source_of, written
from feedtools.clean.history import earlier
from feedtools.clean.protect import OverwriteError, Strange, inspect, refuse
from feedtools.clean.run import Cleaned, Inputs, clean_into, is_own, put_in_place, remember
from feedtools.clean.staging import Stage, unwritable
from feedtools.clean.undo import give_back
from feedtools.config import DECISIONS_FILE, Config, policy
from feedtools.errors import ConfigError, FeedtoolsError, ReadError
from feedtools.lint.decisions import Choice, append
from feedtools.lint.selection import active_rules
from feedtools.readers import MANIFEST
from feedtools.system.progress import Progress, silent


def publish(
    out: Path,
    config: Config,
    sources: Sources | None = None,
    progress: Progress = silent,
    *,
    force: bool = False,
    decided: Sequence[Choice] = (),
) -> Cleaned:
    """Apply decisions, and corrections made in the folder, to an output of ``clean``.

    Every article stands at its own place in its own file. The output is replaced whole, and is what ``clean`` would
    write now; ``undo`` still gives every byte back. Corrections become decisions before anything else is done.

    Args:
        out: the output.
        config: where the decisions are, and everything that the output does not say of its run.
        sources: where to look for copies and for what was lost; by default where its run looked.
        progress: told how far it is.
        force: replace also what no run wrote.
        decided: decisions taken elsewhere, such as in the report, for the log.

    Raises:
        ReadError: ``out`` is no output of ``clean``, or a file in it is damaged.
        OverwriteError: the output holds what no run wrote.
        ConfigError: the index or the originals of the run are not where they were.
        WriteError: the output cannot be written, or a run is writing it.
    """
    with Stage(out, is_own, resumable=False) as stage:
        config, sources = as_it_was(next(manifest.read(out / MANIFEST)), config, sources)
        strange = inspect(out)
        if not force:
            refuse(out, strange, taking=True)
        taken = _decide(out, strange, config, decided)
        inputs = _given_back(stage, strange, config)
        cleaned, files = clean_into(stage.folder, inputs, config, active_rules(config), sources, progress, kept="")
        with closing(files):
            put_in_place(stage, None if force else strange)
            cleaned.errors.extend(remember(out, files, sources.published, config, inputs.origins))
    return cleaned._replace(taken=taken, written=True)


def _decide(out: Path, strange: Strange, config: Config, decided: Sequence[Choice]) -> int:
    """Log what was decided elsewhere; then make decisions of the corrections in the folder, and count those."""
    append(config.root / DECISIONS_FILE, decided)
    return record([*edited_held(out, strange), *edited_articles(out, strange, config)], config)


def as_it_was(head: Mapping[str, Any], config: Config, sources: Sources | None) -> tuple[Config, Sources]:
    """Take the configuration and the sources of a run from the first line of its manifest.

    Raises:
        ConfigError: what the run used is not there, or the line is of another version.
    """
    options = head.get("options", {})
    try:
        chosen = [rule.split()[0] for rule in options["rules"]]
        rules = dict(config.rules)
        if options["renderer"]:
            rules["FT203"] = {**rules.get("FT203", {}), "renderer": options["renderer"]}
        config = config._replace(
            clean=policy(options["clean"]),
            text_key=options["text-key"],
            id_key=options["id-key"],
            date_key=options.get("date-key", config.date_key),
            input_format=options["input-format"],
            select=tuple(chosen),
            extend_select=(),
            ignore=(),
            rules=rules,
        )
        sources = sources or Sources(options["index"], options["sources"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfigError("the output is of another version; clean the feed anew", path=MANIFEST) from error
    for name, where in zip(("index", "sources"), sources, strict=True):
        if where and "://" not in where and not Path(where).exists():
            raise ConfigError(f"the run used it as --{name}, and it is not there; run in the same folder", path=where)
    return config, sources


def _given_back(stage: Stage, strange: Strange, config: Config) -> Inputs:
    """Lay out the inputs of an output in the folder of the run."""
    folder, out = stage.folder / "input", stage.out
    folder.mkdir(exist_ok=True)
    names, origins = [], {}
    for file in written(out):
        place = manifest.inside(folder, file.head["file"])
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            _lay(file, strange, out, place, config)
        except OSError as error:
            raise unwritable(stage.out, error) from error
        names.append((str(place), file.head["file"]))
        origins[str(place)] = manifest.SourceOrigin(file.head["source"], bytes.fromhex(file.head["batch"]))
    return Inputs((), sorted(names, key=lambda pair: pair[1]), origins, list(_unread(out)), earlier(out))


def _lay(file: Written, strange: Strange, out: Path, place: Path, config: Config) -> None:
    if file.head["out"] in strange.articles and not file.head["whole"]:
        place.write_bytes(source_of(file, config).read_bytes())
        return
    manifest.check_head(file.head, out / MANIFEST)
    try:
        give_back(out, file.head, iter([*file.rows, file.end]), config.text_key, place)
    except ReadError as error:
        raise OverwriteError(error.message, path=error.path) from error


def _unread(out: Path) -> Iterator[FeedtoolsError]:
    for row in manifest.read(out / MANIFEST):
        if "unread" in row:
            yield ReadError(row["error"], path=row["unread"], line=row["line"])
        elif "file" in row:
            return
