"""A simulated Asterisk with its people, and its manager interface over TCP: for tests and for the demonstration."""
