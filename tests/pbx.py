"""A PBX that only writes down what it is asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kaw.services import telephony
from kaw.telephony.port import Link, LinkState, PbxRefused, PbxUnavailable


class PaperPbx:
    """Commands as ``(name, values)``; ``refuse`` is what it answers instead."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.link = Link(LinkState.READY)
        self.refuse: PbxRefused | None = None

    def names(self) -> list[str]:
        """What was asked for, in order."""
        return [name for name, _values in self.asked]

    async def originate(self, **values: Any) -> None:
        self._note("originate", values)

    async def hang_up(self, name: str, **values: Any) -> None:
        self._note("hang_up", {"name": name, **values})

    async def transfer(self, name: str, **values: Any) -> None:
        self._note("transfer", {"name": name, **values})

    async def pause(self, interface: str, **values: Any) -> None:
        self._note("pause", {"interface": interface, **values})

    async def join(self, queue: str, interface: str, **values: Any) -> None:
        self._note("join", {"queue": queue, "interface": interface, **values})

    async def leave(self, queue: str, interface: str) -> None:
        self._note("leave", {"queue": queue, "interface": interface})

    async def listen_in(self, interface: str, target: str, *, mode: str) -> None:
        self._note("listen_in", {"interface": interface, "target": target, "mode": mode})

    def _note(self, name: str, values: dict[str, Any]) -> None:
        if self.link.state is not LinkState.READY:
            raise PbxUnavailable
        if self.refuse is not None:
            raise self.refuse
        self.asked.append((name, values))


@contextmanager
def connected(monkeypatch: pytest.MonkeyPatch) -> Iterator[PaperPbx]:
    """Telephony is there, and this is its PBX."""
    pbx = PaperPbx()
    monkeypatch.setattr(telephony, "configured", lambda: True)
    monkeypatch.setattr(telephony, "link", lambda: pbx.link)
    monkeypatch.setattr(telephony, "pbx", lambda: pbx)
    yield pbx
