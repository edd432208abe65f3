"""Starting: what is wrong is said in one line, and the exit code tells a service manager (R4.1)."""

import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from kaw import certificate as own_certificate
from kaw.i18n import use_language
from tests import certificates

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


def half_given(folder: Path) -> tuple[str, str]:
    return str(certificates.make(folder)[0]), ""


def gone(folder: Path) -> tuple[str, str]:
    return str(folder / "gone.pem"), str(certificates.make(folder)[1])


def swapped(folder: Path) -> tuple[str, str]:
    certificate, key = certificates.make(folder)
    return str(key), str(certificate)


def locked(folder: Path) -> tuple[str, str]:
    certificate, key = certificates.make(folder, password=b"word")
    return str(certificate), str(key)


def of_another(folder: Path) -> tuple[str, str]:
    return str(certificates.make(folder)[0]), str(certificates.make(folder / "other")[1])


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (half_given, "KAW_TLS_CERT и KAW_TLS_KEY задаются вместе"),
        (gone, "KAW_TLS_CERT: файл"),
        (swapped, "KAW_TLS_CERT: в файле"),
        (locked, "закрыт паролем"),
        (of_another, "KAW_TLS_KEY: этот ключ не от сертификата"),
    ],
)
def test_a_certificate_that_cannot_be_used(
    tmp_path: Path, free_port: str, given: Callable[[Path], tuple[str, str]], reason: str
) -> None:
    certificate, key = given(tmp_path / "tls")
    ended = start(tmp_path / "data", KAW_PORT=free_port, KAW_TLS_CERT=certificate, KAW_TLS_KEY=key)
    refused(ended, reason)


# R4.1: browsers give the microphone to https only; the cookie of such a sign-in never travels in the open
def test_kaw_serves_https_by_itself(tmp_path: Path, free_port: str) -> None:
    certificate, key = certificates.make(tmp_path / "tls")
    with serving(tmp_path / "data", free_port, certificate, key) as log:
        trusting = ssl.create_default_context(cafile=str(certificate))
        with httpx.Client(base_url=f"https://127.0.0.1:{free_port}", verify=trusting, trust_env=False) as browser:
            until_it_answers(browser, log)
            form = {"login": "admin", "password": "Tulip-Harbour-71"}
            origin = {"Origin": f"https://127.0.0.1:{free_port}"}
            signed_in = browser.post("/login", data=form, headers=origin)
            assert signed_in.status_code == 303
            assert "; secure" in signed_in.headers["set-cookie"].lower()
            assert "error" not in signed_in.headers["location"]
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{free_port}/health", trust_env=False)
    assert f"https://127.0.0.1:{free_port}" in log.read_text(encoding="utf-8")


def test_an_expired_certificate_is_warned_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    certificate_files = [str(path) for path in certificates.make(tmp_path, days=-1)]
    with use_language("en"):
        own_certificate.check(*certificate_files)
    assert "expired on" in caplog.text


@contextmanager
def serving(data_dir: Path, port: str, certificate: Path, key: Path) -> Iterator[Path]:
    """KAW itself, until the end of the block; its log."""
    nicegui_looks_at = "PYTEST_CURRENT_TEST"
    inherited = {name: value for name, value in os.environ.items() if name != nicegui_looks_at}
    given = {"KAW_DATA_DIR": str(data_dir), "KAW_HOST": "127.0.0.1", "KAW_PORT": port}
    given |= {"KAW_TLS_CERT": str(certificate), "KAW_TLS_KEY": str(key), "KAW_ADMIN_PASSWORD": "Tulip-Harbour-71"}
    log = data_dir.parent / "kaw.log"
    with log.open("w", encoding="utf-8") as file:
        command = [sys.executable, str(ROOT / "main.py")]
        process = subprocess.Popen(
            command, cwd=data_dir.parent, env={**inherited, **given}, stdout=file, stderr=subprocess.STDOUT
        )
        try:
            yield log
        finally:
            process.terminate()
            process.wait(30)


def until_it_answers(browser: httpx.Client, log: Path) -> None:
    for _attempt in range(300):
        try:
            if browser.get("/health").status_code == 200:
                return
        except httpx.ConnectError:
            time.sleep(0.2)
    raise AssertionError(log.read_text(encoding="utf-8"))
