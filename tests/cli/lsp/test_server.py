"""The language server, driven by a language client over standard input and output."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.commands import FORKS, Done, Waiting
from tests.places import ROOT

types = pytest.importorskip("lsprotocol.types")
client_module = pytest.importorskip("pygls.lsp.client")

from feedtools.cli.lsp.checker import Checker  # noqa: E402
from feedtools.cli.lsp.positions import LinePositions  # noqa: E402
from feedtools.config import DECISIONS_FILE  # noqa: E402
from feedtools.lint.decisions import append, choice  # noqa: E402
from tests.pace import within  # noqa: E402

HEADER = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
COPY = "卷积网络的感受野随层数线性增长,空洞卷积用同样多的参数看得更远,分割任务因此受益。"


class Editor:
    """A client that remembers the diagnostics it was sent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.client = client_module.LanguageClient("test-editor", "1")
        self.diagnostics: dict[str, list[Any]] = {}
        self.messages: list[str] = []
        self._news = asyncio.Event()
        self._version = 1

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: Any) -> None:
            self.diagnostics[params.uri] = list(params.diagnostics)
            self._news.set()

        @self.client.feature(types.WINDOW_SHOW_MESSAGE)
        def told(params: Any) -> None:
            self.messages.append(params.message)

    async def start(self, server: Waiting, encodings: list[str] | None = None) -> Any:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            await self.client.start_tcp(*listening.getsockname())
            ends, _ = listening.accept()
        self._server = asyncio.create_task(asyncio.to_thread(self._serve, server, ends))
        capabilities = types.ClientCapabilities(general=types.GeneralClientCapabilities(position_encodings=encodings))
        params = types.InitializeParams(capabilities, process_id=None, root_uri=self.folder.as_uri())
        result = await asyncio.wait_for(self.client.initialize_async(params), 60)
        self.client.initialized(types.InitializedParams())
        return result

    def _serve(self, server: Waiting, ends: socket.socket) -> Done:
        """Run a server until it is told to end."""
        with ends:  # its standard input and output: the client hears of its end
            return server.talk(["lsp", "--stdio"], self.folder, ends)

    async def stop(self) -> None:
        if not self._server.done():
            await self.client.shutdown_async(None)
            self.client.exit(None)
        done = await self._server
        await self.client.stop()
        assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr

    async def news(self, uri: str) -> list[Any]:
        await asyncio.wait_for(self._news.wait(), 20)
        self._news.clear()
        return self.diagnostics[uri]

    async def open(self, name: str, text: str) -> tuple[str, list[Any]]:
        path = self.folder / name
        path.write_text(text, encoding="utf-8", newline="")
        item = types.TextDocumentItem(path.as_uri(), "plaintext", self._version, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return path.as_uri(), await self.news(path.as_uri())

    def type(self, uri: str, text: str) -> None:
        self._version += 1
        document = types.VersionedTextDocumentIdentifier(self._version, uri)
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    async def actions(self, uri: str, where: Any, only: list[str] | None = None) -> list[Any]:
        context = types.CodeActionContext([], only=only)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), where, context)
        return list(await self.client.text_document_code_action_async(params) or [])


Body = Callable[[Editor], Awaitable[None]]
Session = Callable[..., None]


@pytest.fixture(scope="module")
def waiting() -> Iterator[Waiting]:
    """What servers are forked from: to import the protocol takes half a second, each time."""
    if not FORKS:
        pytest.skip("this system has no fork on request")
    server = Waiting("feedtools.cli.lsp.server")
    yield server
    server.end()


@pytest.fixture
def session(waiting: Waiting, tmp_path: Path) -> Session:
    """Have an editor do something in a folder of its own."""

    def session(body: Body, encodings: list[str] | None = None) -> None:
        async def run() -> None:
            editor = Editor(tmp_path)
            try:
                await editor.start(waiting, encodings)
                await body(editor)
            finally:
                await editor.stop()

        asyncio.run(run())

    return session


def only(diagnostics: list[Any], code: str) -> Any:
    [found] = [one for one in diagnostics if one.code == code]
    return found


def cut(text: str, where: Any) -> str:
    """What a range of UTF-16 code units covers."""
    line = text.split("\n")[where.start.line].encode("utf-16-le")
    return line[2 * where.start.character : 2 * where.end.character].decode("utf-16-le")


def changed(text: str, edits: list[Any]) -> str:
    lines = [line.encode("utf-16-le") for line in text.split("\n")]
    for edit in sorted(edits, key=lambda edit: (edit.range.start.line, edit.range.start.character), reverse=True):
        line, start, end = edit.range.start.line, edit.range.start.character, edit.range.end.character
        lines[line] = lines[line][: 2 * start] + edit.new_text.encode("utf-16-le") + lines[line][2 * end :]
    return "\n".join(line.decode("utf-16-le") for line in lines)


