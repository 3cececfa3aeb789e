"""Who may be given work: the names that forms propose."""

from django.contrib.auth.models import User

from wholesale.plumbing.roles import AGENT

SUGGESTED_MAX = 200  # names that a field proposes


def agents_to_choose() -> list[tuple[str, str]]:
    """Return the user names of the active users in the role of agent, each with the full name (one query)."""
    agents = User.objects.filter(is_active=True, groups__name=AGENT).order_by("username")[:SUGGESTED_MAX]
    return [(agent.username, agent.get_full_name()) for agent in agents]
