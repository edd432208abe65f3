"""Reading and saving one after the other."""

from collections.abc import Awaitable, Callable


class Turn:
    """Reading and saving take turns, so that no answer overtakes another; what came up meanwhile is read afterwards."""

    def __init__(self, read: Callable[[], Awaitable[None]]) -> None:
        self._read = read
        self._taken = self._wanted = False

    def free(self) -> bool:
        """Whether it can be read now; otherwise it will be read once the turn is over."""
        self._wanted = self._taken
        return not self._taken

    async def __aenter__(self) -> None:
        self._taken = True

    async def __aexit__(self, *_error: object) -> None:
        self._taken = False
        if self._wanted:
            self._wanted = False
            await self._read()
