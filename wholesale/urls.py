"""Every path of the product."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from wholesale.console.invitations.welcome import Welcome
from wholesale.console.notices import pages as notices
from wholesale.console.palette.pages import palette
from wholesale.console.preferences.pages import my_settings
from wholesale.console.saved_views import pages as saved_views
from wholesale.console.today.agents import agents
from wholesale.console.today.page import home
from wholesale.console.today.parts import part
from wholesale.plumbing.http.health import healthz, readyz
from wholesale.plumbing.http.schema_view import SchemaView


class UnknownPath(APIView):
    """A view that answers 404 for every unknown path below /api/."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Raise NotFound, whatever the method."""
        raise NotFound("There is no such path.")


urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("healthz", healthz),
    path("readyz", readyz),
    path("admin/", admin.site.admin_view(home)),
    path("admin/my-settings/", admin.site.admin_view(my_settings), name="my_settings"),
    path("admin/notices/", admin.site.admin_view(notices.notices), name="notices"),
    path("admin/notices/bell/", admin.site.admin_view(notices.bell), name="bell"),
    path("admin/notices/read/", admin.site.admin_view(notices.read_all), name="read_notices"),
    path("admin/notices/<path:object_id>/read/", admin.site.admin_view(notices.read), name="read_notice"),
    path("admin/today/agents/", admin.site.admin_view(agents), name="today_agents"),
    path("admin/today/parts/<str:name>/", admin.site.admin_view(part), name="today_part"),
    path("admin/find/", admin.site.admin_view(palette), name="find"),
    path("admin/views/", admin.site.admin_view(saved_views.save), name="save_view"),
    path("admin/views/<path:object_id>/remove/", admin.site.admin_view(saved_views.remove), name="remove_view"),
    path("admin/welcome/<uidb64>/<token>/", Welcome.as_view(), name="welcome"),
    path("admin/", admin.site.urls),
    path("api/schema", SchemaView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("api/", include("governance.urls")),
    path("api/", include("followups.urls")),
    path("api/", include("buyers.urls")),
    path("api/", include("offers.urls")),
    path("api/", include("kpi.urls")),
    re_path(r"^api(?P<path>/.*)?$", UnknownPath.as_view()),
]
handler400 = "wholesale.plumbing.http.handlers.bad_request"
handler403 = "wholesale.console.faults.forbidden"
handler404 = "wholesale.console.faults.not_found"
handler500 = "wholesale.plumbing.http.handlers.server_error"
