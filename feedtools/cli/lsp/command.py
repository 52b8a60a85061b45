"""``feedtools lsp``: the language server, for editors."""

from __future__ import annotations

import click

from feedtools.errors import FeedtoolsError


@click.command()
@click.option("--stdio", is_flag=True, help="Talk over standard input and output; there is no other way.")
def lsp(stdio: bool) -> None:  # noqa: ARG001  (editors pass it)
    """Serve an editor: findings while typing, fixes, the page of a rule, the other copy of a duplicate."""
    try:
        import pygls.lsp.server  # noqa: F401
    except ImportError as error:
        raise FeedtoolsError(
            "the language server needs pygls; install it with: pip install 'feedtools[lsp]'"
        ) from error
    from feedtools.cli.lsp.server import serve

    serve()
