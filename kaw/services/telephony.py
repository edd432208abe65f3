"""The line to the PBX: whether there is one, and who may use it."""

from kaw.telephony.port import Link, LinkState, Pbx, PbxUnavailable


def configured() -> bool:
    """Whether a PBX has been set up at all."""
    return False


def link() -> Link:
    """How the line is now."""
    return Link(LinkState.OFF)


def pbx() -> Pbx:
    """The PBX to send commands to. PbxUnavailable: there is no line."""
    raise PbxUnavailable
