"""A real Redis server for the tests of the shared store."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    folder = tmp_path_factory.mktemp("redis")
    for _ in range(5):  # somebody else may take a port that was free
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        if any(b"ready to accept connections" in line.lower() for line in process.stdout):
            break
        process.wait()
    else:
        pytest.fail("redis-server found no port")
    threading.Thread(target=process.stdout.read, daemon=True).start()  # a full pipe would stop it
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait()
