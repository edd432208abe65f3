"""Schema upgrades, applied by themselves at start."""
