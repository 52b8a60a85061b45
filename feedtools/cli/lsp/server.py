"""The language server over pygls: diagnostics, code actions, hover, the other copy."""

from __future__ import annotations

import asyncio
import os
import re
from typing import Any
from urllib.request import pathname2url

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from feedtools import __version__
from feedtools.cli.lsp.checker import Checker, Placed
from feedtools.cli.lsp.positions import LinePositions
from feedtools.config import ALLOW_FILE, DECISIONS_FILE
from feedtools.config import FILE as CONFIG_FILE
from feedtools.errors import FeedtoolsError
from feedtools.lint import allow
from feedtools.model import Edit
from feedtools.report.regions import quoted
from feedtools.report.rule_pages import page

PAUSE = 0.15
"""Seconds without a keystroke before a document is checked."""
_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "note": types.DiagnosticSeverity.Information,
}
_HALF = re.compile("[\ud800-\udfff]")
"""Half of a pair of UTF-16, which an editor may send while a character is being typed, and no file can hold."""
_CONFIGURATION = {CONFIG_FILE, ALLOW_FILE, DECISIONS_FILE, "pyproject.toml"}
_FIX_ALL = "source.fixAll.feedtools"


class Server(LanguageServer):
    """A server and what it knows of the open documents."""

    def __init__(self) -> None:
        # Whole texts: a library that counts lines in its own way would misplace the edits of texts with odd separators.
        super().__init__("feedtools", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.checker = Checker()
        self.placed: dict[str, list[Placed]] = {}
        self.versions: dict[str, int | None] = {}

    def text(self, uri: str) -> str:
        """The document as it stands in the editor, with half characters as replacement characters."""
        return _HALF.sub("\ufffd", self.workspace.get_text_document(uri).source)

    def is_open(self, uri: str) -> bool:
        """Tell whether the document is open in the editor."""
        return uri in self.workspace.text_documents

    @property
    def encoding(self) -> str:
        """Encoding whose units the editor counts columns in."""
        agreed = self.workspace.position_encoding or "utf-16"
        return agreed.value if isinstance(agreed, types.PositionEncodingKind) else agreed

    def places(self, uri: str) -> LinePositions:
        """Count the positions of a document in the agreed encoding."""
        return LinePositions(self.text(uri), self.encoding)

    def range(self, places: LinePositions, start: int, end: int) -> types.Range:
        """A range of code points as the editor counts."""
        return types.Range(types.Position(*places.position(start)), types.Position(*places.position(end)))

    def publish(self, uri: str, *, compare: bool) -> None:
        """Check a document and tell the editor; with ``compare``, look for copies too."""
        path = to_fs_path(uri)
        if path is None:
            return
        text = self.text(uri)
        try:
            if compare:
                self.checker.compare(path, text)
            self.placed[uri] = self.checker.check(path, text)
        except (FeedtoolsError, OSError) as error:
            self.placed[uri] = []
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, str(error)))
        places = self.places(uri)
        found = [self.diagnostic(places, one) for one in self.placed[uri]]
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, found, self.workspace.get_text_document(uri).version)
        )

    def diagnostic(self, places: LinePositions, one: Placed) -> types.Diagnostic:
        """One finding as the editor shows it."""
        where = self.range(places, one.start, one.end)
        if one.finding is None:
            return types.Diagnostic(where, one.failure, types.DiagnosticSeverity.Error, source="feedtools")
        related = [
            types.DiagnosticRelatedInformation(_location(place.path, place.line), "the copy it repeats")
            for place in one.finding.related
        ]
        return types.Diagnostic(
            where,
            f"{one.finding.message} ({one.finding.name})",
            _SEVERITIES[one.finding.level],
            one.finding.rule,
            source="feedtools",
            related_information=related or None,
        )

    def at(self, uri: str, where: types.Range) -> list[Placed]:
        """List the findings that a range touches."""
        places = self.places(uri)
        start, end = (places.offset(spot.line, spot.character) for spot in (where.start, where.end))
        return [one for one in self.placed.get(uri, []) if one.start <= end and start <= one.end]

    def edits(self, uri: str, edits: list[Edit]) -> list[types.TextEdit]:
        """Edits as the editor makes them."""
        places = self.places(uri)
        return [types.TextEdit(self.range(places, edit.start, edit.end), edit.text) for edit in edits]


