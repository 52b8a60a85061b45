"""The last pass of a batch run: decisions become files, ``held/`` and the lines of the manifest."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, NamedTuple

from feedtools.clean import manifest
from feedtools.clean.conclude import ToldCopy, conclude
from feedtools.clean.copies import Copies, place_text
from feedtools.clean.decide import CopyOf
from feedtools.clean.explained import ExplainedCopies
from feedtools.clean.inputs import File, opened, verify
from feedtools.clean.judging import Judge
from feedtools.clean.notes import Note, findings_of, parse, together
from feedtools.clean.on_disk import Instead, Texts
from feedtools.config import Config
from feedtools.dedup.cluster import coverage_of
from feedtools.dedup.rest import longest_rest
from feedtools.lint.edits import rewrite
from feedtools.lint.engine import lint_transmission
from feedtools.model import Action, Article, Decision, Finding, digest
from feedtools.readers import ReadOptions
from feedtools.readers.records import Frame, Hashed, Record, file_digest, packer
from feedtools.report.jsonl import as_fix

PRESENT: frozenset[Action] = frozenset({"keep", "fix", "restore"})


class Fate(NamedTuple):
    """Data that decides about articles, by number.

    Attributes:
        texts: of all articles after their fixes.
        copies: who stands for whom.
        replaced: articles that are held, to those published in their place.
        instead: texts of those that were restored or cut.
        ending: held articles that an earlier end would release.
    """

    texts: Texts
    copies: Copies
    replaced: Mapping[int, int]
    instead: Instead
    ending: int = 0


class Task(NamedTuple):
    """One file to write.

    Attributes:
        file: as surveyed.
        origin: the file its articles were published from first.
        first: number of its first article.
        notes: two lines of the logs for each article: of its fixes and, where there is one, of its repairs.
    """

    file: File
    origin: manifest.SourceOrigin
    first: int
    notes: Iterable[tuple[bytes, bytes | None]]


def write_files(tasks: Sequence[Task], writer: Writer) -> tuple[int, bytes]:
    """Write some files; return how many, and their part of the manifest."""
    account = io.BytesIO()
    end = tasks[-1].first + tasks[-1].file.articles
    for task in tasks:
        writer.write(task, account, end)
    return len(tasks), account.getvalue()


class Writer:
    """Writes files, whichever it is told to.

    Args:
        out: the folder that becomes the output.
        config: ``config.clean`` is the policy.
        judge: finds what is wrong with a file apart from its articles.
        fate: of the articles.
        options: how records are read.
    """

    def __init__(
        self,
        out: Path,
        config: Config,
        judge: Judge,
        fate: Fate,
        options: ReadOptions,
    ) -> None:
        self._out = out
        self._policy = config.clean
        self._key = config.text_key
        self._judge = judge
        self._fate = fate
        self._options = options
        self._explained = ExplainedCopies(fate.copies, fate.texts)
        self._number = self._end = 0

    def write(self, task: Task, account: IO[bytes], end: int = 0) -> None:
        """Write a file and its part of the manifest; the last line of it is written when all else is.

        Args:
            task: the file.
            account: takes the part of the manifest.
            end: number behind the last article that is written in this process soon.

        Raises:
            ChangedError: the file changed since the survey.
        """
        self._number, self._account = task.first, account
        self._end = max(end, task.first + task.file.articles)
        frame = opened(task.file, self._options)
        self._write(task, frame)
        verify(task.file, frame)

    def _write(self, task: Task, frame: Frame) -> None:
        file = task.file
        framed = _frame_findings(file, frame, self._judge)
        self._log(
            {
                "file": file.name,
                "out": file.out,
                "source": task.origin.source,
                "batch": task.origin.batch.hex(),
                "format": file.form,
                "digest": file.digest,
                "articles": file.articles,
                "lead": len(frame.lead),
                "whole": bool(file.packed) or file.converted,
                "findings": [_finding(finding) for finding in framed if not finding.article.text],
            }
        )
        target = manifest.inside(self._out, file.out)
        target.parent.mkdir(parents=True, exist_ok=True)
        changed, empty = file.converted, file.form == "markdown" and file.articles > 0
        with ExitStack() as stack:
            hashed = Hashed(stack.enter_context(target.open("wb")))
            stream = stack.enter_context(packer(file.packed, hashed)) if file.packed else hashed
            held = _Held(self._out, file.name, stack)
            for data, entry in self._records(task, frame, framed, held):
                stream.write(data)
                changed = changed or "raw" in entry or "edits" in entry
                empty = empty and entry.get("action") not in PRESENT
        written, copy = hashed.digest(), target
        if file.packed or file.converted or empty:
            copy = self._put_by(file, target, changed)
            written = file_digest(target)
        if empty:  # front matter alone is no page
            target.unlink()
        end: dict[str, Any] = {"end": file.name, "digest": "" if empty else written}
        if held.stream is not None:
            end["held"] = {held.path.relative_to(self._out).as_posix(): held.stream.digest()}
        if copy != target:
            end["put by"] = {copy.relative_to(self._out).as_posix(): file_digest(copy)}
        self._log(end)

    def _put_by(self, file: File, target: Path, changed: bool) -> Path:
        """Keep the file as it came where its bytes cannot be made again: packing twice gives other bytes."""
        copy = manifest.inside(self._out, manifest.original_name(file.name)) if changed else target
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.path, copy)
        return copy

    def _records(
        self, task: Task, frame: Frame, framed: Sequence[Finding], held: _Held
    ) -> Iterator[tuple[bytes, dict[str, Any]]]:
        yield frame.lead, {}
        for record, (note, mended) in zip(frame.records, task.notes, strict=False):
            article = Article(task.file.name, record.line, record.text, syntax=record.syntax)
            mine = [finding for finding in framed if finding.article.text and finding.article.line == record.line]
            both = together(record.text, parse(note), parse(mended) if mended else None)
            yield self._record(task.file, record, article, both, mine, held)
            self._number += 1

    def _record(
        self, file: File, record: Record, article: Article, note: Note, framed: Sequence[Finding], held: _Held
    ) -> tuple[bytes, dict[str, Any]]:
        mine = findings_of(note, article)
        findings = [*mine, *framed]
        copy = self._fate.copies.standing.get(self._number)
        # What is wrong with the file holds no article: the next run would find it at the next one.
        decision = self._decide(article, note, mine, copy)
        intact = self._policy.intact
        action: Action = "keep" if intact else decision.action
        changes = () if intact else note.changes
        text = rewrite(record.text, changes) if changes else record.text
        kept = manifest.record_entry(file.form, self._key, record, text, changes, present=action in PRESENT)
        entry: dict[str, Any] = {
            "path": file.name,
            "line": record.line,
            "digest": article.digest.hex(),
            "action": action,
        }
        if intact and decision.action != "keep":
            entry["mark"] = decision.action
        if decision.reasons:
            entry["reasons"] = decision.reasons
        entry |= self._copy(copy)
        if findings:
            entry["findings"] = [_finding(finding) for finding in findings]
        if note.repairs:
            entry["repairs"] = note.repairs
        if note.decided:
            entry["decisions"] = note.decided
        entry |= kept.entry
        if action == "hold":
            entry["held"] = digest(text).hex()
        self._log(entry)
        if action == "hold":
            held.add(decision, text, entry)
        return kept.data, entry

    def _decide(self, article: Article, note: Note, findings: Sequence[Finding], copy: CopyOf | None) -> Decision:
        fate, told = self._fate, None
        if copy is not None:
            how = self._explained.words(self._number, copy, self._end)
            told = ToldCopy(copy.match, how, self._rest(copy))
        other = fate.replaced.get(self._number)
        instead = "" if other is None else place_text(fate.copies.place(other))
        return conclude(article, note, findings, self._policy, told, instead)

    def _rest(self, copy: CopyOf) -> int:
        """Measure what the copy that is published lacks of the present article, as both read in the end."""
        fate = self._fate
        if copy.match.kind == "exact":
            return 0
        if copy.number < 0:  # what was published lies in the index, which compared them
            return fate.copies.rests.get(self._number, 0)
        kept = fate.instead.get(copy.number) or fate.texts[copy.number]
        return longest_rest(fate.texts[self._number], kept, as_written=True)

    def _copy(self, copy: CopyOf | None) -> dict[str, Any]:
        if copy is None:
            return {}
        match = copy.match
        return {
            "of": self._fate.copies.place(copy.number)._asdict(),
            "kind": match.kind,
            "similarity": round(match.similarity, 4),
            "coverage": round(coverage_of(match, self._number), 4),
        }

    def _log(self, entry: dict[str, Any]) -> None:
        self._account.write(manifest.line(entry))


class _Held:
    """The held articles of one file, as JSON objects; the file appears with the first of them."""

    def __init__(self, out: Path, name: str, stack: ExitStack) -> None:
        self.path = manifest.inside(out, manifest.held_name(name))
        self.stream: Hashed | None = None
        self._stack = stack

    def add(self, decision: Decision, text: str, entry: Mapping[str, Any]) -> None:
        """Put an article by, with the reasons."""
        if self.stream is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.stream = Hashed(self._stack.enter_context(self.path.open("wb")))
        article = decision.article
        shown = {"path": article.source, "line": article.line, "text": text, "reasons": decision.reasons}
        self.stream.write(manifest.line({**shown, "findings": entry.get("findings", [])}))


def _frame_findings(file: File, frame: Frame, judge: Judge) -> list[Finding]:
    """Findings in a transmission apart from those in its articles."""
    if frame.data is None or frame.transmission is None:
        return []
    found = lint_transmission(frame.data, frame.transmission, judge.rules)
    if not judge.exceptions:
        return found
    place = judge.places.get(file.name, file.path)
    moved = [finding._replace(article=finding.article._replace(source=place)) for finding in found]
    return judge.exceptions.filter(finding.article for finding in moved)(moved)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "name": finding.name,
        "level": finding.level,
        "confidence": finding.confidence,
        "start": finding.span.start,
        "end": finding.span.end,
        "message": finding.message,
    } | ({"fix": as_fix(finding.fix)} if finding.fix else {})
