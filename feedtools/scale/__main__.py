"""Entry point for ``spark-submit``: ``spark-submit --master URL feedtools/scale/__main__.py dedup PATHS -o OUT``.

``python -m feedtools.scale`` does the same; the arguments are those of ``feedtools … --engine spark``.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Run the command line with the engine set; its exit code."""
    # spark-submit puts this folder on the path, where its modules could be taken for others, and not the package's.
    sys.path[:] = [place for place in sys.path if Path(place or ".").resolve() != HERE]
    sys.path.append(str(HERE.parents[1]))
    from feedtools.__main__ import main as run

    if sys.argv[1:2] in (["dedup"], ["clean"]):
        sys.argv[2:2] = ["--engine", "spark"]
    return run()


if __name__ == "__main__":
    sys.exit(main())
