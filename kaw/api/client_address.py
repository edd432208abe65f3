"""Where a request comes from, whatever its headers claim (threats: password guessing)."""

from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.requests import Request

from kaw.config import config


def address_of(request: Request) -> str:
    """The client's address: the last one in X-Forwarded-For that no trusted proxy added, else the peer's own."""
    address = request.client.host if request.client else ""
    forwarded = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",") if part.strip()]
    while _is_trusted(address) and forwarded:
        address = forwarded.pop()
    return address[:64]


def is_https(request: Request) -> bool:
    """Whether the browser speaks HTTPS, to KAW or to a trusted proxy."""
    if request.url.scheme == "https":
        return True
    peer = request.client.host if request.client else ""
    return _is_trusted(peer) and request.headers.get("x-forwarded-proto", "").lower() == "https"


def same_origin(request: Request) -> bool:
    """Whether a form was sent from a page of this KAW. Browsers name the origin with every POST."""
    origin = request.headers.get("origin")
    if origin is None:
        return True
    return origin.partition("://")[2] == request.headers.get("host", "")


def _is_trusted(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in _networks(config().trusted_proxies))


@cache
def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
