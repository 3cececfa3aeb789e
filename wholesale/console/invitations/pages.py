"""The page that invites, and the page of an invitation with its link."""

from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from unfold.admin import ModelAdmin

from followups.models import PoolAgent
from wholesale.console.invitations.forms import InvitationForm
from wholesale.console.invitations.services import expiry, invite, link_for, roles_for, waiting_for
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_questions import confirmation, show_refusal
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.http.personal import LANGUAGE_CODES
from wholesale.plumbing.models import UserLanguage
from wholesale.plumbing.showing import shown_time

NEEDS = ("wholesale.invite_agent", "followups.add_poolagent")
# Subject and text of the e-mail, by the language of the invited.
_LETTERS = {
    UserLanguage.EN: (
        "Your access to Wholesale",
        "Hello {name},\n\nset your password here, until {until}: {link}\n\nYour user name is {username}.\n",
    ),
    UserLanguage.FR: (
        "Votre accès à Wholesale",
        "Bonjour {name},\n\nchoisissez votre mot de passe ici, avant le {until} : {link}\n\n"
        "Votre nom d'utilisateur est {username}.\n",
    ),
}


def invite_page(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """Show the form of an invitation and who has not answered one, or invite."""
    if not request.user.has_perms(NEEDS):
        raise PermissionDenied
    form = InvitationForm(request.POST if request.method == "POST" else None, roles=roles_for(request.user))
    if form.is_valid():
        try:
            user = invite(**form.cleaned_data, act=Act.by(request.user, reason="invited"))
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            model_admin.log_addition(request, user, "Invited.")
            return HttpResponseRedirect(_page_of(user))
    waiting = [{"name": str(user.get_full_name()), "link": _page_of(user)} for user in waiting_for(request.user)]
    return confirmation(
        request,
        model_admin,
        title=_("Invite an agent"),
        form=form,
        explanation=_(
            "This makes a user with the role, and puts an agent into the pools. You get a link for the invited, who sets "
            "the password by it. No e-mail is sent by itself."
        ),
        details=render_to_string("console/waiting.html", {"waiting": waiting}) if waiting else "",
        button=_("Invite"),
        opts=PoolAgent._meta,  # where Cancel leads
    )


def invitation_page(request: HttpRequest, model_admin: ModelAdmin, object_id: str) -> HttpResponse:
    """Show a new link for an invited user. The links made before still work."""
    if not request.user.has_perms(NEEDS):
        raise PermissionDenied
    invited = model_admin.get_object(request, object_id)
    user = waiting_for(request.user).select_related("settings").filter(pk=invited.pk).first() if invited else None
    if user is None:
        messages.info(request, _("This invitation was answered, or it is not yours to see."))
        return HttpResponseRedirect(reverse("admin:auth_user_invite"))
    link = request.build_absolute_uri(link_for(user))
    until = expiry(timezone.now())
    context = {
        **model_admin.admin_site.each_context(request),
        "title": user.get_full_name(),
        "invited": user,
        "pools": PoolAgent.objects.filter(agent=user.username),
        "link": link,
        "until": until,
        "mail": _mail(user, link, until),
    }
    return TemplateResponse(request, "console/invitation.html", context)


def _page_of(user: User) -> str:
    return reverse("admin:auth_user_invitation", args=[user.pk])


def _mail(user: Any, link: str, until: datetime) -> str:
    """Return the address that opens an e-mail to the invited, in its language and by its clock."""
    language = UserLanguage(user.settings.language)
    subject, text = _LETTERS[language]
    with override(LANGUAGE_CODES[language]):
        said = f"{shown_time(until, ZoneInfo(user.settings.zone))} ({user.settings.zone})"
    body = text.format(name=user.first_name, username=user.username, link=link, until=said)
    return f"mailto:{quote(user.email)}?{urlencode({'subject': subject, 'body': body}, quote_via=quote)}"
