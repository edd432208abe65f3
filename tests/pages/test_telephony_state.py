"""The PBX in «Настройки»: state of the line, «Проверить», last reconciliation (R4.3, R12.7)."""

from collections.abc import Sequence
from typing import Any

import pytest
from nicegui import ui

from kaw import db, live
from kaw.models import PbxReconciliation
from kaw.services import settings, telephony, telephony_check
from kaw.telephony.port import Check, Link, LinkState
from tests.conftest import People
from tests.pages.conftest import Visit
from tests.pages.forms import error_at, eventually, fill, press
from tests.telephony.lines import line


def announce() -> None:
    live.announce([live.TelephonyChanged()])


async def test_without_a_pbx_the_page_says_so(visit: Visit, people: People) -> None:
    """R4.3: and what to do."""
    oleg = await visit(people.oleg, "/settings")
    await oleg.should_see("Телефония не подключена")
    press(oleg, "Проверить")
    await oleg.should_see("АТС не указана: впишите её адрес.")
    await oleg.should_not_see("Последняя сверка", retries=1)


async def test_the_line_is_followed(visit: Visit, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """R4.3: each state in words, as it changes."""
    now = [Link(LinkState.WRONG_PASSWORD, 0, "Authentication failed")]
    settings.change(people.oleg, {"pbx_host": "pbx"})
    monkeypatch.setattr(telephony, "link", lambda: now[0])
    oleg = await visit(people.oleg, "/settings")
    await oleg.should_see("АТС не принимает пользователя и пароль")
    await oleg.should_see("После каждого подключения KAW читает")
    now[0] = Link(LinkState.LOST, 0, "ConnectionRefusedError: [Errno 111] Connect call failed")
    announce()
    await oleg.should_see("Нет связи с АТС")
    await oleg.should_see("По её адресу и порту никто не отвечает.")
    now[0] = Link(LinkState.READY, 1_700_000_000, "22.10.1")
    with db.transaction() as tx:
        tx.session.add(
            PbxReconciliation(
                at=db.now(), seen_live=1234, recovered=5, differing=2, problem="queue log: Permission denied; CDR: gone"
            )
        )
        tx.announce(live.TelephonyChanged())
    await oleg.should_see("Связь с АТС есть")
    await oleg.should_see("Asterisk 22.10.1 · 15.11.2023 01:13")
    for words in (
        "Последняя сверка",
        "1234",
        "Не удалось прочитать: Журнал очередей (KAW не может его прочитать), CDR (gone)",
    ):
        await oleg.should_see(words)


async def test_a_wrong_password_that_was_only_typed_is_told(visit: Visit, people: People) -> None:
    """R4.3: nothing is saved by the check, and no password stands in what it says."""
    async with line(ready=False) as ends:
        oleg = await visit(people.oleg, "/settings")
        await oleg.should_see("Адрес АТС")
        typed: dict[str, Any] = {"Адрес АТС": "127.0.0.1", "Порт": float(ends.server.port)}
        typed |= {"Пользователь интерфейса управления": "kaw", "Пароль интерфейса управления": "тайна"}
        fill(oleg, typed)
        press(oleg, "Проверить")
        await oleg.should_see("АТС не принимает пользователя kaw с этим паролем")
        assert all("тайна" not in label.text for label in oleg.find(kind=ui.label).elements)
        fill(oleg, {"Пароль интерфейса управления": "secret"})
        press(oleg, "Проверить")
        await oleg.should_see("Подключено к Asterisk 22.10.1.")
        await oleg.should_see("В правилах набора есть контекст from-internal.")
    assert settings.value("pbx_host") == ""


async def test_what_cannot_be_checked_is_marked_at_its_input(visit: Visit, people: People) -> None:
    """R4.3"""
    oleg = await visit(people.oleg, "/settings")
    await oleg.should_see("Адрес АТС")
    fill(oleg, {"Адрес АТС": "pbx", "Записи разговоров": "https://kaw:word@pbx/monitor"})
    press(oleg, "Проверить")
    await eventually(lambda: "Пользователя и пароль впишите" in error_at(oleg, "Записи разговоров"))


async def test_what_is_missing_stands_first(visit: Visit, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """R4.3"""
    real = telephony_check.check

    async def check(*args: Any) -> Sequence[Check]:
        return [*reversed(await real(*args))]

    monkeypatch.setattr(telephony_check, "check", check)
    async with line(ready=False) as ends:
        given = {"pbx_host": "127.0.0.1", "pbx_port": ends.server.port, "pbx_user": "kaw", "pbx_secret": "secret"}
        settings.change(people.oleg, given | {"pbx_cdr": "/gone/Master.csv"})
        oleg = await visit(people.oleg, "/settings")
        await oleg.should_see("Адрес АТС")
        press(oleg, "Проверить")
        await oleg.should_see("CDR. На компьютере KAW нет файла /gone/Master.csv")
        rows = [one for one in oleg.find(kind=ui.element).elements if "kaw-check" in one.classes]
        found = [
            next(c for c in ("missing", "unknown", "ok") if c in one.classes)
            for one in sorted(rows, key=lambda r: r.id)
        ]
    assert found == sorted(found, key=("missing", "unknown", "ok").index)
    assert set(found) == {"missing", "unknown", "ok"}
