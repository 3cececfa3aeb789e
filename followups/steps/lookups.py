"""What the reads of other rooms take from the ladder templates."""

from followups.steps.models import LadderTemplate
from wholesale.vocabulary import ALL


def min_gap_sql(table: str) -> str:
    """In SQL: the minutes that the place of a row wants between two contacts of one person.

    The market's own template says it, else its province's, be it on or off. Without one it is 0.
    """
    gap = f"SELECT p.min_gap_minutes FROM {LadderTemplate._meta.db_table} AS p WHERE p.province = {table}.province"
    return f"COALESCE(({gap} AND p.market = {table}.market), ({gap} AND p.market = '{ALL}'), 0)"