def _uri(path: str) -> str:
    return "file://" + pathname2url(os.path.abspath(path))


def _location(path: str, line: int) -> types.Location:
    start = types.Position(max(0, line - 1), 0)
    return types.Location(_uri(path), types.Range(start, start))


def did_open(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    """Check a document that was opened, and look for copies of its articles."""
    server.publish(params.text_document.uri, compare=True)


async def did_change(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    """Check a document once its author pauses."""
    uri, version = params.text_document.uri, params.text_document.version
    server.versions[uri] = version
    await asyncio.sleep(PAUSE)
    if server.versions.get(uri) == version and uri in server.workspace.text_documents:
        server.publish(uri, compare=False)


def did_save(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    """Look for copies again; where configuration was saved, check everything by it."""
    uri = params.text_document.uri
    if os.path.basename(to_fs_path(uri) or "") in _CONFIGURATION:
        _reload(server)
    server.publish(uri, compare=True)


def _reload(server: Server) -> None:
    server.checker.forget()
    for uri in list(server.placed):
        server.publish(uri, compare=True)


def did_change_files(server: Server, _params: types.DidChangeWatchedFilesParams) -> None:
    """Check everything anew: configuration changed on disk."""
    _reload(server)


def did_close(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    """Forget a document, and take its diagnostics away."""
    uri = params.text_document.uri
    server.placed.pop(uri, None)
    server.versions.pop(uri, None)
    server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))


def code_action(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    """A fix for each finding in the range, a way to allow it, and one action for all safe fixes."""
    uri, only = params.text_document.uri, params.context.only
    actions: list[types.CodeAction] = []
    if not server.is_open(uri):
        return actions
    if _wanted(types.CodeActionKind.QuickFix, only):
        for one in server.at(uri, params.range):
            actions += _quick_fixes(server, uri, one)
        actions += _restorations(server, uri, params.range)
    if _wanted(_FIX_ALL, only):
        path = to_fs_path(uri)
        edits = server.edits(uri, server.checker.fix_all(path, server.text(uri))) if path else []
        if edits:
            edit = types.WorkspaceEdit(changes={uri: edits})
            actions.append(types.CodeAction("feedtools: apply all safe fixes", _FIX_ALL, edit=edit))
    return actions


def _wanted(kind: str, only: Any) -> bool:
    return not only or any(kind == wanted or kind.startswith(f"{wanted}.") for wanted in only)


def _quick_fixes(server: Server, uri: str, one: Placed) -> list[types.CodeAction]:
    if one.finding is None:
        return []
    actions = []
    shown = server.diagnostic(server.places(uri), one)
    if one.edits and one.finding.fix:
        new = " … ".join(edit.text for edit in one.edits)
        title = f"{one.finding.rule}: change to {new[:60]!r}" if new else f"{one.finding.rule}: remove it"
        edit = types.WorkspaceEdit(changes={uri: server.edits(uri, list(one.edits))})
        safe = one.finding.fix.safety == "safe"
        actions.append(
            types.CodeAction(title, types.CodeActionKind.QuickFix, diagnostics=[shown], is_preferred=safe, edit=edit)
        )
    path = to_fs_path(uri)
    if path and one.finding.article.text:
        actions.append(_allow(server, path, one, shown))
    return actions


def _restorations(server: Server, uri: str, where: types.Range) -> list[types.CodeAction]:
    """Offer what other copies of the article can give back here; what is certain is preferred."""
    path = to_fs_path(uri)
    if path is None:
        return []
    places = server.places(uri)
    start, end = (places.offset(spot.line, spot.character) for spot in (where.start, where.end))
    actions = []
    for edit, one in server.checker.repairs(path, server.text(uri)):
        if edit.start <= end and start <= edit.end:
            doubt = "" if one.safety == "safe" else f" (doubtful: {one.reason})"
            title = f"restore {edit.text[:40]!r} from {os.path.basename(one.source.path)}:{one.source.line}{doubt}"
            change = types.WorkspaceEdit(changes={uri: server.edits(uri, [edit])})
            preferred = one.safety == "safe"
            actions.append(types.CodeAction(title, types.CodeActionKind.QuickFix, is_preferred=preferred, edit=change))
    return actions


def _allow(server: Server, path: str, one: Placed, shown: types.Diagnostic) -> types.CodeAction:
    """Offer an entry at the end of the allow file, which is made where there is none."""
    assert one.finding is not None
    file = server.checker.setting(path).config.root / ALLOW_FILE
    uri = _uri(str(file))
    try:
        now = file.read_text(encoding="utf-8")
    except OSError:
        now = ""
    end = types.Position(*LinePositions(now, server.encoding).position(len(now)))
    entry = ("" if not now or now.endswith("\n") else "\n") + "\n" + allow.entry(one.finding, file.parent)
    create = types.CreateFile(uri, options=types.CreateFileOptions(ignore_if_exists=True))
    append = types.TextDocumentEdit(
        types.OptionalVersionedTextDocumentIdentifier(uri), [types.TextEdit(types.Range(end, end), entry)]
    )
    return types.CodeAction(
        f"{one.finding.rule}: allow {quoted(one.finding, 30)!r} in {ALLOW_FILE}",
        types.CodeActionKind.QuickFix,
        diagnostics=[shown],
        edit=types.WorkspaceEdit(document_changes=[create, append]),
    )


def hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    """The page of the rule under the cursor."""
    uri = params.text_document.uri
    path = to_fs_path(uri)
    if path is None or not server.is_open(uri):
        return None
    found = [one for one in server.at(uri, types.Range(params.position, params.position)) if one.finding]
    if not found:
        return None
    one = min(found, key=lambda one: one.end - one.start)
    assert one.finding is not None
    rule = server.checker.rule(path, one.finding.rule)
    if rule is None:
        return None
    text = types.MarkupContent(types.MarkupKind.Markdown, page(rule))
    return types.Hover(text, server.range(server.places(uri), one.start, one.end))


def definition(server: Server, params: types.DefinitionParams) -> list[types.Location]:
    """The other copies of the article under the cursor."""
    if not server.is_open(params.text_document.uri):
        return []
    found = server.at(params.text_document.uri, types.Range(params.position, params.position))
    return [
        _location(place.path, place.line) for one in found if one.finding is not None for place in one.finding.related
    ]


def create() -> Server:
    """A server with all its features."""
    server = Server()
    kinds = [types.CodeActionKind.QuickFix, _FIX_ALL]
    for method, function, options in (
        (types.TEXT_DOCUMENT_DID_OPEN, did_open, None),
        (types.TEXT_DOCUMENT_DID_CHANGE, did_change, None),
        (types.TEXT_DOCUMENT_DID_SAVE, did_save, None),
        (types.TEXT_DOCUMENT_DID_CLOSE, did_close, None),
        (types.WORKSPACE_DID_CHANGE_WATCHED_FILES, did_change_files, None),
        (types.TEXT_DOCUMENT_CODE_ACTION, code_action, types.CodeActionOptions(kinds)),
        (types.TEXT_DOCUMENT_HOVER, hover, None),
        (types.TEXT_DOCUMENT_DEFINITION, definition, None),
    ):
        server.feature(method, options)(function)
    return server


def serve() -> None:
    """Answer one editor over standard input and output."""
    create().start_io()
