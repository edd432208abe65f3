"""What a user's own browser needs to be his phone: the only secret that leaves KAW, and only to its owner (R4.3)."""

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from kaw import db
from kaw.models import User
from kaw.services import access, secrets, settings
from kaw.services.access import Actor
from kaw.services.call_partners import sees_numbers

TURN_HOURS = 12  # how long a browser may use the relay with what it was given


@dataclass(frozen=True)
class SoftphoneLogin:
    """The account of a user's phone. ``ha1`` is md5(login:realm:password): the password itself stays here."""

    ws_url: str
    aor: str
    login: str
    realm: str
    ha1: str = field(repr=False)
    ice_servers: tuple[dict[str, str], ...] = field(default=(), repr=False)
    show_numbers: bool = True


def login(actor: Actor) -> SoftphoneLogin | None:
    """The acting user's own; None when there is no softphone: no address, no internal number or no password."""
    rights = access.rights(actor)
    address = str(settings.value("pbx_ws_url"))
    with db.reading() as session:
        user = session.get(User, actor.user_id)
    if not address or user is None or not user.extension or not user.sip_secret:
        return None
    domain = str(settings.value("pbx_sip_domain")) or urlsplit(address).hostname or ""
    realm = str(settings.value("pbx_sip_realm")) or domain
    secret = secrets.decrypt(user.sip_secret)
    return SoftphoneLogin(
        ws_url=address,
        aor=f"sip:{user.extension}@{domain}",
        login=user.extension,
        realm=realm,
        ha1=hashlib.md5(f"{user.extension}:{realm}:{secret}".encode(), usedforsecurity=False).hexdigest(),
        ice_servers=_ice_servers(user.extension),
        show_numbers=sees_numbers(rights),
    )


def _ice_servers(extension: str) -> tuple[dict[str, str], ...]:
    """STUN, and TURN with what it takes: a fixed account, or one that KAW makes for some hours (RFC draft
    behave-turn-rest, ``use-auth-secret`` of coturn)."""
    stun, turn = str(settings.value("pbx_stun")), str(settings.value("pbx_turn"))
    servers = [{"urls": stun}] if stun else []
    if turn:
        user, secret = str(settings.value("pbx_turn_user")), settings.secret("pbx_turn_secret")
        if not user:
            user = f"{int(time.time()) + TURN_HOURS * 3600}:{extension}"
            signed = hmac.new(secret.encode(), user.encode(), hashlib.sha1).digest()
            secret = base64.b64encode(signed).decode()
        servers.append({"urls": turn, "username": user, "credential": secret})
    return tuple(servers)
