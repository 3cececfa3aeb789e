"""May the system act at all: the kill switch and go-live (CONTRACT section 4)."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from governance.decisions import Decision, ExecutionClass, verb
from governance.golive import services as golive
from governance.golive.models import GoLiveState
from governance.runbook import services as runbook
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Rows, Statement
from wholesale.plumbing.errors import DomainError


class KillSwitchEngaged(DomainError, code="KILL_SWITCH_ENGAGED", status=503):
    """The kill switch is engaged: nothing acts until an operator releases it."""


class GoLiveDisabled(DomainError, code="GO_LIVE_DISABLED", status=503):
    """The system is not live: nothing acts until an operator enables go-live."""


_REFUSALS: dict[str, type[DomainError]] = {error.code: error for error in (KillSwitchEngaged, GoLiveDisabled)}
STANDING = Decision(True, "standing")


def decide_standing(execution_class: ExecutionClass, *, engaged: bool, live: bool) -> Decision:
    """Whether the kill switch and go-live let a verb of this execution class act (CONTRACT section 4)."""
    if execution_class in (ExecutionClass.SANDBOX, ExecutionClass.EXECUTE) and engaged:
        return Decision(False, KillSwitchEngaged.code, KillSwitchEngaged().detail)
    if execution_class is ExecutionClass.EXECUTE and not live and settings.GO_LIVE_ENFORCE:
        return Decision(False, GoLiveDisabled.code, GoLiveDisabled().detail)
    return STANDING


def require(execution_class: ExecutionClass, *questions: Statement) -> list[Rows]:
    """Refuse a verb of this class if it may not act now. Go-live stays locked until the caller's transaction ends. Read the
    clock after this call, because the call may wait for that lock.

    It is the first thing that a verb asks. Questions of its own, which no other lock protects, go in the same message; the
    rows of each are returned.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: the verb may not act now.

    """
    engaged, live, answers = golive.switches(*questions)
    require_standing(execution_class, engaged=engaged, live=live)
    return answers


def require_standing(execution_class: ExecutionClass, *, engaged: bool, live: bool) -> None:
    """Refuse a verb of this class if these switches do not let it act (see `require`)."""
    decision = decide_standing(execution_class, engaged=engaged, live=live)
    if not decision.allowed:
        raise _REFUSALS[decision.code]


class ChecklistFailed(DomainError, code="checklist_failed", status=412):
    """The runbook has blockers: go-live stays off."""

    def __init__(self, blockers: list[dict[str, Any]]) -> None:
        super().__init__()
        self.blockers = blockers

    @property
    def errors(self) -> list[tuple[str, str | None]]:
        """One API error for each failing check of the runbook: its message, and the check's id."""
        return [(blocker["message"], blocker["id"]) for blocker in self.blockers]


def go_live_checklist(now: datetime | None = None) -> dict[str, Any]:
    """The runbook as a checklist: whether go-live may be enabled, and all checks, the failing ones first."""
    found = runbook.status(now)
    return {
        "ok_to_enable_go_live": found["ok_to_enable_go_live"],
        "items": [*found["blockers"], *found["warnings"], *found["info"]],
    }


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def enable_go_live(*, act: Act) -> GoLiveState:
    """Enable go-live if the runbook has no blocker. Go-live is locked before the runbook is asked, so nobody toggles it.

    Raises:
        ChecklistFailed: the runbook has a blocker.

    """
    golive.lock_exclusive()
    blockers = runbook.blockers(act.now)
    if blockers:
        raise ChecklistFailed(blockers)
    state = golive.enable_go_live(act)
    if state.kill_switch_engaged:  # just now: engaging the kill switch waits for no lock
        raise ChecklistFailed(runbook.blockers(act.now))
    return state
