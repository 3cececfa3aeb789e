"""Taking a policy's action on a fall, and undoing that action."""

from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from governance import gate
from governance.decisions import ExecutionClass, verb
from kpi.tripwire.errors import MayNotRelease, TriggerNotFound
from kpi.tripwire.models import RegressionPolicy, RegressionState, RegressionTrigger
from kpi.tripwire.rules import Action
from wholesale.plumbing import locks
from wholesale.plumbing.act import Act
from wholesale.plumbing.mark import hold as hold_mark

ACTOR = "tripwire"
# PostgreSQL's advisory lock. Only one trigger acts or is undone at a time, because two may need the same stop.
_TRIGGERS_LOCK = 7_301_006
NONE_TAKEN = "none"


class _Words(NamedTuple):
    """The words in a trigger's note for an action that was taken, that was needless, or that was undone."""

    done: str
    already: str
    undone: str


_WORDS = {
    Action.THROTTLE: _Words("switched off", "off already", "on again"),
    Action.KILL_SWITCH: _Words("engaged", "engaged already", "released"),
}


def reason_of(policy: RegressionPolicy, state: RegressionState) -> str:
    """Return the reason that is recorded when the policy stops an engine or everything."""
    return f"Tripwire {policy.codes}: {state.note}"


def act_on_fall(policy: RegressionPolicy, state: RegressionState, stop: gate.Stop | None, act: Act) -> str:
    """Take the policy's action on a fall and store a trigger. If the action is the kill switch, the caller has engaged it
    already, and `stop` is that stop. Return the action that was taken, or `NONE_TAKEN`."""
    locks.hold(_TRIGGERS_LOCK)
    if policy.action == Action.KILL_SWITCH:
        engine, stopped = "", "the kill switch"
    else:
        engine, stopped = policy.throttled_engine, f"the risk policy {policy.throttled_engine}"
        stop = gate.throttle_engine(engine, act.because(reason_of(policy, state)))
    taken, mark, words = str(policy.action), stop.mark if stop else "", _WORDS[Action(policy.action)]
    if stop is None:
        taken, outcome = NONE_TAKEN, f"nothing was throttled, for there is no risk policy {engine}"
    elif stop.began or (stop.by == ACTOR and not _holding(taken, engine, mark).exists()):  # begun by a cut-off evaluation
        outcome = f"{stopped} was {words.done}"
    elif _holding(taken, engine, mark).exists():
        outcome = f"{stopped} is {words.already}, for another trigger"
    else:
        taken, outcome = NONE_TAKEN, f"{stopped} is {words.already}, by another hand"
    RegressionTrigger.objects.create(
        policy=policy,
        policy_version=policy.version,
        created_at=act.now,
        baseline=state.baseline,
        current=state.current,
        drop_fraction=state.drop_fraction,
        note=f"{state.note}. Action: {outcome}",
        action_taken=taken,
        engine=engine,
        mark=mark,
        correlation_id=act.correlation_id,
    )
    return taken


def _holding(action: str, engine: str, mark: str) -> QuerySet[RegressionTrigger]:
    """Return the triggers that need this stop: those that made or joined the stop and are not undone."""
    return RegressionTrigger.objects.filter(action_taken=action, engine=engine, mark=mark, undone_at__isnull=True)


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def undo_trigger(trigger_id: int, *, act: Act) -> RegressionTrigger:
    """Undo what a trigger did: switch the risk policy on, or release the kill switch. Undoing it twice changes nothing.

    If another trigger needs the same stop, or if somebody changed the risk policy or the go-live state since the stop, the
    stop stays. The note of this trigger says so.

    Raises:
        TriggerNotFound: there is no such trigger.
        MayNotRelease: the trigger engaged the kill switch, which this user may not release.

    """
    hold_mark()  # before any other lock, because lifting a throttle changes a risk policy
    locks.hold(_TRIGGERS_LOCK)
    trigger = RegressionTrigger.objects.select_for_update().filter(pk=trigger_id).first()
    if trigger is None:
        raise TriggerNotFound
    if trigger.undone_at is not None:
        return trigger
    if trigger.action_taken == Action.KILL_SWITCH and act.user and not act.user.has_perm("governance.release_kill_switch"):
        raise MayNotRelease
    trigger.note = f"{trigger.note}. Undone: {_lift(trigger, act)}"
    trigger.undone_at, trigger.undone_by = act.now, act.actor
    trigger.undone_user, trigger.undo_reason = act.user, act.reason
    trigger.save(update_fields=["note", "undone_at", "undone_by", "undone_user", "undo_reason"])
    return trigger


def _lift(trigger: RegressionTrigger, act: Act) -> str:
    """Lift the trigger's stop if no other trigger needs it. Return what happened, as words for the trigger's note."""
    if trigger.action_taken == NONE_TAKEN:
        return "there was nothing to take back"
    other = _holding(trigger.action_taken, trigger.engine, trigger.mark).exclude(pk=trigger.pk).first()
    if other is not None:
        return f"what it stopped stays so for trigger {other.pk}"
    if trigger.action_taken == Action.KILL_SWITCH:
        lifted, stopped = gate.lift_stop_of_all(trigger.mark, act), "the kill switch"
    else:
        lifted, stopped = gate.lift_throttle(trigger.engine, trigger.mark, act), f"the risk policy {trigger.engine}"
    undone = _WORDS[Action(trigger.action_taken)].undone
    return f"{stopped} is {undone}" if lifted else f"{stopped} was changed since, and stays as it is"
