"""Building blocks of the API's views: the decorators `ask` (GET) and `act` (POST), and `ResourceViewSet` for rows."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, wraps
from typing import Any, ClassVar

from django.contrib.auth.models import User
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import UnsupportedMediaType, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSetMixin

from wholesale.plumbing import correlation, filters, unknown_parameters
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import NotFound
from wholesale.plumbing.fields import (
    AwareDateTimeField,
    IdField,
    JsonField,
    LabelField,
    ManyField,
    StrictDecimalField,
    StrictIntegerField,
)
from wholesale.plumbing.http.lane import PlainRequest
from wholesale.plumbing.idempotency import idempotent
from wholesale.plumbing.listing import Computed, Listed, row_of
from wholesale.plumbing.pagination import NewestFirst
from wholesale.plumbing.params import ObjectParams, Params, is_empty, known, merged, validated
from wholesale.plumbing.received import ReceivedLabelField
from wholesale.plumbing.rendering import MEDIA_TYPE, Response
from wholesale.plumbing.unknown_parameters import Known
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH

ROW_ID = r"(?P<id>[0-9]{1,18})"  # in a url_path; the schema shows {id}. 18 digits fit into a bigint


class ApiView(APIView):
    """The base of all API views. It sets the correlation id before an action. Each action names the permission it needs."""

    http_method_names = ["get", "head", "post"]
    permissions: ClassVar[dict[str, str]] = {}
    receiving: ClassVar[frozenset[str]] = frozenset()  # actions that record what was received: no detail is refused
    is_key_ignored = False  # whether a receiving action ignored an Idempotency-Key: invalid, or another request's
    ignored: Iterable[str] = ()
    preference: str | None = None
    format_kwarg = None

    @property
    def is_receiving(self) -> bool:
        """Whether the action records what a person told us, such as an opt-out, even if details of the request are wrong."""
        return getattr(self, "action", None) in self.receiving

    def known_parameters(self) -> Known:
        """Return the names of the parameters that the action knows."""
        return getattr(self, self.action).known

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer a plain request without what DRF would find out anew for it. Answer any other as DRF does."""
        if not hasattr(request, "is_plain"):
            return super().dispatch(request, *args, **kwargs)
        plain, method = PlainRequest(request, self.get_parsers()), str(request.method).lower()
        self.request, self.headers = plain, self.default_response_headers
        self.action = self.action_map[method]  # type: ignore[attr-defined]  # of ViewSetMixin
        try:
            plain.authenticate()
            self.check_permissions(plain)
            self._prepare(plain)
            response = getattr(self, method)(plain, *args, **kwargs)
        except Exception as error:
            response = self.handle_exception(error)
        return self.finalize_response(plain, response, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self._prepare(request)

    def _prepare(self, request: Request) -> None:
        """Set the correlation id and note the unknown parameters, before the handler runs."""
        if request.content_type.startswith("multipart/") and not self._is_parsed(request):
            raise UnsupportedMediaType(request.content_type)
        header = request.META.get(correlation.META_KEY, "").strip()
        if header and not correlation.is_valid_header(header) and not self.is_receiving:
            raise ValidationError({correlation.HEADER: ["Must be 1 to 128 characters, no control characters."]})
        given = merged(request).get("correlation_id") if request.method == "POST" else None
        if given is not None and not is_empty(given):
            field = ReceivedLabelField() if self.is_receiving else LabelField()
            try:
                correlation.use(field.run_validation(given))
            except ValidationError as error:
                raise ValidationError({"correlation_id": error.detail}) from error
        if self.action in self.permissions:
            self._note_unknown(request, self.known_parameters())

    def _is_parsed(self, request: Request) -> bool:
        """Whether the action has a parser for the body's content type."""
        return self.get_content_negotiator().select_parser(request, self.get_parsers()) is not None

    def _note_unknown(self, request: Request, known: Known) -> None:
        self.preference = unknown_parameters.preference(request)
        if self.is_receiving and self.preference == unknown_parameters.STRICT:
            self.preference = None  # not applied: no detail refuses what was received
        names = unknown_parameters.unknown(request, known)
        if names and self.preference == unknown_parameters.STRICT:
            unknown_parameters.refuse(names, known)
        self.ignored = names

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the answer with headers that name the ignored parameters, also if a kept answer is repeated."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(response, Response) and request.accepted_media_type != MEDIA_TYPE:  # with indents
            response.content = request.accepted_renderer.render(response.data, request.accepted_media_type)
        if self.ignored:
            response[unknown_parameters.IGNORED_HEADER] = unknown_parameters.header(self.ignored)
        if self.preference:
            response[unknown_parameters.APPLIED_HEADER] = self.preference
        return response


class ApiViewSet(ViewSetMixin, ApiView):
    """The base of viewsets whose methods are decorated with `ask` or `act`."""


def ask(
    url_path: str, params: type[Params], responses: Any, *, view_options: dict[str, Any] | None = None, **schema: Any
) -> Callable[..., Any]:
    """Decorator: make a method of an ApiViewSet answer a GET. The method gets the checked parameters as keywords."""

    def decorate(handler: Callable[..., Response]) -> Any:
        documented = [params] if params().fields else []
        parameters = [*documented, *schema.pop("parameters", [])]
        route = action(detail=False, methods=["get"], url_path=url_path, **(view_options or {}))
        routed = route(_checked(handler, params))
        return extend_schema(parameters=parameters, responses=responses, **schema)(routed)

    return decorate


def act(
    url_path: str | None, params: type[Params], responses: Any, *, in_parts: bool = False, **schema: Any
) -> Callable[..., Any]:
    """Decorator: make a method of an ApiViewSet answer a POST. It acts only once for each Idempotency-Key.

    The method gets the checked parameters as keywords. If `url_path` is None, it is the `create` of a ResourceViewSet. For
    `in_parts` see `idempotent`.
    """

    def decorate(handler: Callable[..., Response]) -> Any:
        parameters = [_in_query(params), *schema.pop("parameters", [])]
        routed = idempotent(_checked(_acting(handler), params), in_parts=in_parts)
        if url_path is not None:
            routed = action(detail=False, methods=["post"], url_path=url_path)(routed)
        return extend_schema(request=params, parameters=parameters, responses=responses, **schema)(routed)

    return decorate


def _checked(handler: Callable[..., Response], params: type[Params]) -> Callable[..., Response]:
    """Wrap a handler so that it gets the request's checked parameters in addition to the parameters of the path."""

    @wraps(handler)
    def checked(view: ApiViewSet, request: Request, **path: Any) -> Response:
        return handler(view, request, **path, **validated(params, request))

    checked.known = known(params)  # type: ignore[attr-defined]
    return checked


def _acting(handler: Callable[..., Response]) -> Callable[..., Response]:
    """Wrap a handler that takes `act`: it gets an Act in place of the parameters `actor`, `changed_by` and `reason`."""
    if "act" not in inspect.signature(handler).parameters:
        return handler

    @wraps(handler)
    def acting(view: ApiViewSet, request: Request, **params: Any) -> Response:
        actor = params.pop("actor", None) or params.pop("changed_by", None)
        made = Act.by(acting_user(request), actor=actor, reason=params.pop("reason", ""))
        return handler(view, request, act=made, **params)

    return acting


def acting_user(request: Request) -> User:
    """Return the signed-in user of a request. The permission class has refused requests without a user before."""
    user = request.user
    assert isinstance(user, User)
    return user


def path_id(what: str) -> OpenApiParameter:
    """Return the documentation of the `{id}` in a path. `what` is the kind of row that it identifies."""
    return OpenApiParameter("id", int, OpenApiParameter.PATH, description=f"id of the {what}")


def _in_query(params: type[Params]) -> type[Params]:
    """Return a serializer that documents the query string. All its parameters are optional, since the body may have them."""

    class InQuery(params):  # type: ignore[valid-type,misc]
        def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
            fields = {name: f for name, f in super().get_fields().items() if not _fills_a_body(f)}
            for field in fields.values():
                field.required = False
            return fields

    InQuery.__name__ = f"{params.__name__}InQuery"
    return InQuery


def _fills_a_body(field: serializers.Field[Any, Any, Any, Any]) -> bool:
    """Whether the field's values may be too long for a query string, so that only the body can have them."""
    return (
        isinstance(field, JsonField | ManyField | ObjectParams)
        or (getattr(field, "max_length", None) or 0) > NOTE_MAX_LENGTH
    )


class RowSerializer(serializers.ModelSerializer[Any]):
    """The base serializer of rows. It shows numbers as JSON numbers, and times in UTC with Z."""

    computed: ClassVar[Mapping[str, Computed]] = {}  # the fields that are no plain columns, for wholesale.plumbing.listing

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.AutoField: IdField,
        models.BigAutoField: IdField,
        models.DateTimeField: AwareDateTimeField,
        models.DecimalField: StrictDecimalField,
        models.IntegerField: StrictIntegerField,
        models.PositiveIntegerField: StrictIntegerField,
        models.PositiveSmallIntegerField: StrictIntegerField,
    }


