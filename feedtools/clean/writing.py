"""The pass that writes the files of the output, its held articles and the manifest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from pathlib import Path

from feedtools.clean import manifest
from feedtools.clean.context import Run, all_notes, mapped
from feedtools.clean.fixing import PORTION
from feedtools.clean.inputs import File, Files
from feedtools.clean.judging import Judge
from feedtools.clean.output import Fate, Task, Writer, write_files
from feedtools.errors import ReadError
from feedtools.readers import MANIFEST
from feedtools.readers.records import file_digest


def write_output(run: Run, files: Files, fate: Fate, first: bytes, judge: Judge) -> None:
    """Make the last pass: write the files, ``held/`` and the manifest, from where an interrupted run stopped."""
    done, size = _written(run.out, files)
    progress = run.progress("writing", len(files), "files")
    progress(done)
    writer = Writer(run.out, run.config, judge, fate, run.options)
    with open(run.out / MANIFEST, "ab") as stream:
        stream.truncate(size)
        if not size:
            stream.write(first)
        for large, tasks in groupby(_tasks(run, files, done), key=lambda task: task.file.articles > PORTION):
            if large:
                for task in tasks:
                    writer.write(task, stream)
                    progress(1)
                continue
            for count, lines in mapped(run, write_files, _together(tasks), writer):
                stream.write(lines)
                stream.flush()
                progress(count)


def _tasks(run: Run, files: Files, done: int) -> Iterator[Task]:
    """Yield the tasks of all files but the first ``done``; the notes of each are to be taken before the next."""
    origins, notes, first = manifest.Origins(run.config, run.origins), all_notes(run), 0
    for number, file in enumerate(files):
        mine = islice(notes, file.articles)
        if number >= done:
            yield Task(file, origins.of(file.path, file.digest), first, mine)
        for _ in mine:
            pass
        first += file.articles


def _together(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    """Yield some files at a time that one process writes."""
    portion: list[Task] = []
    size = 0
    for task in tasks:
        portion.append(task._replace(notes=list(task.notes)))
        size += task.file.articles
        if size >= PORTION:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _written(out: Path, files: Files) -> tuple[int, int]:
    """Count the files that an earlier run wrote whole, and the bytes of the manifest up to there.

    A file is whole where it, its held articles and what was put by of it are what the manifest says: after a power
    failure the manifest may be on the disk and what it speaks of not.
    """
    place = out / MANIFEST
    done = size = good = 0
    if not place.exists():
        return 0, 0
    with open(place, "rb") as stream:
        for raw in stream:
            size += len(raw)
            if raw.startswith(b'{"end": ') and raw.endswith(b"\n") and done < len(files):
                if not _is_whole(out, files[done], raw):
                    break
                done, good = done + 1, size
    return done, good


def _is_whole(out: Path, file: File, raw: bytes) -> bool:
    try:
        end = json.loads(raw)
        written = {file.out: end["digest"]} if end["digest"] else {}
        wanted = {**written, **end.get("held", {}), **end.get("put by", {})}
        return end["end"] == file.name and all(file_digest(out / name) == made for name, made in wanted.items())
    except (ReadError, ValueError, KeyError, TypeError):
        return False
