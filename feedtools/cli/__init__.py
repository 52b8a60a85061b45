"""The command line: each command is a module that is imported when it runs."""

from __future__ import annotations

from importlib import import_module

import click

from feedtools import __version__

COMMANDS = {
    "init": "Set up a folder: configuration, hook, CI workflow",
    "check": "Find damaged and repeated articles",
    "dedup": "List copies, or explain why two texts are or are not",
    "clean": "Write a cleaned feed, and say what became of every article",
    "review": "Decide about the articles that are held, one by one",
    "publish": "Put what was decided or corrected in its place",
    "index": "Remember what was published",
    "rules": "List, explain and test rules",
    "renderers": "List renderers, or learn a new one from a sample",
    "schema": "Print the JSON Schema of a file",
    "lsp": "Serve an editor",
}
"""The commands in the order a newcomer meets them, each with a line for the list of them."""
_MODULES = {"lsp": "lsp.command"}


class LazyGroup(click.Group):
    """A group whose commands are modules of this package, imported only when one is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order a newcomer meets them."""
        return [name for name in COMMANDS if self.get_command(ctx, name)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, if there is one."""
        if cmd_name not in COMMANDS:
            return None
        module = f"{__name__}.{_MODULES.get(cmd_name, cmd_name)}"
        try:
            command = getattr(import_module(module), cmd_name)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
            return None
        assert isinstance(command, click.Command)
        command.short_help = COMMANDS[cmd_name]
        from feedtools.cli.options import with_common_options

        return with_common_options(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; where there is none of that name, say which one is meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from feedtools.errors import did_you_mean

            close = did_you_mean(args[0], COMMANDS)
            raise click.UsageError(
                error.message.rstrip(".") + (close or "; feedtools --help lists them"), ctx
            ) from None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """Lint, deduplicate and restore published text feeds."""
