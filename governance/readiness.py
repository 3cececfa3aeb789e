"""The checks of the runbook about governance. Only this module and `gate` import from several rooms."""

from datetime import date, datetime, timedelta

import tzdata
from django.conf import settings
from django.db import connection
from django.db.models import TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from governance.area_codes.models import AreaCodeSubscription
from governance.area_codes.rules import NOTICE
from governance.duties.models import LegalDuty
from governance.duties.rules import RULES, in_order, problems
from governance.golive.services import current_state
from governance.heimdall.models import HeimdallPolicy
from governance.ledger.points import digest_key_mark
from governance.market.models import MarketPolicy
from governance.organisation.models import Organisation
from governance.risk.models import RiskPolicy
from governance.risk.rules import GLOBAL
from governance.runbook.registry import Finding, Severity, ended_or_ending, read_once, register
from wholesale.plumbing import append_only, mark
from wholesale.plumbing.checks import check_time_zones
from wholesale.plumbing.codes import provinces_text
from wholesale.plumbing.http.health import pending_migrations
from wholesale.plumbing.showing import shown_day
from wholesale.plumbing.triggers import missing, present
from wholesale.plumbing.vocabulary import ALL, Province

REGISTRATION_NOTICE = timedelta(days=30)  # the runbook warns so long before the registration expires
_MARKET, _HEIMDALL, _AREA_CODE, _DUTY = "market", "heimdall", "area_code", "duty"
PROOFS = {
    "consent": gettext_noop("consent for text and e-mail"),
    "identity": gettext_noop("identification in text and e-mail"),
    "scrub": gettext_noop("registration and scrub for calls"),
}  # by the name of the strictness setting
# What each message must give of the organisation, by the name of its column.
SENDER = {
    "name": gettext_noop("name"),
    "mailing_address": gettext_noop("mailing address"),
    "contact": gettext_noop("contact"),
}


@register("kill_switch.free", Severity.BLOCKER, "The kill switch is free")
def kill_switch_free(now: datetime) -> Finding:
    """Check that the kill switch is released. If the go-live row is missing, the switch counts as engaged."""
    state = current_state()
    if state is None:
        return Finding(False, _("The go-live row is missing, which stops everything. Releasing the kill switch makes it."))
    if state.kill_switch_engaged:
        return Finding(
            False, _("The kill switch was engaged by %(who)s: %(why)s") % {"who": state.changed_by, "why": state.reason}
        )
    return Finding(True, _("The kill switch is free."))


@read_once
def _present() -> list[tuple[str, str, str, str | None, str | None]]:
    """Read rows of several tables in one query, because the runbook should take few queries: the provinces with a market
    policy, the domains with a charter, the area codes with the last day of their subscription, and the legal duties with
    subject, due date and the date when they were last done."""
    empty, nothing = Value(""), Value(None, TextField())
    provinces = MarketPolicy.objects.filter(market=ALL).order_by()
    domains = HeimdallPolicy.objects.order_by()
    area_codes, last_day = AreaCodeSubscription.objects.order_by(), Cast("expires_on", TextField())
    duties, days = LegalDuty.objects.filter(enabled=True), (Cast("due_on", TextField()), Cast("done_on", TextField()))
    found = provinces.values_list(Value(_MARKET), "province", empty, nothing, nothing)
    parts = (
        domains.values_list(Value(_HEIMDALL), "domain", empty, nothing, nothing),
        area_codes.values_list(Value(_AREA_CODE), "area_code", empty, last_day, nothing),
        duties.order_by().values_list(Value(_DUTY), "kind", "subject", *days),
    )
    return list(found.union(*parts, all=True))


@register("market.policies", Severity.BLOCKER, "Every province has a contact policy")
def market_policies(now: datetime) -> Finding:
    """Check that every province has a market policy for market ALL, on or off."""
    present = {name for room, name, *_ in _present() if room == _MARKET}
    missing = sorted(set(Province.values) - present)
    if missing:
        said = _("No contact policy for %(missing)s. Run seed_policies.")
        return Finding(False, said % {"missing": provinces_text(missing)}, missing)
    return Finding(True, _("All 13 provinces have a contact policy."))


@register("risk.caps", Severity.BLOCKER, "Every enabled risk policy has a cap")
def risk_caps(now: datetime) -> Finding:
    """Check that each enabled risk policy has a cap, and that the policy GLOBAL is enabled: it binds each reservation."""
    policies = list(RiskPolicy.objects.filter(enabled=True))
    if GLOBAL not in {policy.engine for policy in policies}:
        return Finding(False, _("The risk policy GLOBAL is missing or off: nothing can be reserved."))
    uncapped = [
        policy.engine
        for policy in policies
        if not (policy.max_daily_loss or policy.max_daily_exposure or policy.max_open_risk or policy.max_actions_per_day)
    ]
    if uncapped:
        return Finding(False, _("Enabled without any cap: %(uncapped)s.") % {"uncapped": ", ".join(uncapped)}, uncapped)
    return Finding(True, _("%(count)s risk policies are enabled, each with a cap.") % {"count": len(policies)})


