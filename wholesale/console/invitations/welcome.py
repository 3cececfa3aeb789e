"""The page on which the invited sets a password. It needs no login: its address holds a token."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import PasswordResetConfirmView
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from wholesale.console.invitations.forms import FirstPasswordForm


class Welcome(PasswordResetConfirmView):
    """Set the first password, sign in, and go to the first page. The token is kept in the session, not in the address."""

    form_class = FirstPasswordForm
    template_name = "console/welcome.html"
    success_url = reverse_lazy("admin:index")
    title = _("Welcome")
    post_reset_login = True
    post_reset_login_backend = "wholesale.plumbing.http.personal.UserBackend"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**admin.site.each_context(self.request), **super().get_context_data(**kwargs)}
