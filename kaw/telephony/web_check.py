"""«Проверить»: the PBX's recordings and its WebSocket, by one request each."""

import ssl
from pathlib import Path

import httpx

from kaw.i18n import N_
from kaw.telephony.port import Check, missing, ok, unknown

PATIENCE_S = 5.0


def check_directory(path: str) -> Check:
    """Recordings below a directory; blocks."""
    try:
        found = next(Path(path).iterdir(), None)
    except FileNotFoundError:
        return missing(N_("There is no directory {path} on KAW's computer: correct it, or mount it there."), path=path)
    except NotADirectoryError:
        return missing(N_("{path} is a file: name the directory it is in."), path=path)
    except PermissionError:
        return missing(N_("KAW may not read {path}: give the user it runs as the right to."), path=path)
    except (OSError, ValueError) as error:
        return missing(N_("Cannot be read ({why}): check what is entered here."), why=type(error).__name__)
    if found is None:
        return unknown(N_("{path} is empty: record a call and check again."), path=path)
    return ok(N_("The directory {path} can be read."), path=path)


async def check_address(address: str, account: tuple[str, str] | None) -> Check:
    """Recordings behind an address. A web server may well refuse to list them (403) and serve each."""
    answer = await _ask(f"{address.rstrip('/')}/", account)
    if isinstance(answer, Check):
        return answer
    if answer.status_code == 401:
        return missing(N_("The server wants a user and a password: correct those of this address."))
    if answer.is_redirect:
        return missing(N_("The server sends elsewhere, where KAW does not follow: enter the address it sends to."))
    if answer.status_code == 404:
        return unknown(
            N_("The server answers and has nothing at this address itself: listen to a recording to be sure.")
        )
    if answer.is_server_error:
        return missing(N_("The server answers with error {code}: look at its log."), code=answer.status_code)
    return ok(N_("The server of the recordings answers."))


async def check_websocket(address: str) -> Check:
    """Whether softphones could talk SIP there."""
    wanted = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "S0FXIGlzIGNoZWNraW5nIQ==",
        "Sec-WebSocket-Protocol": "sip",
    }
    answer = await _ask(f"http{address.strip().removeprefix('ws')}", None, wanted)
    if isinstance(answer, Check):
        return answer
    if answer.status_code == 101 and answer.headers.get("sec-websocket-protocol", "") == "sip":
        return ok(N_("The PBX takes softphones at this address."))
    if answer.status_code == 404:
        text = N_("The PBX has nothing at this address: it ends in /ws, and res_http_websocket must be loaded.")
        return missing(text)
    text = N_("What answers at this address takes no softphones ({code}): look at http.conf and the proxy.")
    return missing(text, code=answer.status_code)


async def _ask(
    address: str, account: tuple[str, str] | None, headers: dict[str, str] | None = None
) -> httpx.Response | Check:
    """The head of the answer, or why there is none."""
    try:
        async with (
            httpx.AsyncClient(follow_redirects=False, timeout=PATIENCE_S, auth=account, trust_env=False) as client,
            client.stream("GET", address, headers=headers) as answer,
        ):
            return answer
    except (httpx.TimeoutException, TimeoutError):
        return missing(N_("No answer within {seconds} s: check the address, the network and the firewall."), seconds=5)
    except httpx.ConnectError as error:
        return _unconnected(error)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
        return missing(N_("Cannot be reached ({why}): check what is entered here."), why=type(error).__name__)


def _unconnected(error: BaseException) -> Check:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            text = N_(
                "Its certificate is not trusted ({why}): browsers will refuse it, too, unless they know its issuer."
            )
            return missing(text, why=cause.verify_message)
        if isinstance(cause, ssl.SSLError):
            return missing(N_("It does not speak TLS there: check the scheme and the port of the address."))
        cause = cause.__cause__ or cause.__context__
    return missing(N_("Nothing answers there: check the address, the network and the firewall."))