def test_diagnostics_follow_the_typing(session: Session, tmp_path: Path) -> None:
    text = f"{HEADER}😀😀 的损失为[公式],其中没有别的。\n"

    async def body(editor: Editor) -> None:
        uri, found = await editor.open("a.txt", text)
        lost = only(found, "FT102")
        assert cut(text, lost.range) == "[公式]"
        assert lost.severity == types.DiagnosticSeverity.Error
        assert lost.source == "feedtools"
        fixed = text.replace("[公式]", "平方误差")
        for end in range(len(fixed) - 3, len(fixed) + 1):
            editor.type(uri, fixed[:end])
        assert [one.code for one in await editor.news(uri) if one.code == "FT102"] == []
        editor.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))
        assert await editor.news(uri) == []

    session(body)


def test_a_fix_is_offered_and_makes_the_finding_go(session: Session, tmp_path: Path) -> None:
    text = f"{HEADER}😀我们用 modelfree 的方法 ,不需要模型。\n"

    async def body(editor: Editor) -> None:
        uri, found = await editor.open("a.txt", text)
        joined = only(found, "FT301")
        actions = await editor.actions(uri, joined.range, ["quickfix"])
        fix = next(action for action in actions if action.title.startswith("FT301: change"))
        assert fix.diagnostics[0].code == "FT301"
        assert not fix.is_preferred
        after = changed(text, fix.edit.changes[uri])
        assert "model-free 的方法" in after
        every = await editor.actions(uri, joined.range, ["source.fixAll"])
        assert [action.kind for action in every] == ["source.fixAll.feedtools"]
        settled = changed(text, every[0].edit.changes[uri])
        assert "方法,不需要" in settled
        editor.type(uri, after)
        assert [one for one in await editor.news(uri) if one.code == "FT301"] == []

    session(body)


def test_a_finding_can_be_allowed_from_the_editor(session: Session, tmp_path: Path) -> None:
    text = f"{HEADER}损失为[公式],其中没有别的。\n"

    async def body(editor: Editor) -> None:
        uri, found = await editor.open("a.txt", text)
        actions = await editor.actions(uri, only(found, "FT102").range, ["quickfix"])
        allow = next(action for action in actions if "allow" in action.title)
        create, append = allow.edit.document_changes
        assert create.uri == append.text_document.uri
        (tmp_path / "feedtools-allow.toml").write_text(append.edits[0].new_text, encoding="utf-8")
        (tmp_path / "feedtools.toml").write_text("", encoding="utf-8")
        event = types.FileEvent(create.uri, types.FileChangeType.Created)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
        assert [one for one in await editor.news(uri) if one.code == "FT102"] == []

    session(body)


def test_a_decision_counts_from_the_moment_it_is_saved(session: Session, tmp_path: Path) -> None:
    (tmp_path / "feedtools.toml").write_text("", encoding="utf-8")

    async def body(editor: Editor) -> None:
        uri, found = await editor.open("a.txt", f"{HEADER}损失为[公式],其中没有别的。\n")
        assert only(found, "FT102")
        decisions = tmp_path / DECISIONS_FILE
        append(decisions, [choice("allow", rule="FT102", words="[公式]")])
        saved = types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(decisions.as_uri()))
        editor.client.text_document_did_save(saved)
        assert [one for one in await editor.news(uri) if one.code == "FT102"] == []

    session(body)


def test_hover_shows_the_page_of_the_rule(session: Session, tmp_path: Path) -> None:
    text = f"{HEADER}损失为[公式],其中没有别的。\n"

    async def body(editor: Editor) -> None:
        uri, _ = await editor.open("a.txt", text)
        document = types.TextDocumentIdentifier(uri)
        shown = await editor.client.text_document_hover_async(types.HoverParams(document, types.Position(3, 4)))
        assert shown.contents.value.startswith("# FT102 formula-placeholder")
        assert cut(text, shown.range) == "[公式]"
        nothing = await editor.client.text_document_hover_async(types.HoverParams(document, types.Position(3, 12)))
        assert nothing is None

    session(body)


