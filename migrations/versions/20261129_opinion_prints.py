"""opinions as PDF: the sealed file beside each Word copy"""

import sqlalchemy as sa
from alembic import op

revision = "0019_opinion_prints"
down_revision = "0018_board_and_late"


def upgrade():
    """Go to this revision."""
    op.create_table('opinion_prints',
    sa.Column('copy_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['copy_id'], ['opinion_copies.id'], name=op.f('fk_opinion_prints_copy_id_opinion_copies')),
    sa.ForeignKeyConstraint(['file_id'], ['files.id'], name=op.f('fk_opinion_prints_file_id_files')),
    sa.PrimaryKeyConstraint('copy_id', name=op.f('pk_opinion_prints')),
    sa.UniqueConstraint('file_id', name=op.f('uq_opinion_prints_file_id'))
    )


def downgrade():
    """Go back."""
    op.drop_table('opinion_prints')
