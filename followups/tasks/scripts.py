"""The scripts of tasks: what to say at each of them."""

from collections.abc import Sequence

from followups.ladders.models import FollowupLadder
from followups.ladders.templates.scripts import Occasion, names_of, scripts
from followups.leads.models import Lead
from followups.tasks.models import FollowupTask
from governance import gate
from governance.people import Language
from wholesale.plumbing import mark


def scripts_of(tasks: Sequence[FollowupTask]) -> list[str | None]:
    """Return the script of each task, in the order of the tasks; None if there is none. At most five queries for all.

    For an unknown lead the script is in English.
    """
    ladders = FollowupLadder.objects.filter(pk__in={task.ladder_id for task in tasks})
    made_from = {pk: made for pk, *made in ladders.values_list("pk", "template_id", "template_version")}
    leads = Lead.objects.in_bulk({task.lead_id for task in tasks if task.lead_id}, field_name="lead_id")
    agents = names_of({name for task in tasks if (name := agent_of(task))})
    nobody = Lead(language=Language.EN)
    occasions = []
    for task in tasks:
        lead = leads.get(task.lead_id, nobody)
        template, version = made_from[task.ladder_id]
        market = lead.market if lead.pk else task.market
        agent = agents.get(agent_of(task), agent_of(task))
        said = lead.language, lead.first_name, lead.last_name, lead.address, market, agent
        occasions.append(Occasion(template, version, task.step, *said))
    return scripts(occasions, gate.sender(mark.current()))


def agent_of(task: FollowupTask) -> str:
    """Return the name of the agent who does the task: its owner, else the last claimant, else an empty text."""
    return task.owner or task.leased_by or ""