class SignedSerializer(RowSerializer):
    """The base serializer of rows that name who wrote them. A client may choose `actor`; `user` is who was signed in."""

    user: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="username", read_only=True, allow_null=True, help_text="who was signed in; null: nobody, as in a command"
    )


class ResourceViewSet(ViewSetMixin, GenericAPIView[Any], ApiView):
    """The base of endpoints that only read rows: a filtered list in pages, newest first, and a single row by its id."""

    pagination_class = NewestFirst
    filterset_class: Any = None
    lookup_field = "id"
    lookup_value_regex = "[0-9]{1,18}"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Require the permission to view the model for lists and rows. A subclass names the permissions of other actions."""
        super().__init_subclass__(**kwargs)
        assert cls.queryset is not None
        opts = cls.queryset.model._meta
        view = f"{opts.app_label}.view_{opts.model_name}"
        cls.permissions = {"list": view, "retrieve": view, **cls.permissions}

    def known_parameters(self) -> Known:
        if self.action == "list":
            return _known_filters(type(self))
        return Known() if self.action == "retrieve" else super().known_parameters()

    # Without docstrings: a view's own docstring documents its list and its rows.
    def list(self, request: Request) -> HttpResponseBase:
        wanted = filters.wanted(self.filterset_class, request.query_params)
        page: Any = self.paginate_queryset(Listed(self, request.user, wanted))  # type: ignore[arg-type]
        return self.get_paginated_response(self.filled(page))

    def retrieve(self, request: Request, id: str) -> Response:
        row = row_of(self, request.user, int(id))
        if row is None:
            raise NotFound(f"There is no such {type(self).queryset.model._meta.verbose_name}.")  # type: ignore[union-attr]
        return Response(self.filled([row])[0])

    def filled(self, rows: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        """Return the rows with what is not in their own table."""
        return rows


@cache
def _known_filters(view: type[ResourceViewSet]) -> Known:
    items = view.filterset_class.base_filters if view.filterset_class else ()
    return Known(frozenset({*items, NewestFirst.cursor_query_param, NewestFirst.page_size_query_param}))
