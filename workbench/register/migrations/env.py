"""What Alembic runs: the migrations, on the connection that the register gives it."""

from alembic import context

from workbench.register.schema import VERSION_TABLE
from workbench.register.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
