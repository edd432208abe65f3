"""KAW: a self-hosted workplace for people who talk to partners all day."""

__version__ = "0.1.0"
