"""Tables that a PBX writes in a database of its own."""

import sqlalchemy as sa


def engine(address: str) -> sa.Engine:
    """A connection to it; ``mysql://`` and ``mariadb://`` mean the driver KAW brings. sqlalchemy.exc.ArgumentError when
    it is no address."""
    url = sa.make_url(address)
    if url.drivername in ("mysql", "mariadb"):
        url = url.set(drivername=f"{url.drivername}+pymysql")
    return sa.create_engine(url, hide_parameters=True)