@register("heimdall.charter", Severity.BLOCKER, "There is a charter for AI advice")
def heimdall_charter(now: datetime) -> Finding:
    """Check that there is a charter for AI advice. A charter that forbids production use is enough."""
    domains = sorted(name for room, name, *_ in _present() if room == _HEIMDALL)
    if not domains:
        return Finding(False, _("No Heimdall policy: no advice could ever be judged. Add one for each domain of advice."))
    return Finding(True, _("%(count)s domains have a charter.") % {"count": len(domains)}, domains)


@read_once
def _organisation() -> Organisation | None:
    return Organisation.objects.filter(pk=1).first()


def leniency() -> tuple[dict[str, str], str]:
    """The strictness settings that only warn, each with its name in words, and why. Both are empty if all are enforced."""
    organisation = _organisation() or Organisation()
    return {name: _(PROOFS[name]) for name in organisation.lenient}, organisation.lenient_reason


@register("contact.strictness", Severity.WARNING, "Messages and calls without proof are refused")
def contact_strictness(now: datetime) -> Finding:
    """Check that every strictness setting is enforced. If the organisation's row is missing, all are enforced."""
    what, reason = leniency()
    if what:
        message = _("What is missing is only warned of, not refused: %(proofs)s. Reason: %(reason)s") % {
            "proofs": ", ".join(what.values()),
            "reason": reason,
        }
        return Finding(False, message, list(what))
    return Finding(True, _("Consent and identification for text and e-mail, registration and scrub for calls are enforced."))


@register("contact.identification", Severity.WARNING, "Messages can say who sends them")
def contact_identification(now: datetime) -> Finding:
    """Check that the organisation has what CASL wants in each message: a name, a mailing address and another contact."""
    organisation = _organisation() or Organisation()
    missing = [name for name in SENDER if not getattr(organisation, name)]
    if missing:
        named = ", ".join(_(SENDER[name]) for name in missing)
        return Finding(
            False, _("The organisation has no %(named)s, which each message must give.") % {"named": named}, missing
        )
    return Finding(True, _("Messages are sent by %(name)s.") % {"name": organisation.name})


@register("contact.registration", Severity.WARNING, "The National DNCL registration is in force")
def contact_registration(now: datetime) -> Finding:
    """Check that the registration with the National DNCL is in force, and stays so for 30 days."""
    organisation = _organisation() or Organisation()
    expires_on = organisation.registration_expires_on
    if not organisation.registration_number or expires_on is None:
        return Finding(False, _("No registration with the National DNCL is on file, with its number and expiry."))
    day = {"expires_on": shown_day(expires_on)}
    if expires_on < now.date():
        return Finding(False, _("The registration with the National DNCL expired on %(expires_on)s.") % day)
    if expires_on <= now.date() + REGISTRATION_NOTICE:
        return Finding(False, _("The registration with the National DNCL expires on %(expires_on)s.") % day)
    return Finding(True, _("The registration with the National DNCL is in force until %(expires_on)s.") % day)


@register("contact.area_codes", Severity.WARNING, "The subscriptions to the National DNCL are in force")
def contact_area_codes(now: datetime) -> Finding:
    """Check that all subscriptions to the National DNCL are in force, and stay so for 30 days."""
    last_days = {
        name: date.fromisoformat(day) for room, name, _subject, day, _done in _present() if room == _AREA_CODE and day
    }
    if not last_days:
        return Finding(False, _("No area code is subscribed to: a number that is not exempt may not be called."))
    ended = _("The subscription has ended for %(names)s.")
    found = ended_or_ending(
        last_days, now.date(), NOTICE, ended=ended, ending=_("It ends within %(days)s days for %(names)s.")
    )
    if found:
        return found
    return Finding(
        True,
        _("%(count)s area codes are subscribed to, the first until %(day)s.")
        % {"count": len(last_days), "day": shown_day(min(last_days.values()))},
    )


@register("duties.scrub", Severity.WARNING, "The version of the National DNCL is not too old")
def duties_scrub(now: datetime) -> Finding:
    """Check the date of the duty to fetch a new version of the National DNCL."""
    return _duties(LegalDuty.Kind.SCRUB, now)


@register("duties.training", Severity.WARNING, "The callers are trained")
def duties_training(now: datetime) -> Finding:
    """Check the dates of the duties to train the callers."""
    return _duties(LegalDuty.Kind.TRAINING, now)


