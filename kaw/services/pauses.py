"""Pauses that nobody asked for: their reasons, as the PBX and everybody's list of operators show them."""

LOST = "нет связи"  # the operator's browser is gone
MISSED = "нет ответа"  # several calls in a row rang at him in vain
BY_ITSELF = frozenset({LOST, MISSED})
