"""Alembic's entry: works on the connection that services/upgrade.py hands over."""

from alembic import context
from sqlmodel import SQLModel

import kaw.models  # noqa: F401 - registers every table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
with context.begin_transaction():
    context.run_migrations()
