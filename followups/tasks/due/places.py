"""The contacts that are due in a place, for the preview of a change of its market policy."""

from followups.tasks.contacts import contact_for
from followups.tasks.models import FollowupTask
from governance import gate


def waiting_in(place: gate.WhereDue) -> list[gate.Contact]:
    """Return the contacts of the due tasks of a place, the oldest first. One query, along the index of due tasks."""
    tasks = FollowupTask.objects.due(place.now).filter(province=place.province).select_related("lead")
    if place.market is not None:
        tasks = tasks.filter(market=place.market)
    return [contact_for(task) for task in tasks.exclude(market__in=place.but)[: place.at_most]]
