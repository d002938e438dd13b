"""projects: the step 水土保持方案审批 was laid out under the name of its department."""

import sqlalchemy as sa
from alembic import op

revision = "0042_water_step"
down_revision = "0041_parks_and_days"

_STEPS = sa.table("service_steps", sa.column("step_group", sa.String), sa.column("title", sa.String))


def upgrade() -> None:
    """Give the step its name: by that the list knows that it is there."""
    wrong = sa.and_(_STEPS.c.step_group == "approval", _STEPS.c.title == "水利部门")
    op.execute(_STEPS.update().where(wrong).values(title="水土保持方案审批"))


def downgrade() -> None:
    """Nothing to take back: the right name is read by either version."""
