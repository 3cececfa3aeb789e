"""The verbs of saved views, and which views a user sees."""

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.models import SavedView

SHARE = "wholesale.share_savedview"
VIEWS_MAX = 30  # of one user for one list


class ViewNotFound(DomainError, code="view_not_found", status=404):
    """There is no such view, or it is another user's."""


class TooManyViews(DomainError, code="too_many_views"):
    """There are as many views of this list as one user may have. Remove one first."""


class ViewNotShareable(DomainError, code="view_not_shareable", status=403):
    """Your role keeps views for itself and does not share them."""


def views_of(page: str, user: Any) -> QuerySet[SavedView]:
    """Return the views of a list that a user sees: its own and the shared ones, by name."""
    return SavedView.objects.filter(Q(user=user) | Q(is_shared=True), page=page)


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def save_view(*, page: str, name: str, query: str, is_shared: bool, act: Act) -> SavedView:
    """Keep filters and an order of a list under a name. A view of the user with this name is replaced.

    Raises:
        ViewNotShareable: it is to be shared, and the user may not share.
        TooManyViews: the user has VIEWS_MAX views of this list.

    """
    user = act.user
    if user is None or (is_shared and not user.has_perm(SHARE)):
        raise ViewNotShareable
    own = SavedView.objects.filter(page=page, user=user)
    if own.exclude(name=name).count() >= VIEWS_MAX:
        raise TooManyViews
    kept, _ = SavedView.objects.update_or_create(
        page=page,
        user=user,
        name=name,
        defaults={"query": query, "is_shared": is_shared},
        create_defaults={"query": query, "is_shared": is_shared, "created_at": act.now},
    )
    return kept


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def remove_view(view_id: int, *, act: Act) -> SavedView:
    """Remove a view: one's own, or a shared one if the user may share.

    Raises:
        ViewNotFound: no such view that the user may remove.

    """
    user = act.user
    found = SavedView.objects.select_for_update().filter(pk=view_id).first()
    if found is None or user is None or not may_remove(found, user):
        raise ViewNotFound
    found.delete()
    return found


def may_remove(view: SavedView, user: Any) -> bool:
    """Whether a user may remove a view."""
    return bool(view.user_id == user.pk or (view.is_shared and user.has_perm(SHARE)))