def test_the_other_copy_is_a_jump_away(session: Session, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{HEADER}第一篇说的是别的事情。\n{COPY}\n", encoding="utf-8")

    async def body(editor: Editor) -> None:
        uri, found = await editor.open("b.txt", f"{HEADER}{COPY}\n")
        copy = only(found, "FT901")
        assert copy.related_information[0].location.uri == (tmp_path / "a.txt").as_uri()
        params = types.DefinitionParams(types.TextDocumentIdentifier(uri), types.Position(3, 5))
        [there] = await editor.client.text_document_definition_async(params)
        assert (there.uri, there.range.start.line) == ((tmp_path / "a.txt").as_uri(), 4)
        editor.type(uri, f"{HEADER}另起一行。\n{COPY}\n")
        assert only(await editor.news(uri), "FT901").range.start.line == 4

    session(body)


WHOLE = (
    r"训练的目标是让预测接近真实的标签。我们把 \[L=\sum_i (y_i-f(x_i))^2\] 叫做平方损失函数,"
    "它越小说明模型的预测越准确,训练就是用梯度下降让它一步一步变小的过程。"
)


def test_what_another_copy_still_has_can_be_restored(session: Session, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{HEADER}{WHOLE}\n", encoding="utf-8")
    start, end = WHOLE.index("\\["), WHOLE.index("\\]") + 2
    text = f"{HEADER}{WHOLE[:start]}[公式]{WHOLE[end:]}\n"

    async def body(editor: Editor) -> None:
        uri, found = await editor.open("b.txt", text)
        actions = await editor.actions(uri, only(found, "FT102").range)
        restored = next(action for action in actions if action.title.startswith("restore"))
        assert "from a.txt:4" in restored.title
        assert restored.is_preferred
        assert changed(text, restored.edit.changes[uri]) == f"{HEADER}{WHOLE}\n"

    session(body)


def test_documents_of_several_lines_and_broken_ones(session: Session, tmp_path: Path) -> None:
    async def body(editor: Editor) -> None:
        text = "---\ntitle: x\n---\n\n# 题\n\n损失为[公式],其中没有别的。\n"
        _, found = await editor.open("post.md", text)
        assert cut(text, only(found, "FT102").range) == "[公式]"
        _, found = await editor.open("rows.jsonl", '{"text": "好"}\n{"body": "x"}\n')
        assert [(one.range.start.line, "no string under" in one.message) for one in found] == [(1, True)]

    session(body)


def test_a_broken_configuration_is_said(session: Session, tmp_path: Path) -> None:
    (tmp_path / "feedtools.toml").write_text("nonsense = 1\n")

    async def body(editor: Editor) -> None:
        _, found = await editor.open("a.txt", f"{HEADER}损失为[公式],其中没有别的。\n")
        assert found == []
        assert "unknown key 'nonsense'" in editor.messages[0]

    session(body)


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 14), ("utf-16", 6), ("utf-32", 5)])
def test_positions_are_counted_as_agreed(session: Session, tmp_path: Path, encoding: str, column: int) -> None:
    async def body(editor: Editor) -> None:
        _, found = await editor.open("a.txt", f"{HEADER}😀 的损失[公式],其中没有别的。\n")
        assert only(found, "FT102").range.start.character == column

    session(body, [encoding])


@given(st.text("a猫😀\n\r\u2028\x0b\ud800"), st.sampled_from(["utf-8", "utf-16", "utf-32"]), st.data())
def test_positions_and_offsets_are_inverse(text: str, encoding: str, data: st.DataObject) -> None:
    places = LinePositions(text, encoding)
    offset = data.draw(st.integers(0, len(text)))
    if text[max(0, offset - 1) : offset + 1] != "\r\n":
        assert places.offset(*places.position(offset)) == offset


def test_typing_in_a_long_document_stays_quick(tmp_path: Path) -> None:
    path = str(tmp_path / "a.txt")
    text = HEADER + "".join(f"第{number}篇文章说的是另一件事情,与别的都不相同。\n" * 1 for number in range(400))
    checker = Checker()
    checker.check(path, text)
    lines = (f"再加第{number}行。\n" for number in count())
    assert within(0.5, lambda: checker.check(path, text + next(lines)))


def message(method: str, number: int | None = None, **params: Any) -> bytes:
    body = {"jsonrpc": "2.0", "method": method, "params": params} | ({"id": number} if number is not None else {})
    data = json.dumps(body).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(data), data)


def test_the_server_ends_without_a_word_and_answers_for_documents_nobody_opened(tmp_path: Path) -> None:
    uri, closed = (tmp_path / "a.md").as_uri(), {"uri": (tmp_path / "b.md").as_uri()}
    start = {"line": 0, "character": 0}
    text, where = "# T\n\n半个字 \ud83d 与 [Math]。\n", {"start": start, "end": start}
    said = [
        message("initialize", 1, capabilities={}, rootUri=None, processId=None),
        message("initialized"),
        message(
            "textDocument/didOpen",
            textDocument={"uri": uri, "languageId": "markdown", "version": 1, "text": text},
        ),
        message("textDocument/codeAction", 2, textDocument=closed, range=where, context={"diagnostics": []}),
        message("textDocument/hover", 3, textDocument=closed, position=start),
        message("textDocument/definition", 4, textDocument=closed, position=start),
        message("shutdown", 9),
        message("exit"),
    ]  # fmt: skip
    command = [sys.executable, "-m", "feedtools", "lsp"]
    done = subprocess.run(command, input=b"".join(said), cwd=ROOT, capture_output=True, check=False, timeout=600)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr
    assert b'"code": "FT101"' in done.stdout
    assert b'"error"' not in done.stdout


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from feedtools.cli import cli

    monkeypatch.setitem(sys.modules, "pygls.lsp.server", None)
    with pytest.raises(Exception, match=r"pip install 'feedtools\[lsp\]'"):
        CliRunner().invoke(cli, ["lsp"], catch_exceptions=False)
