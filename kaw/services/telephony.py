"""The line to the PBX: whether there is one, who may use it, and which process holds it.

Exactly one KAW process talks to the PBX: a lease in the database decides, and another process takes over when its
holder dies. The holder feeds the recorder, in order and off the event loop.
"""

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from kaw import db, live
from kaw.config import config
from kaw.errors import KawError, Unavailable
from kaw.models import TelephonyLease
from kaw.services import call_follow_up, line_elsewhere, settings, telephony_past
from kaw.services.cache import Cache
from kaw.services.calls.recorder import Recorder
from kaw.telephony.asterisk import Asterisk, AsteriskOptions
from kaw.telephony.events import PbxEvent
from kaw.telephony.port import Commands, Link, LinkState, PbxUnavailable, Snapshot

log = logging.getLogger(__name__)

LEASE_S, RENEW_S = 15, 5
CONNECTION = {
    *("pbx_host", "pbx_port", "pbx_tls", "pbx_tls_ca", "pbx_user", "pbx_secret", "pbx_trunks"),
    *("pbx_dial_context", "pbx_transfer_context", "pbx_listen_context", "pbx_queue_log", "pbx_cdr", "pbx_time_zone"),
}  # settings that a living line does not take up by itself
AGAIN_S = (
    60.0,
    600.0,
    3600.0,
)  # a CDR written in batches comes later than its calls, and talks found going on end later


class LeaseLost(KawError):
    """Another process has taken over: what this one still hears is that one's to write."""


class Owner:
    """What this process does for the PBX: holds the lease or waits for it, and keeps the line while it has it."""

    def __init__(self) -> None:
        self.name = uuid.uuid4().hex
        self.pbx: Asterisk | None = None
        self._follow_up: call_follow_up.FollowUp | None = None
        self._recorder: Recorder | None = None
        self._later: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._ended = False
        self._renewed = time.monotonic()

    async def run(self) -> None:
        """Until ``stop``: take the lease when it is free, renew it, begin anew when the settings change."""
        while not self._ended:
            try:
                await self._look()
            except Exception as error:
                if isinstance(error, KawError | TimeoutError):
                    log.warning("telephony waits: %s", error or "the database does not answer")
                else:
                    log.exception("telephony waits")
                if time.monotonic() - self._renewed > LEASE_S - RENEW_S:
                    await self._hang_up()  # another process may take the lease: never two at once
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), RENEW_S)
                await self._hang_up()
            self._changed.clear()

    async def stop(self) -> None:
        """Give up the line and the lease."""
        self._ended = True
        self._changed.set()
        await self._hang_up()
        with contextlib.suppress(KawError):
            await db.in_thread(_release, self.name)

    def begin_anew(self) -> None:
        """The settings of the PBX changed."""
        self._changed.set()

    async def _look(self) -> None:
        asked = time.monotonic()
        held = configured() and await asyncio.wait_for(db.in_thread(_take, self.name), RENEW_S)
        self._renewed = asked
        if held and self.pbx is None and not self._ended:
            await self._begin()
        elif not held and self.pbx is not None:
            await self._hang_up()

    async def _begin(self) -> None:
        self._follow_up = call_follow_up.FollowUp(pbx)
        self._recorder = Recorder(telephony_past.parties, self._follow_up.hooks(), partial(_require, self.name))
        await db.in_thread(self._recorder.load)
        self.pbx = Asterisk(await db.in_thread(options), self._absorb, self._ready, self._tell)
        await self.pbx.start()

    async def _hang_up(self) -> None:
        line, self.pbx = self.pbx, None
        if self._follow_up is not None:
            self._follow_up.stop()
        if line is not None:
            await line.stop()
        for task in list(self._later):
            task.cancel()

    async def _absorb(self, events: Sequence[PbxEvent]) -> None:
        """The next batch only when this one is in the tables; a database that is away is waited for."""
        assert self._recorder is not None  # noqa: S101 - there is a line, so there is a recorder
        await self._until_there(partial(self._recorder.absorb, events))

    async def _ready(self, snapshot: Snapshot) -> None:
        """The line is new: what happened meanwhile comes before anything that happens now."""
        assert self._recorder is not None and self._follow_up is not None  # noqa: S101 - see above
        await self._until_there(partial(telephony_past.catch_up, self._recorder, snapshot))
        await self._follow_up.take_up()
        for wait in AGAIN_S:
            self._do_later(self._look_again(snapshot, wait))

    async def _look_again(self, snapshot: Snapshot, wait: float) -> None:
        await asyncio.sleep(wait)
        if self._recorder is not None and self.pbx is not None:
            with contextlib.suppress(KawError):
                await db.in_thread(telephony_past.look_again, self._recorder, snapshot)

    async def _until_there(self, work: Callable[[], object]) -> None:
        while True:
            try:
                await db.in_thread(work)
            except Unavailable:
                log.warning("call records wait for the database")
                await asyncio.sleep(1)
            except LeaseLost:
                log.warning("another process holds the line to the PBX")
                self._changed.set()
                raise
            else:
                return

    def _tell(self, line: Link) -> None:
        self._do_later(self._note(line))

    def _do_later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def _note(self, line: Link) -> None:
        with contextlib.suppress(KawError):
            await db.in_thread(_note_state, self.name, line)


