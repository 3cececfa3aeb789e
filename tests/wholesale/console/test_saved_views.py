"""Saved views: filters and an order under a name, for their user or for all, above the list."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.factories import LeadFactory
from tests.staff import signed_in
from wholesale.console.saved_views.services import (
    VIEWS_MAX,
    TooManyViews,
    ViewNotFound,
    ViewNotShareable,
    remove_view,
    save_view,
)
from wholesale.plumbing.act import Act
from wholesale.plumbing.models import SavedView

pytestmark = pytest.mark.django_db

LEADS = "/admin/followups/lead/"
SAVE = "/admin/views/"


@pytest.fixture
def op(user_of: Callable[..., User]) -> User:
    return user_of("operator", username="op")


@pytest.fixture
def desk(op: User) -> Client:
    return signed_in(op)


def saved(client: Client, name: str = "New ones", query: str = "status__exact=NEW", **given: str) -> str:
    return client.post(SAVE, {"page": "followups_lead", "name": name, "query": query, **given})["Location"]


def test_a_view_is_saved_and_opens_its_list(desk: Client) -> None:
    LeadFactory.create(lead_id="A", status="NEW")
    LeadFactory.create(lead_id="B", status="DEAD")

    listed = saved(desk)
    page = desk.get(listed)

    assert listed == f"{LEADS}?status__exact=NEW"
    assert [lead.lead_id for lead in page.context["cl"].result_list] == ["A"]
    assert f'<a href="{listed}" aria-current="true">New ones' in page.content.decode()
    assert f'<a href="{listed}" >New ones' in desk.get(LEADS).content.decode()


def test_filters_and_order_are_kept_and_nothing_else(desk: Client) -> None:
    saved(desk, query="q=Jane+Roe&o=-1&province__exact=ON&followup=due&p=3&email__exact=jane%40example.ca&_popup=1")

    assert SavedView.objects.get().query == "followup=due&o=-1&province__exact=ON"


def test_a_view_of_the_same_name_is_replaced(desk: Client) -> None:
    saved(desk)
    saved(desk, query="status__exact=DEAD")

    assert SavedView.objects.get().query == "status__exact=DEAD"


def test_others_see_shared_views_only(desk: Client, user_of: Callable[..., User]) -> None:
    saved(desk, name="Mine")
    saved(desk, name="Ours", is_shared="on")
    seen = signed_in(user_of("auditor")).get(LEADS).content.decode()

    assert "Ours" in seen
    assert "Mine" not in seen


def test_only_operators_share(user_of: Callable[..., User]) -> None:
    agent = user_of("agent")
    client = signed_in(agent)

    saved(client, is_shared="on")
    assert not SavedView.objects.exists()
    with pytest.raises(ViewNotShareable):
        save_view(page="followups_lead", name="x", query="", is_shared=True, act=Act.by(agent))
    assert 'name="is_shared"' not in client.get(LEADS).content.decode()
    saved(client)
    assert SavedView.objects.get().user == agent


def test_a_view_is_removed_by_its_user_or_if_shared_by_an_operator(
    op: User, desk: Client, user_of: Callable[..., User]
) -> None:
    agent = user_of("agent")
    view = save_view(page="followups_lead", name="x", query="", is_shared=False, act=Act.by(agent))
    shared = save_view(page="followups_lead", name="y", query="", is_shared=True, act=Act.by(op))

    assert desk.post(f"/admin/views/{view.pk}/remove/").status_code == 404
    with pytest.raises(ViewNotFound):
        remove_view(shared.pk, act=Act.by(agent))
    remove_view(view.pk, act=Act.by(agent))
    assert desk.post(f"/admin/views/{shared.pk}/remove/")["Location"] == LEADS
    assert not SavedView.objects.exists()
    assert desk.post("/admin/views/nothing/remove/").status_code == 404


def test_a_user_has_few_views_of_a_list(op: User) -> None:
    for n in range(VIEWS_MAX):
        save_view(page="followups_lead", name=f"v{n}", query="", is_shared=False, act=Act.by(op))

    save_view(page="followups_lead", name="v0", query="o=1", is_shared=False, act=Act.by(op))
    with pytest.raises(TooManyViews):
        save_view(page="followups_lead", name="one more", query="", is_shared=False, act=Act.by(op))


def test_a_view_needs_a_name_and_a_list_that_the_user_may_open(desk: Client, user_of: Callable[..., User]) -> None:
    saved(desk, name=" ")
    assert not SavedView.objects.exists()
    for page, status in (("followups_nothing", 404), ("", 404), ("auth_user", 403)):
        assert signed_in(user_of("agent", username=f"a{page}")).post(SAVE, {"page": page, "name": "x"}).status_code == status
    assert desk.get(SAVE).status_code == 405
