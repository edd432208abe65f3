"""Starting: what is wrong is said in one line, and the exit code tells a service manager (R4.1)."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def start(data_dir: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "main.py")],
        cwd=data_dir.parent,
        env={**os.environ, "KAW_DATA_DIR": str(data_dir), "KAW_HOST": "127.0.0.1", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def taken_port() -> Iterator[str]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield str(other.getsockname()[1])


@pytest.fixture
def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def test_a_port_in_use(tmp_path: Path, taken_port: str) -> None:
    refused(start(tmp_path / "data", KAW_PORT=taken_port), f"Порт {taken_port} занят")


def test_a_data_directory_that_cannot_be_written(tmp_path: Path, free_port: str) -> None:
    (tmp_path / "data").write_text("a file where the directory should be")
    refused(start(tmp_path / "data", KAW_PORT=free_port), "Нельзя записать в каталог данных")


def test_a_database_that_is_away(tmp_path: Path, free_port: str) -> None:
    url = f"mysql+pymysql://kaw:secret-word@127.0.0.1:{free_port}/kaw"
    ended = start(tmp_path / "data", KAW_PORT=free_port, KAW_DATABASE_URL=url)
    refused(ended, "Нет связи с базой данных")
    assert "secret-word" not in ended.stdout + ended.stderr


def test_a_database_address_that_is_none(tmp_path: Path, free_port: str) -> None:
    ended = start(tmp_path / "data", KAW_PORT=free_port, KAW_DATABASE_URL="nonsense")
    refused(ended, "KAW_DATABASE_URL")


def test_a_wrong_variable(tmp_path: Path) -> None:
    ended = start(tmp_path / "data", KAW_PORT="a lot")
    assert ended.returncode == 2
    assert "port" in ended.stderr


def refused(ended: subprocess.CompletedProcess[str], reason: str) -> None:
    """Exit code 2 and one clear line, no traceback."""
    assert ended.returncode == 2, ended.stderr
    lines = [line for line in ended.stderr.splitlines() if line.startswith("KAW: ")]
    assert len(lines) == 1, ended.stderr
    assert reason in lines[0]
    assert "Traceback" not in ended.stderr
