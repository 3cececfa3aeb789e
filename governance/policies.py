"""The base of all policies: rows with a version and a history, and one verb that changes them safely in a race."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, TypeVar

from django.db import models, transaction
from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.act import Act
from wholesale.plumbing.append_only import AppendOnlyModel
from wholesale.plumbing.codes import place_name
from wholesale.plumbing.envelope import Envelope, Subject
from wholesale.plumbing.errors import RequiredParameter, VersionConflict
from wholesale.plumbing.mark import Governing, Kept
from wholesale.plumbing.mark import hold as hold_mark
from wholesale.plumbing.seeds import SAFE_DEFAULT, SEEDED_BY
from wholesale.plumbing.setting_fields import Choice, Setting, Switch, Word
from wholesale.plumbing.signed import user_key
from wholesale.plumbing.vocabulary import ALL, LABEL_MAX_LENGTH, NOTE_MAX_LENGTH, Province


class _History(HistoricalRecords):
    """A history that excludes only columns that the model has. When a row is removed, the library reads every excluded
    column, so it would fail on a column that the model lacks."""

    def create_history_model(self, model: type[models.Model], inherited: bool) -> Any:
        history = super().create_history_model(model, inherited)
        columns = {field.name for field in model._meta.fields}
        history._history_excluded_fields = [name for name in self.excluded_fields if name in columns]
        return history


class Governed(models.Model):
    """The base of tables whose rows are changed for a reason. The append-only history keeps every state of a row."""

    changed_by = models.CharField(max_length=LABEL_MAX_LENGTH)
    user = user_key(db_index=True, editable=False)
    reason = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)
    updated_at = models.DateTimeField(editable=False)

    history = _History(inherit=True, excluded_fields=["created_at"], bases=[AppendOnlyModel])

    class Meta:
        abstract = True

    def stamp(self, act: Act) -> None:
        """Set who changes the row, why and when, in the row and in the history entry that its next save writes."""
        self.changed_by, self.user, self.reason, self.updated_at = act.actor, act.user, act.reason, act.now
        # The library's own column for the reason is short. Each history entry has the whole reason in `reason`.
        self._history_user, self._history_date, self._change_reason = act.user, act.now, act.reason[:100]


class Policy(Governing, Governed):
    """The base of policies: rules that an operator edits. A policy is switched off, never deleted.

    A policy is declared in one file: its settings (`wholesale.plumbing.setting_fields`), its key, its seeds, what it refuses
    and what follows from a change. `upsert` is its verb, `governance.policies_api` makes its endpoints, and
    `governance.policies_admin` its pages.
    """

    version = models.PositiveIntegerField(default=1, help_text=_("raised by each change"))
    created_at = models.DateTimeField(editable=False)

    key: ClassVar[tuple[str, ...]] = ()  # the columns that name the row
    hidden: ClassVar[tuple[str, ...]] = ()  # the columns that the API does not show
    seed_reason: ClassVar[str] = SAFE_DEFAULT

    class Meta:
        abstract = True

    @classmethod
    def key_of(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Remove the columns of the key from `given` and return them by name. A column that is not given has its default."""
        fields: list[Any] = [cls._meta.get_field(name) for name in cls.key]
        absent = {field.name: field.get_default() for field in fields if field.has_default() or field.blank}
        return {name: given.pop(name) if name in given else absent[name] for name in cls.key}

    @classmethod
    def settings(cls) -> list[Any]:
        """The columns of this policy's settings: all but its key and the columns that every policy has."""
        others = {*(field.name for field in Policy._meta.fields), *cls.key}
        return [field for field in cls._meta.concrete_fields if not field.primary_key and field.name not in others]

    @classmethod
    def seeded(cls) -> Iterable[Mapping[str, Any]]:
        """The seeds of this policy: rows with their key and settings."""
        return ()

    def prepared(self, changes: Mapping[str, Any], act: Act) -> Mapping[str, Any]:
        """Return the values to write for `changes`, or refuse them with an error. The row is locked and still unchanged."""
        return changes

    def require_sound(self) -> None:
        """Refuse settings that contradict each other, with a DomainError that names one of them."""

    def follow(self, act: Act) -> None:
        """Do what this app does after a change is written, in the same transaction. Other apps receive `policy_changed`."""


class PlacePolicy(Policy):
    """The base of policies that each belong to one market, or to a whole province under the market ALL."""

    province = Choice(max_length=2, choices=Province)
    market = Word(default=ALL, page_help=_("ALL is the whole province; a market's own policy wins over it."))
    enabled = Switch(default=False)

    key: ClassVar[tuple[str, ...]] = ("province", "market")

    class Meta:
        abstract = True
        ordering = ["province", "market"]
        default_permissions = ("change", "view")
        constraints = [
            # Also the index for looking up an effective policy, and for the order of the list.
            models.UniqueConstraint(fields=["province", "market"], name="%(app_label)s_%(class)s_place"),
            models.CheckConstraint(
                condition=models.Q(province__in=Province.values), name="%(app_label)s_%(class)s_province"
            ),
        ]

    def __str__(self) -> str:
        return place_name(self.province, self.market)


