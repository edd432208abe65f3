"""What a user's own browser needs to be his phone: the only secret that leaves KAW, and only to its owner (R4.3)."""

import base64
import hashlib
import hmac
import logging
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from kaw import db
from kaw.errors import InvalidValue, Unavailable
from kaw.models import User
from kaw.services import access, secrets, settings
from kaw.services.access import Actor
from kaw.services.call_scope import sees_numbers

log = logging.getLogger(__name__)

TURN_HOURS = 12  # how long a browser may use the relay with what it was given
RENEW_S = TURN_HOURS * 3600 / 2  # after which a page that is still open is to be given it anew


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
    """The acting user's own; None when there is no softphone: no address, no internal number or no password.

    InvalidValue at ``sip_password``: there is one that cannot be read, as the secret key has changed.
    """
    rights = access.rights(actor)
    address = str(settings.value("pbx_ws_url"))
    with db.reading() as session:
        user = session.get(User, actor.user_id)
    if not address or user is None or not user.extension or not user.sip_secret:
        return None
    domain = str(settings.value("pbx_sip_domain")) or urlsplit(address).hostname or ""
    realm = str(settings.value("pbx_sip_realm")) or domain
    try:
        secret = secrets.decrypt(user.sip_secret)
    except Unavailable as error:
        raise InvalidValue("sip_password", error.text, **error.values) from None
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
        user, token = str(settings.value("pbx_turn_user")), str(settings.value("pbx_turn_secret"))
        try:
            secret = secrets.decrypt(token) if token else ""
        except Unavailable as error:
            log.warning("softphones go without the relay: %s", error)
            return tuple(servers)
        if not user:
            user = f"{int(time.time()) + TURN_HOURS * 3600}:{extension}"
            signed = hmac.new(secret.encode(), user.encode(), hashlib.sha1).digest()
            secret = base64.b64encode(signed).decode()
        servers.append({"urls": turn, "username": user, "credential": secret})
    return tuple(servers)
