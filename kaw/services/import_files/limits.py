"""How large a table may be."""

MAX_COLUMNS = 500
MAX_ROWS = 1_048_576  # as many as a sheet of Excel has