GovernedT = TypeVar("GovernedT", bound=Governed)
PolicyT = TypeVar("PolicyT", bound=Policy)
PlacePolicyT = TypeVar("PlacePolicyT", bound=PlacePolicy)


policy_changed = Signal()
"""`policy_changed`: a policy was created or changed; the sender is its model. Subject: the policy. Facts: `policy`, the row;
`was`, a dict of its settings before."""


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def upsert(model: type[PolicyT], *, act: Act, expected_version: int | None = None, **given: Any) -> PolicyT:
    """Create or change a policy of any kind. `given` has its key and the settings to change; an absent setting keeps its
    value. The version of a policy that does not exist yet is 0.

    Raises:
        RequiredParameter: the policy is new, and lacks a setting that has no default.
        VersionConflict: `expected_version` was given, and the row has another version.
        DomainError: the policy's `prepared` or `require_sound` refuses.

    """
    key = model.key_of(given)
    policy = _locked(model, key)
    if policy is None:
        for field in model.settings():
            if isinstance(field, Setting) and field.is_needed and field.name not in given:
                raise RequiredParameter(attr=field.name)
        policy = model(**key, version=0)
    was = {field.name: getattr(policy, field.name) for field in model.settings()}
    for name, value in policy.prepared(given, act).items():
        setattr(policy, name, value)
    policy.require_sound()
    if expected_version is not None and expected_version != policy.version:
        raise VersionConflict(attr="expected_version")
    policy.version += 1
    if policy._state.adding:
        policy.created_at = act.now
    _save(policy, act)
    act = replace(act, at=policy.updated_at)
    policy.follow(act)
    subject = Subject(model._meta.model_name or "", str(policy.pk))
    changed = Envelope("policy_changed", subject, act, {"policy": policy, "was": was}, act.now)
    policy_changed.send(sender=model, envelopes=[changed])
    return policy


def seed(model: type[Policy], now: datetime | None = None) -> int:
    """Make the rows of a policy's seeds that do not exist yet, and return how many were made. No row is overwritten."""
    present = set(model._default_manager.values_list(*model.key))
    absent = [row for row in model.seeded() if tuple(row[name] for name in model.key) not in present]
    for row in absent:
        upsert(model, act=Act(SEEDED_BY, reason=model.seed_reason, at=now), expected_version=0, **row)
    return len(absent)


def each_province(**settings: Any) -> list[dict[str, Any]]:
    """Return a seed for each province, as market ALL. All seeds have the given settings."""
    return [{"province": province, "market": ALL, **settings} for province in Province.values]


def put(model: type[GovernedT], *, key: Mapping[str, Any], changes: Mapping[str, Any], act: Act) -> GovernedT:
    """Create or change the row with this key, within the caller's transaction. Columns not in `changes` keep their value.

    The clock is read under the row's lock, and `updated_at` is that time.
    """
    row = _locked(model, key) or model(**key)
    for name, value in changes.items():
        setattr(row, name, value)
    _save(row, act)
    return row


def remove(model: type[GovernedT], *, key: Mapping[str, Any], act: Act) -> GovernedT | None:
    """Remove the row with this key, within the caller's transaction. The row's history stays. Return the row as it was,
    stamped with who removed it and when, or None if there is no such row."""
    row = _locked(model, key)
    if row is not None:
        row.stamp(act)
        row.delete()
    return row


def _locked(model: type[GovernedT], key: Mapping[str, Any]) -> GovernedT | None:
    """The row with this key, locked, or None if there is none. Under the mark nobody else makes the row."""
    hold_mark()
    return model._default_manager.select_for_update().filter(**key).first()


def _save(row: Governed, act: Act) -> None:
    row.stamp(act)
    row.save(force_insert=row._state.adding)  # a new row must not overwrite one with the same primary key


def effective(model: type[PlacePolicyT], mark: int | None, province: str, market: str, *kind: str) -> PlacePolicyT | None:
    """The effective policy of a market under this mark: the market's own, even if it is off, else the province's, else None.

    If a place may have several policies of this model, `kind` names one by the other columns of the key. The row is kept in
    the process for everybody, so the caller must not change it.
    """
    rows = kept(model, mark)
    return rows.get((province, market, *kind)) or rows.get((province, ALL, *kind))


def kept(model: type[PolicyT], mark: int | None) -> Mapping[tuple[str, ...], PolicyT]:
    """All policies of this model under this mark, by their key. Callers must not change them."""
    return _kept(model).at(mark)


@cache
def _kept(model: type[PolicyT]) -> Kept[dict[tuple[str, ...], PolicyT]]:
    return Kept(lambda: {tuple(getattr(row, name) for name in model.key): row for row in model._default_manager.order_by()})
