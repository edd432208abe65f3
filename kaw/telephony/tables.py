"""Tables that a PBX writes in a database of its own."""

from typing import Any

import sqlalchemy as sa

PATIENCE_S = 60


def engine(address: str, *, patience_s: int = PATIENCE_S) -> sa.Engine:
    """A connection to it; ``mysql://`` and ``mariadb://`` mean the driver KAW brings. sqlalchemy.exc.ArgumentError when
    it is no address. ``patience_s``: how long any step may take, where the driver can be told."""
    url = sa.make_url(address)
    if url.drivername in ("mysql", "mariadb"):
        url = url.set(drivername=f"{url.drivername}+pymysql")
    limits: dict[str, Any] = {}
    if url.drivername.endswith("+pymysql"):
        limits = dict.fromkeys(("connect_timeout", "read_timeout", "write_timeout"), patience_s)
    made = sa.create_engine(url, hide_parameters=True, connect_args=limits)
    if made.dialect.name == "sqlite":
        sa.event.listen(made, "connect", _read_any_bytes)
    return made


def text(cell: object) -> str:
    """A cell as text; "" for NULL."""
    if cell is None:
        return ""
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)


def _read_any_bytes(connection: Any, _record: object) -> None:
    """SQLite takes whatever bytes a caller sent as his name, and by default refuses to read them back."""
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
