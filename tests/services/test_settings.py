"""«Настройки» (R7.8) and the key of stored secrets (R4.3)."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kaw import live
from kaw.config import config
from kaw.errors import AccessDenied, InvalidValues, Unavailable
from kaw.models import AuditAction
from kaw.services import audit, secrets, settings
from tests.conftest import People
from tests.sign_ins import heard, meet

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"
PIXEL = "data:image/png;base64,iVBORw0KGgo="


@pytest.mark.parametrize("key", sorted(settings.SETTINGS))
def test_every_setting_is_described_in_both_languages(key: str) -> None:
    assert DOCUMENT.read_text(encoding="utf-8").count(f"| `{key}` |") == 2


@pytest.mark.parametrize("kind", settings.SETTINGS.values(), ids=lambda kind: kind.key)
def test_a_default_is_itself_allowed(kind: settings.SettingKind) -> None:
    assert kind.check(kind.key, kind.default) == kind.default
    assert kind.options is None or kind.default in kind.options


def test_an_administrator_changes_settings(people: People) -> None:
    assert settings.value("company_name") == ""
    with heard(live.SettingsChanged) as events:
        settings.change(people.oleg, {"company_name": " ООО  «Ромашка» ", "accent_color": "#AA0011", "logo": PIXEL})
    assert [set(event.keys) for event in events] == [{"company_name", "accent_color", "logo"}]
    assert settings.value("company_name") == "ООО «Ромашка»"
    assert settings.all_settings(people.oleg)["accent_color"] == "#aa0011"
    assert settings.all_settings(people.oleg).keys() == settings.SETTINGS.keys()


def test_what_stays_the_same_is_no_change(people: People) -> None:
    settings.change(people.oleg, {"session_limit": 5})
    with heard(live.SettingsChanged) as events:
        settings.change(people.oleg, {"session_limit": "5", "language": "ru"})
    assert events == []
    assert len(audit.search(people.oleg, action=AuditAction.SETTING_CHANGED)) == 1


@pytest.mark.parametrize("name", ["anna", "boris", "vera"])
def test_others_neither_read_nor_change_them(people: People, name: str) -> None:
    with pytest.raises(AccessDenied):
        settings.all_settings(getattr(people, name))
    with pytest.raises(AccessDenied):
        settings.change(getattr(people, name), {"company_name": "Моя"})
    assert settings.value("company_name") == ""


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("company_name", "я" * 81),
        ("logo", "data:image/svg+xml;base64,PHN2Zz4="),
        ("logo", "https://example.com/logo.png"),
        ("logo", 'data:image/png;base64,AA" onerror="alert(1)'),
        ("logo", "data:image/png;base64," + "A" * 300_000),
        ("accent_color", "red"),
        ("accent_color", "#fff;background:url(x)"),
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", ["Europe/Moscow"]),
        ("language", "fr"),
        ("phone_region", "XX"),
        ("phone_region", None),
        ("upload_limit_mb", 0),
        ("upload_limit_mb", "much"),
        ("session_limit", -1),
        ("audit_days", 29),
        ("sip_self_service", "yes"),
        ("no_such_setting", 1),
    ],
)
def test_a_wrong_value_changes_nothing(people: People, key: str, wrong: object) -> None:
    with pytest.raises(InvalidValues) as refused:
        settings.change(people.oleg, {"company_name": "ООО «Ромашка»"} | {key: wrong})
    assert [error.field for error in refused.value.errors] == [key]
    assert settings.value("company_name") == ""


def test_two_administrators_change_settings_at_once(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, settings, "_stored", after=True)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda number: settings.change(people.oleg, {"upload_limit_mb": number}), (7, 8)))
    assert settings.value("upload_limit_mb") in (7, 8)


# R4.3: a dump of the database is of no use without the key
def test_a_secret_is_read_back_with_the_installations_key(data_dir: Path) -> None:
    kept = secrets.encrypt("sip-Пароль")
    assert "sip" not in kept
    assert secrets.decrypt(kept) == "sip-Пароль"
    assert secrets.encrypt("sip-Пароль") != kept
    (key_file,) = data_dir.iterdir()
    assert key_file.name == secrets.KEY_FILE
    assert key_file.stat().st_mode & 0o077 == 0


def test_a_foreign_key_reads_nothing(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = secrets.encrypt("sip-password")
    monkeypatch.setenv("KAW_SECRET_KEY", "another")
    config.cache_clear()
    with pytest.raises(Unavailable):
        secrets.decrypt(kept)
    assert secrets.decrypt(secrets.encrypt("x")) == "x"


def test_two_processes_make_one_key(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "_key_of", secrets._key_of.__wrapped__)  # each thread as a process of its own
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _number: secrets.key(), range(16)))
    assert len(keys) == 1
    assert [path.name for path in data_dir.iterdir()] == [secrets.KEY_FILE]


def test_an_empty_key_file_is_no_key(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / secrets.KEY_FILE).write_text("\n")
    with pytest.raises(Unavailable):
        secrets.encrypt("x")


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("pbx_own_numbers", "abc"),
        ("pbx_own_numbers", "9" * 60),
        ("pbx_own_numbers", "+7 495 995-00-54\n'; DROP TABLE call"),
        ("pause_types", "Перерыв\na|b"),
        ("pause_types", "Обед; чай"),
    ],
)
def test_what_the_pbx_could_not_take_is_refused_at_its_setting(people: People, key: str, wrong: str) -> None:
    """R7.8: not later, when an operator presses the button."""
    with pytest.raises(InvalidValues) as refused:
        settings.change(people.oleg, {key: wrong})
    assert [error.field for error in refused.value.errors] == [key]