def _duties(kind: LegalDuty.Kind, now: datetime) -> Finding:
    rows = sorted(row[2:] for row in _present() if row[:2] == (_DUTY, kind))
    due = {subject: date.fromisoformat(due_on) if due_on else None for subject, due_on, _done in rows}
    detail = [{"subject": subject, "due_on": due_on, "done_on": done_on} for subject, due_on, done_on in rows]
    rule = RULES[kind]
    found = problems(due, now.date(), rule.notice)
    if found:
        return Finding(
            False, _("%(found)s The duty: %(duty)s.") % {"found": " ".join(found), "duty": _(rule.source)}, detail
        )
    return Finding(True, in_order(due), detail)


@register("contact.digest_key", Severity.BLOCKER, "Opt-outs are found under the key that they were recorded with")
def contact_digest_key(now: datetime) -> Finding:
    """Check that CONTACT_DIGEST_KEY is the ledger's key: another key finds no opt-out. An unset key is only a warning."""
    organisation = _organisation()
    if organisation is None:
        return Finding(
            False, _("The organisation's row is missing: nobody can tell which key the contact points were made with.")
        )
    if organisation.digest_key_mark not in ("", digest_key_mark()):
        return Finding(False, _("CONTACT_DIGEST_KEY was changed: no opt-out is found. Put the key of before back."))
    if settings.CONTACT_DIGEST_KEY == settings.UNKEYED:
        message = _("CONTACT_DIGEST_KEY is not set. Set it before the first contact point is recorded; then it must stay.")
        return Finding(False, message, severity=Severity.WARNING)
    return Finding(True, _("CONTACT_DIGEST_KEY is the one that the contact points were made with."))


def _environment_severity() -> Severity:
    return Severity.BLOCKER if settings.GO_LIVE_ENFORCE else Severity.WARNING


@register("environment.debug", Severity.WARNING, "DEBUG is off and the secret key is set")
def environment_debug(now: datetime) -> Finding:
    """Check that DEBUG is off. A failure is a blocker where go-live is enforced."""
    if settings.DEBUG:
        return Finding(False, _("DEBUG is on: development mode."), severity=_environment_severity())
    return Finding(True, _("DEBUG is off and SECRET_KEY is set."))


@register("environment.migrations", Severity.WARNING, "All migrations are applied")
def environment_migrations(now: datetime) -> Finding:
    """Check that all migrations are applied. A failure is a blocker where go-live is enforced."""
    pending = pending_migrations()
    if pending:
        message = _("Migrations not applied: %(pending)s.") % {"pending": ", ".join(pending)}
        return Finding(False, message, pending, _environment_severity())
    return Finding(True, _("All migrations are applied."))


@register("environment.time_zones", Severity.BLOCKER, "Time zone data is current")
def environment_time_zones(now: datetime) -> Finding:
    """Check that the time zone data is current, because an error of an hour may mean a call at night."""
    errors = check_time_zones()
    if errors:
        return Finding(False, str(errors[0].msg))
    return Finding(True, _("Zones come from tzdata %(version)s alone.") % {"version": tzdata.__version__})


@read_once
def _triggers() -> set[str]:
    return present(connection)


@register("environment.append_only", Severity.BLOCKER, "Append-only tables are protected")
def environment_append_only(now: datetime) -> Finding:
    """Check that every append-only table has its triggers."""
    unprotected = missing(connection, append_only.APPEND_ONLY, append_only.ERASABLE, among=_triggers())
    if unprotected:
        return Finding(
            False, _("No trigger on %(unprotected)s. Run migrate.") % {"unprotected": ", ".join(unprotected)}, unprotected
        )
    return Finding(True, _("Every append-only table has its trigger."))


@register("environment.mark", Severity.BLOCKER, "Changed rules are noticed at once")
def environment_mark(now: datetime) -> Finding:
    """Check that every table whose rows govern has the triggers that change the mark. Without one, a process would go on
    deciding by rules that it has kept."""
    unmarked = missing(connection, mark.TRIGGERS, among=_triggers())
    if unmarked:
        return Finding(
            False,
            _("No trigger changes the mark on %(unmarked)s. Run migrate.") % {"unmarked": ", ".join(unmarked)},
            unmarked,
        )
    return Finding(True, _("Every table of rules has its trigger."))


@register("environment.backups", Severity.INFO, "Backups are configured")
def environment_backups(now: datetime) -> Finding:
    """Check that somebody has set BACKUPS_CONFIGURED. The product cannot see the backups themselves."""
    if not settings.BACKUPS_CONFIGURED:
        return Finding(False, _("Nobody has said that backups are made: docs/operations.md, then BACKUPS_CONFIGURED=true."))
    return Finding(True, _("Backups are configured, by the word of BACKUPS_CONFIGURED."))
