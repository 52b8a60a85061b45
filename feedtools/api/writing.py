"""The last pass of a batch run: decisions become files, ``held/`` and the lines of the manifest."""

from __future__ import annotations

import gzip
import hashlib
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from feedtools.api import manifest
from feedtools.api.survey import File, Note, findings_of, frame_findings
from feedtools.config import Config
from feedtools.decide import Standing, decide
from feedtools.fix import rewrite
from feedtools.model import Action, Article, Decision, Finding, Place
from feedtools.readers.frames import Frame, Record
from feedtools.rules import Rule

_PRESENT: frozenset[Action] = frozenset({"keep", "fix", "restore"})


class Copies(NamedTuple):
    """Articles that are copies, by number, and where those stand that stand for them."""

    standing: Mapping[int, Standing]
    places: Mapping[int, Place]


class Writer:
    """Writes file after file, in the order of the survey.

    Args:
        out: the folder that becomes the output.
        config: ``config.clean`` is the policy.
        rules: the selected rules.
        copies: who stands for whom.
        notes: one an article, in the order of the survey.
        account: the manifest.
    """

    def __init__(
        self,
        out: Path,
        config: Config,
        rules: Sequence[Rule],
        copies: Copies,
        notes: Iterator[Note],
        account: IO[bytes],
    ) -> None:
        self.tally: Counter[str] = Counter()
        self._out = out
        self._policy = config.clean
        self._key = config.text_key
        self._rules = rules
        self._copies = copies
        self._notes = notes
        self._account = account
        self._number = 0

    def write(self, file: File, opened: Frame) -> None:
        """Write one file and its part of the manifest."""
        framed = frame_findings(opened, self._rules)
        self._log(
            {
                "file": file.name,
                "format": file.form,
                "packed": file.packed,
                "digest": file.digest,
                "articles": file.articles,
                "lead": len(opened.lead),
                "findings": [_finding(finding) for finding in framed if not finding.article.text],
            }
        )
        target = manifest.inside(self._out, file.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.blake2b(digest_size=16)
        changed = False
        with ExitStack() as stack:
            stream = _create(stack, target, file.packed)
            held = _Held(self._out, file.name, stack)
            for data, entry in self._records(file, opened, framed, held):
                digest.update(data)
                stream.write(data)
                changed = changed or "raw" in entry or "edits" in entry
        end = {"end": file.name, "digest": digest.hexdigest()}
        if file.packed:
            end |= self._keep_packed(file, target, changed)
        self._log(end)
        self.tally["files"] += 1

    def _keep_packed(self, file: File, target: Path, changed: bool) -> dict[str, str]:
        """Packing again gives other bytes, so what did not change stays as it was, and else the original is put by."""
        name = f"{manifest.ORIGINALS}/{file.name}"
        copy = manifest.inside(self._out, name) if changed else target
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.path, copy)
        return {"original": name if changed else file.name}

    def _records(
        self, file: File, opened: Frame, framed: Sequence[Finding], held: _Held
    ) -> Iterator[tuple[bytes, dict[str, Any]]]:
        yield opened.lead, {}
        for record in opened.records:
            article = Article(file.name, record.line, record.text)
            note = next(self._notes)
            mine = [finding for finding in framed if finding.article.text and finding.article.line == record.line]
            yield self._record(file, record, article, note, mine, held)
            self._number += 1

    def _record(
        self, file: File, record: Record, article: Article, note: Note, framed: Sequence[Finding], held: _Held
    ) -> tuple[bytes, dict[str, Any]]:
        findings = [*findings_of(note, article), *framed]
        fixed = sorted({rule for change in note.changes for rule in change.by})
        copy = self._copies.standing.get(self._number)
        decision = decide(article, findings, self._policy, copy, fixed)
        intact = self._policy.intact
        action: Action = "keep" if intact else decision.action
        changes = () if intact else note.changes
        text = rewrite(record.text, changes)
        kept = manifest.record_entry(file.form, self._key, record, action in _PRESENT, text, changes)
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
        if copy is not None:
            entry |= self._copy(copy)
        if findings:
            entry["findings"] = [_finding(finding) for finding in findings]
        entry |= kept.entry
        self._log(entry)
        self._count(action, bool(changes), len(findings))
        if action == "hold":
            held.add(decision, text, entry)
        return kept.data, entry

    def _copy(self, copy: Standing) -> dict[str, Any]:
        match = copy.match
        return {
            "of": self._copies.places[copy.number]._asdict(),
            "kind": match.kind,
            "similarity": round(match.similarity, 4),
            "coverage": round(match.coverage_a, 4),
        }

    def _count(self, action: Action, fixed: bool, findings: int) -> None:
        outcome = "kept" if action in _PRESENT else "dropped" if action == "drop" else "held"
        self.tally.update(
            {"articles": 1, outcome: 1, "fixed": int(fixed and outcome != "dropped"), "findings": findings}
        )

    def _log(self, entry: dict[str, Any]) -> None:
        self._account.write(manifest.line(entry))


class _Held:
    """The held articles of one file, as JSON objects; the file appears with the first of them."""

    def __init__(self, out: Path, name: str, stack: ExitStack) -> None:
        self._path = manifest.inside(out, f"{manifest.HELD}/{name}.jsonl")
        self._stack = stack
        self._stream: IO[bytes] | None = None

    def add(self, decision: Decision, text: str, entry: Mapping[str, Any]) -> None:
        """Put an article by, with the reasons."""
        if self._stream is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._stack.enter_context(self._path.open("wb"))
        article = decision.article
        shown = {"path": article.source, "line": article.line, "text": text, "reasons": decision.reasons}
        self._stream.write(manifest.line({**shown, "findings": entry.get("findings", [])}))


def _create(stack: ExitStack, target: Path, packed: bool) -> IO[bytes]:
    stream = stack.enter_context(target.open("wb"))
    if packed:
        # No name and no time in it: the same content gives the same bytes.
        return cast("IO[bytes]", stack.enter_context(gzip.GzipFile("", "wb", fileobj=stream, mtime=0)))
    return stream


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "name": finding.name,
        "level": finding.level,
        "start": finding.span.start,
        "end": finding.span.end,
        "message": finding.message,
    }
