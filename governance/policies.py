"""What all policies have in common: rows with a version, a history, and one race-free way to change them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db import IntegrityError, models, transaction
from simple_history.models import HistoricalRecords

from wholesale.plumbing.act import Act
from wholesale.plumbing.append_only import AppendOnlyModel
from wholesale.plumbing.errors import RequiredParameter, VersionConflict
from wholesale.plumbing.seeds import SEEDED_BY
from wholesale.plumbing.vocabulary import ALL, LABEL_MAX_LENGTH, NOTE_MAX_LENGTH, WORD_MAX_LENGTH, Province


class _History(HistoricalRecords):
    """Leaves a column out where the model has it: of a removed row the library asks for each that is left out."""

    def create_history_model(self, model: type[models.Model], inherited: bool) -> Any:
        history = super().create_history_model(model, inherited)
        columns = {field.name for field in model._meta.fields}
        history._history_excluded_fields = [name for name in self.excluded_fields if name in columns]
        return history


class Governed(models.Model):
    """A row that somebody changes for a reason. Its history keeps every state that it ever had, and is append-only."""

    changed_by = models.CharField(max_length=LABEL_MAX_LENGTH)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    reason = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)
    updated_at = models.DateTimeField(editable=False)

    history = _History(inherit=True, excluded_fields=["created_at"], bases=[AppendOnlyModel])

    class Meta:
        abstract = True

    def stamp(self, act: Act) -> None:
        """Say who changes the row, why and when, for the row and for the history entry that its next save writes."""
        self.changed_by, self.user, self.reason, self.updated_at = act.actor, act.user, act.reason, act.now
        # The history's own column for a reason is short; each entry keeps the whole of it in `reason`.
        self._history_user, self._history_date, self._change_reason = act.user, act.now, act.reason[:100]


class Policy(Governed):
    """A rule that an operator edits. It is switched off, never deleted."""

    version = models.PositiveIntegerField(default=1, help_text="raised by each change")
    created_at = models.DateTimeField(editable=False)

    class Meta:
        abstract = True


class PlacePolicy(Policy):
    """A policy of one market, or of a whole province as market ALL."""

    province = models.CharField(max_length=2, choices=Province)
    market = models.CharField(max_length=WORD_MAX_LENGTH, default=ALL)
    enabled = models.BooleanField(default=False)

    class Meta:
        abstract = True
        ordering = ["province", "market"]
        default_permissions = ("change", "view")
        constraints = [
            # Serves the lookup of an effective policy and the list's order too.
            models.UniqueConstraint(fields=["province", "market"], name="%(app_label)s_%(class)s_place"),
            models.CheckConstraint(
                condition=models.Q(province__in=Province.values), name="%(app_label)s_%(class)s_province"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.province} {self.market}"


GovernedT = TypeVar("GovernedT", bound=Governed)
PolicyT = TypeVar("PolicyT", bound=Policy)
PlacePolicyT = TypeVar("PlacePolicyT", bound=PlacePolicy)


def upsert(
    model: type[PolicyT],
    *,
    key: Mapping[str, Any],
    changes: Mapping[str, Any],
    act: Act,
    expected_version: int | None,
    required: Iterable[str] = (),
) -> PolicyT:
    """Create or change the policy under its key, within the caller's transaction.

    `changes` holds only what was given, so an absent setting keeps its value. A row that does not exist has version 0. The
    clock is read under the row's lock: `updated_at` says when it was.

    Raises:
        VersionConflict: `expected_version` was given and is not the row's.
        RequiredParameter: the row is new, and one of `required` was not given.

    """

    def new() -> PolicyT:
        for name in required:
            if name not in changes:
                raise RequiredParameter(attr=name)
        return model(**key, version=0)

    def save(policy: PolicyT) -> PolicyT:
        _change(policy, changes, expected_version)
        if policy._state.adding:
            policy.created_at = act.now
        return _stamped(policy, act)

    return _made_or_changed(model, key, new, save)


def put(model: type[GovernedT], *, key: Mapping[str, Any], changes: Mapping[str, Any], act: Act) -> GovernedT:
    """The same of a row without a version."""

    def save(row: GovernedT) -> GovernedT:
        for name, value in changes.items():
            setattr(row, name, value)
        return _stamped(row, act)

    return _made_or_changed(model, key, lambda: model(**key), save)


def remove(model: type[GovernedT], *, key: Mapping[str, Any], act: Act) -> GovernedT | None:
    """Take away the row under the key, within the caller's transaction; its history stays. The row as it was, with who took
    it away and when, or None where there is none."""
    row = model._default_manager.select_for_update().filter(**key).first()
    if row is None:
        return None
    row.stamp(act)
    row.delete()
    return row


def _made_or_changed(
    model: type[GovernedT],
    key: Mapping[str, Any],
    new: Callable[[], GovernedT],
    save: Callable[[GovernedT], GovernedT],
) -> GovernedT:
    """Save the row under the key, locked, or a new one. Of two who make it in the same moment the later one changes it."""
    locked = model._default_manager.select_for_update().filter(**key)
    row = locked.first()
    if row is None:
        made = new()
        try:
            with transaction.atomic():
                return save(made)
        except IntegrityError:
            row = locked.first()  # somebody else made it between our look and our insert
            if row is None:
                raise  # no: the row itself breaks a rule
    return save(row)


def _stamped(row: GovernedT, act: Act) -> GovernedT:
    row.stamp(act)
    row.save(force_insert=row._state.adding)  # a key of its own must not overwrite a row that somebody else made
    return row


def seed_provinces(
    model: type[PolicyT],
    upsert: Callable[..., PolicyT],
    *,
    reason: str,
    now: datetime | None,
    key: Mapping[str, str] | None = None,
    **settings: Any,
) -> int:
    """Give each province that has none its policy for market ALL, by the verb that makes one. Returns how many were made.

    `key` is what else tells one policy of a province from another, such as the channel.
    """
    key = key or {}
    present = set(model._default_manager.filter(market=ALL, **key).values_list("province", flat=True))
    absent = [province for province in Province.values if province not in present]
    for province in absent:
        upsert(province=province, changed_by=SEEDED_BY, reason=reason, expected_version=0, now=now, **key, **settings)
    return len(absent)


def _change(policy: Policy, changes: Mapping[str, Any], expected_version: int | None) -> None:
    if expected_version is not None and expected_version != policy.version:
        raise VersionConflict(attr="expected_version")
    for name, value in changes.items():
        setattr(policy, name, value)
    policy.version += 1


def effective(model: type[PlacePolicyT], province: str, market: str, **kind: Any) -> PlacePolicyT | None:
    """The policy of the market, else of its whole province, else None. A market's row that is off still matches.

    `kind` is what else tells one policy of a place from another.
    """
    places = [(province, market)]
    return effective_among(candidates(model._default_manager.filter(**kind), places), places)[province, market]


def candidates(rows: models.QuerySet[PlacePolicyT], places: Collection[tuple[str, str]]) -> list[PlacePolicyT]:
    """Those of some policies that may govern one of these places, in one query."""
    provinces, markets = {province for province, _ in places}, {ALL, *(market for _, market in places)}
    return list(rows.filter(province__in=provinces, market__in=markets))


def effective_among(
    rows: Iterable[PlacePolicyT], places: Collection[tuple[str, str]]
) -> dict[tuple[str, str], PlacePolicyT | None]:
    """The one that governs each place, of policies of which a place has one at most."""
    found = {(row.province, row.market): row for row in rows}
    return {(province, market): found.get((province, market)) or found.get((province, ALL)) for province, market in places}