_owner: Owner | None = None
_elsewhere: line_elsewhere.LineElsewhere | None = None  # with Redis


def configured() -> bool:
    """Whether a PBX has been set up at all."""
    return bool(settings.value("pbx_host"))


def link() -> Link:
    """How the line is now, whichever process holds it."""
    if not configured():
        return Link(LinkState.OFF)
    if _owner is not None and _owner.pbx is not None:
        return _owner.pbx.link
    return _link_elsewhere.get(None)


def pbx() -> Commands:
    """The PBX to send commands to. PbxUnavailable: there is no line, or no way to the process that holds it."""
    own = _own_line()
    if own is not None:
        return own
    if _elsewhere is None or link().state is not LinkState.READY:
        raise PbxUnavailable
    return _elsewhere.commands


def _own_line() -> Asterisk | None:
    return _owner.pbx if _owner is not None else None


def options(drafted: Mapping[str, Any] | None = None) -> AsteriskOptions:
    """Where the PBX is, by the settings or by others in their place (plain, as ``settings.drafted`` gives them)."""
    values = settings.plain("pbx_") if drafted is None else drafted
    contexts = (str(values["pbx_dial_context"]), str(values["pbx_transfer_context"]))
    return AsteriskOptions(
        host=str(values["pbx_host"]),
        port=int(values["pbx_port"]),
        tls=bool(values["pbx_tls"]),
        tls_ca=str(values["pbx_tls_ca"]),
        user=str(values["pbx_user"]),
        secret=str(values["pbx_secret"]),
        contexts=tuple(dict.fromkeys(name for name in contexts if name)),
        listen_context=str(values["pbx_listen_context"]),
        trunks=tuple(values["pbx_trunks"]),
    )


async def serve() -> None:
    """Once per process, on its event loop, until ``stop``."""
    global _owner, _elsewhere
    owner = _owner = Owner()
    if config().redis_url:
        _elsewhere = line_elsewhere.LineElsewhere(config().redis_url, _own_line)
        _elsewhere.start()
    live.on(live.SettingsChanged).subscribe(_settings_changed)
    await owner.run()


async def stop() -> None:
    """The process ends."""
    global _owner, _elsewhere
    owner, _owner = _owner, None
    elsewhere, _elsewhere = _elsewhere, None
    if elsewhere is not None:
        await elsewhere.stop()
    if owner is not None:
        live.on(live.SettingsChanged).unsubscribe(_settings_changed)
        await owner.stop()


def _settings_changed(event: live.SettingsChanged) -> None:
    if _owner is not None and not CONNECTION.isdisjoint(event.keys):
        _owner.begin_anew()


def _take(name: str) -> bool:
    """Take or renew the lease; False while another process has it."""
    now = db.now()
    values = {"holder": name, "until": now + timedelta(seconds=LEASE_S)}
    mine = sa.or_(col(TelephonyLease.holder) == name, col(TelephonyLease.until) < now)
    with db.transaction() as tx:
        connection = tx.session.connection()
        if connection.execute(sa.update(TelephonyLease).where(mine).values(values)).rowcount:
            return True
        if tx.session.get(TelephonyLease, 1) is not None:
            return False
        connection.execute(sa.insert(TelephonyLease).values(id=1, state="", detail="", **values))
        return True


def _require(name: str, session: Session) -> None:
    """LeaseLost unless the lease is this process's, and nobody takes it before the transaction ends."""
    holder = select(TelephonyLease.holder).where(TelephonyLease.id == 1).with_for_update(read=True)
    if session.exec(holder).first() != name:
        raise LeaseLost


def _release(name: str) -> None:
    with db.transaction() as tx:
        mine = col(TelephonyLease.holder) == name
        tx.session.connection().execute(sa.delete(TelephonyLease).where(mine))


def _note_state(name: str, line: Link) -> None:
    with db.transaction() as tx:
        mine = col(TelephonyLease.holder) == name
        values = {"state": line.state.value, "detail": line.detail[:255]}
        tx.session.connection().execute(sa.update(TelephonyLease).where(mine).values(values))
        tx.announce(live.TelephonyChanged())


def _read_elsewhere(_key: None) -> Link:
    with db.reading() as session:
        lease = session.get(TelephonyLease, 1)
    if lease is None or lease.until < db.now() or not lease.state:
        return Link(LinkState.CONNECTING, time.time())
    return Link(LinkState(lease.state), 0.0, lease.detail)


_link_elsewhere: Cache[None, Link] = Cache(
    _read_elsewhere, drop_on=(live.TelephonyChanged, live.SettingsChanged), patient=True
)
