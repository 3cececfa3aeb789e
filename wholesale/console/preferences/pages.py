"""The page "My settings", which each user of the console has."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from wholesale.console.notices.forms import NoticesForm
from wholesale.console.notices.services import choose_ways
from wholesale.console.preferences.forms import PreferencesForm
from wholesale.console.preferences.services import choose_settings
from wholesale.plumbing.act import Act
from wholesale.plumbing.http.personal import LANGUAGE_CODES
from wholesale.plumbing.models import UserLanguage, default_zone


def my_settings(request: HttpRequest) -> HttpResponse:
    """Show the user's language, time zone and ways of being told, or set them."""
    user: Any = request.user
    chosen = getattr(user, "settings", None)
    now = {
        "language": chosen.language if chosen else UserLanguage.EN.value,
        "zone": chosen.zone if chosen else default_zone(),
    }
    given = request.POST if request.method == "POST" else None
    form, notices = PreferencesForm(given, initial=now), NoticesForm(given, user=user)
    if form.is_valid() and notices.is_valid():
        act = Act.by(user, reason="my settings")
        with transaction.atomic():
            row = choose_settings(user=user, **form.cleaned_data, act=act)
            choose_ways(user=user, ways=notices.ways, act=act)
        with override(LANGUAGE_CODES[UserLanguage(row.language)]):
            messages.success(request, _("Your settings are saved."))
        return HttpResponseRedirect(reverse("my_settings"))
    context = {**admin.site.each_context(request), "title": _("My settings"), "form": form, "media": form.media}
    context |= {"notices": notices, "mail_to": user.email}
    return TemplateResponse(request, "console/my_settings.html", context)


def account_links(request: HttpRequest) -> list[dict[str, str]]:
    """Return the links of the user menu (Unfold's ACCOUNT)."""
    if not request.user.is_authenticated:
        return []  # the page of the log-in asks too
    links = [{"title": _("My settings"), "link": reverse("my_settings")}]
    if request.user.has_usable_password():
        links.append({"title": _("Change password"), "link": reverse("admin:password_change")})
    return links
