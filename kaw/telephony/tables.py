"""Tables that a PBX writes in a database of its own."""

from typing import Any

import sqlalchemy as sa


def engine(address: str, *, patience_s: int | None = None) -> sa.Engine:
    """A connection to it; ``mysql://`` and ``mariadb://`` mean the driver KAW brings. sqlalchemy.exc.ArgumentError when
    it is no address. ``patience_s``: how long any step may take, where the driver can be told."""
    url = sa.make_url(address)
    if url.drivername in ("mysql", "mariadb"):
        url = url.set(drivername=f"{url.drivername}+pymysql")
    limits: dict[str, Any] = {}
    if patience_s is not None and url.drivername.endswith("+pymysql"):
        limits = dict.fromkeys(("connect_timeout", "read_timeout", "write_timeout"), patience_s)
    return sa.create_engine(url, hide_parameters=True, connect_args=limits)
