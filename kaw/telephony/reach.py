"""«Проверить»: the way to Asterisk's manager interface, step by step, by a connection of its own.

The greeting is waited for before the password is sent: another program at a mistyped port gets no password.
"""

import asyncio
import contextlib
import socket
import ssl
from dataclasses import replace

from kaw.i18n import N_
from kaw.telephony import pbx_check
from kaw.telephony.ami_line import AsteriskOptions, Line, LineLost, WrongPassword, tls_context
from kaw.telephony.port import Check, PbxUnavailable, missing, ok, unknown

GREETING_S, STEP_S, ALL_S = 3.0, 3.0, 6.0  # until the greeting; for any answer after it; for all of them
GREETING = b"Asterisk Call Manager"


async def check(options: AsteriskOptions) -> list[Check]:
    """What stands in the way, or all that ``pbx_check`` finds out."""
    where = {"host": options.host, "port": options.port}
    problem = await _greeting(options)
    if problem is not None:
        return [problem]
    found = [ok(N_("Asterisk's manager interface answers at {host}:{port}."), **where)]
    seen = pbx_check.Seen()
    line = Line(replace(options, connect_s=STEP_S, answer_s=STEP_S, boot_s=STEP_S), seen.note)
    try:
        async with asyncio.timeout(ALL_S):
            await line.open()
            found += await pbx_check.check(line, options, seen)
    except WrongPassword:
        text = N_("The PBX does not accept user {user} with this password: compare with secret and permit of [{user}].")
        found.append(missing(text, user=options.user))
    except (OSError, LineLost, PbxUnavailable):  # TimeoutError is an OSError
        found.append(_broken_off(line))
    finally:
        line.drop("checked")
    return found


def _broken_off(line: Line) -> Check:
    if line.is_accepted and line.uptime_s is None:
        text = N_("The PBX accepts the password and does not tell that it has started: add system to read = …")
        return missing(text)
    return unknown(N_("The PBX answers too slowly, or no longer: check again, then look at its log."))


async def _greeting(options: AsteriskOptions) -> Check | None:
    """Why there is no manager interface; None when it greets."""
    where = {"host": options.host, "port": options.port}
    writer: asyncio.StreamWriter | None = None
    try:
        context = await tls_context(options)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        text = N_("The file {path} is no certificate that KAW can read ({why}): correct it here.")
        return missing(text, path=options.tls_ca, why=_why(error))
    try:
        async with asyncio.timeout(GREETING_S):
            reader, writer = await asyncio.open_connection(options.host, options.port, ssl=context)
            told = await reader.readline()
    except TimeoutError:
        return _silent(options, connected=writer is not None)
    except (OSError, ValueError) as error:
        return _unreachable(options, error)
    finally:
        if writer is not None:
            with contextlib.suppress(OSError):
                writer.transport.abort()
    if told.startswith(GREETING):
        return None
    return missing(N_("What answers at {host}:{port} is not Asterisk's manager interface: correct the port."), **where)


def _silent(options: AsteriskOptions, *, connected: bool) -> Check:
    where = {"host": options.host, "port": options.port}
    if connected:
        return missing(
            N_("{host}:{port} is open and silent: it is not the manager interface, or expects TLS."), **where
        )
    text = N_("No answer from {host}:{port}: check address and port, the network and the firewall.")
    return missing(text, **where)


def _unreachable(options: AsteriskOptions, error: Exception) -> Check:
    where = {"host": options.host, "port": options.port}
    match error:
        case socket.gaierror():
            return missing(N_("The name {host} is not known: correct «Address of the PBX»."), host=options.host)
        case ConnectionRefusedError():
            text = N_("Nothing listens at {host}:{port}: look at enabled, bindaddr and port in manager.conf.")
            return missing(text, **where)
        case ssl.SSLCertVerificationError():
            text = N_("The PBX's certificate is not trusted ({why}): name the file of its issuer here.")
            return missing(text, why=error.verify_message)
        case ssl.SSLError():
            text = N_("{host}:{port} does not speak TLS: name the port of tlsbindaddr (5039), or switch TLS off here.")
            return missing(text, **where)
    return missing(N_("{host}:{port} cannot be reached: {why}."), **where, why=_why(error))


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
