"""The first schema: a chain of records, its triggers, and jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ONCE = (
    "ledger", "designs", "versions", "audits", "findings", "waivers", "waiver_ends", "sign_offs"
)  # fmt: skip
_KEYS = {"ledger": "sequence", "findings": "audit_id"}


def upgrade() -> None:
    """Make the tables."""
    moment, sha256 = sa.DateTime(timezone=True), sa.String(64)
    op.create_table(
        "ledger",
        sa.Column("sequence", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("digest", sha256, nullable=False),
        sa.Column("previous", sha256, nullable=False),
        sa.Column("hash", sha256, nullable=False),
        sa.Column("recorded", moment, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_ledger"),
        sa.UniqueConstraint("hash", name="uq_ledger_hash"),
    )
    head = op.create_table(
        "head",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("hash", sha256, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_head"),
        sa.CheckConstraint("id = 1", name="ck_head_one"),
    )
    op.create_table(
        "designs",
        *_entry("designs"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_sha256", sha256, nullable=False),
        sa.UniqueConstraint("name_sha256", name="uq_designs_name_sha256"),
    )
    op.create_table(
        "versions",
        *_entry("versions"),
        _refers("versions", "design_id", "designs"),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("sha256", sha256, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("recorded", moment, nullable=False),
        sa.UniqueConstraint("design_id", "number", name="uq_versions_design_id_number"),
    )
    op.create_table(
        "audits",
        *_entry("audits"),
        _refers("audits", "design_id", "designs"),
        _refers("audits", "version_id", "versions"),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("totals", sa.JSON, nullable=False),
        sa.Column("states", sa.JSON, nullable=False),
        sa.Column("result", sa.LargeBinary, nullable=False),
        sa.Column("result_sha256", sha256, nullable=False),
        sa.Column("findings_sha256", sha256, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("recorded", moment, nullable=False),
    )
    op.create_table(
        "findings",
        _refers("findings", "audit_id", "audits"),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("provision", "rule", "jurisdiction", "citation", "title")
        ),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("verdict", sa.String(16)),
        sa.Column("state", sa.String(16)),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("audit_id", "number", name="pk_findings"),
    )
    op.create_table(
        "waivers",
        *_entry("waivers"),
        _refers("waivers", "design_id", "designs"),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("provision", "who", "reason")),
        sa.Column("start", sa.Date),
        sa.Column("until", sa.Date),
        sa.Column("reference", sa.Text),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("recorded", moment, nullable=False),
    )
    op.create_table(
        "waiver_ends",
        *_entry("waiver_ends"),
        _refers("waiver_ends", "waiver_id", "waivers"),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("recorded", moment, nullable=False),
        sa.UniqueConstraint("waiver_id", name="uq_waiver_ends_waiver_id"),
    )
    op.create_table(
        "sign_offs",
        *_entry("sign_offs"),
        _refers("sign_offs", "audit_id", "audits"),
        sa.Column("audit_hash", sha256, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("statement", sa.Text, nullable=False),
        sa.Column("recorded", moment, nullable=False),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("progress", sa.Double, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("result", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("created", moment, nullable=False),
        sa.Column("started", moment),
        sa.Column("heartbeat", moment),
        sa.Column("finished", moment),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed')", name="ck_jobs_state"
        ),
        sa.CheckConstraint("progress >= 0 AND progress <= 1", name="ck_jobs_progress"),
        sqlite_autoincrement=True,
    )
    for table, columns in (
        ("versions", ("design_id",)),
        ("audits", ("design_id",)),
        ("audits", ("version_id",)),
        ("findings", ("provision", "rule")),
        ("waivers", ("design_id",)),
        ("sign_offs", ("audit_id",)),
        ("jobs", ("state", "id")),
    ):
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
    op.bulk_insert(head, [{"id": 1, "sequence": 0, "hash": "0" * 64}])
    if op.get_bind().dialect.name == "sqlite":
        _triggers_of_sqlite()
    else:
        _triggers_of_postgresql()


def _entry(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint, sa.PrimaryKeyConstraint]:
    return (
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.ForeignKeyConstraint(["id"], ["ledger.sequence"], name=f"fk_{table}_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )


def _refers(table: str, column: str, other: str) -> sa.Column[int]:
    target = sa.ForeignKey(f"{other}.id", name=f"fk_{table}_{column}")
    return sa.Column(column, sa.Integer, target, nullable=False, autoincrement=False)


def _triggers_of_sqlite() -> None:
    for table in _ONCE:
        refuse = f"SELECT RAISE(ABORT, 'rows of {table} are written once and never changed');"
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN {refuse} END"
            )
        # INSERT OR REPLACE would delete a row without firing the trigger above.
        key = _KEYS.get(table, "id")
        same = f"{key} = NEW.{key}" + (" AND number = NEW.number" if table == "findings" else "")
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN {refuse} END"
        )
    refuse = "SELECT RAISE(ABORT, 'the head only moves on by one');"
    op.execute(
        "CREATE TRIGGER head_moves_on BEFORE UPDATE ON head "
        f"WHEN NEW.sequence <> OLD.sequence + 1 BEGIN {refuse} END"
    )
    op.execute(f"CREATE TRIGGER head_no_delete BEFORE DELETE ON head BEGIN {refuse} END")


def _triggers_of_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION bathylex_written_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'rows of % are written once and never changed', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE FUNCTION bathylex_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'UPDATE' THEN IF NEW.sequence = OLD.sequence + 1 THEN RETURN NEW; END IF; "
        "END IF; RAISE EXCEPTION 'the head only moves on by one'; END $$"
    )
    for table in _ONCE:
        op.execute(
            f"CREATE TRIGGER {table}_written_once BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION bathylex_written_once()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION bathylex_written_once()"
        )
    op.execute(
        "CREATE TRIGGER head_moves_on BEFORE UPDATE OR DELETE ON head "
        "FOR EACH ROW EXECUTE FUNCTION bathylex_moves_on()"
    )
    op.execute(
        "CREATE TRIGGER head_no_truncate BEFORE TRUNCATE ON head "
        "FOR EACH STATEMENT EXECUTE FUNCTION bathylex_moves_on()"
    )
