"""``python -m feedtools`` and the console script: no traceback reaches a user."""

from __future__ import annotations

import os
import sys

from feedtools.errors import FeedtoolsError


def main() -> int:
    """Run the command line; the exit code is 0 clean, 1 findings, 2 could not check, 130 interrupted."""
    from feedtools.cli import cli

    try:
        cli.main(prog_name="feedtools")
    except FeedtoolsError as error:
        print(f"feedtools: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2


if __name__ == "__main__":
    sys.exit(main())
