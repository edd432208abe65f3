"""Who is behind a channel: an operator's phone or a line to the outside."""

from dataclasses import dataclass

from kaw.telephony.names import endpoint, is_extension, is_local


@dataclass(frozen=True)
class Parties:
    """By default 2 to 6 digits are an operator and any other endpoint is a trunk."""

    trunks: frozenset[str] = frozenset()
    operators: frozenset[str] = frozenset()

    def operator_of(self, channel: str) -> str | None:
        """The extension of the phone at a channel or interface; None: a trunk, or Asterisk's own loop."""
        if not channel or is_local(channel):
            return None
        found = endpoint(channel)
        if found in self.trunks:
            return None
        return found if found in self.operators or is_extension(found) else None

    def is_trunk(self, channel: str) -> bool:
        """Whether a line to the outside is behind it."""
        return bool(channel) and not is_local(channel) and self.operator_of(channel) is None

    @staticmethod
    def member_of(interface: str) -> str:
        """A queue member's extension; whoever serves a queue is an operator, whatever his endpoint is called."""
        return endpoint(interface)

    def is_internal(self, number: str) -> bool:
        """Whether a number is an operator's and no partner's."""
        return number in self.operators or is_extension(number)
