"""Sound files of talks that never were: two voices as tones, so that a player has something to play."""

import math
import wave
from pathlib import Path
from random import Random

RATE = 8000  # samples a second, one byte each
PITCHES = (180.0, 240.0)
VOLUME = 40


def write_talk(path: Path, seconds: float, random: Random) -> None:
    """A wav file of two who speak by turns."""
    samples = bytearray()
    speaker = 0
    while len(samples) < seconds * RATE:
        samples += _phrase(PITCHES[speaker], random.uniform(0.6, 2.5))
        samples += bytes([128]) * int(RATE * random.uniform(0.1, 0.5))
        speaker = 1 - speaker
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(bytes(samples[: int(seconds * RATE)]))


def _phrase(pitch: float, seconds: float) -> bytes:
    """A tone that swells and fades like a syllable four times a second; one second of it, repeated."""
    one = bytes(
        128 + round(VOLUME * math.sin(2 * math.pi * 2 * step / RATE) ** 2 * math.sin(2 * math.pi * pitch * step / RATE))
        for step in range(RATE)
    )
    return (one * (int(seconds) + 1))[: int(seconds * RATE)]
