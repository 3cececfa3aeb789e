"""What every viewset of the API is made of: `ask` for a GET, `act` for a POST, `ResourceViewSet` for rows."""

import inspect
from collections.abc import Callable, Iterable
from functools import cache, wraps
from typing import Any, ClassVar

from django.contrib.auth.models import User
from django.db import models
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import UnsupportedMediaType, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSetMixin

from wholesale.plumbing import correlation, scopes, unknown_parameters
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
from wholesale.plumbing.idempotency import idempotent
from wholesale.plumbing.pagination import NewestFirst
from wholesale.plumbing.params import ObjectParams, Params, is_empty, known, merged, validated
from wholesale.plumbing.received import ReceivedLabelField
from wholesale.plumbing.unknown_parameters import Known
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH

ROW_ID = r"(?P<id>[0-9]{1,18})"  # in a url_path; the schema shows {id}. 18 digits fit into a bigint


class ApiView(APIView):
    """A view whose actions each name the permission they need, and which knows its correlation id."""

    http_method_names = ["get", "head", "post"]
    permissions: ClassVar[dict[str, str]] = {}
    receiving: ClassVar[frozenset[str]] = frozenset()  # the actions that record what was received: no detail refuses it
    is_key_ignored = False  # whether the Idempotency-Key of what was received was no key, or another request's
    ignored: Iterable[str] = ()
    preference: str | None = None

    @property
    def is_receiving(self) -> bool:
        """Whether this request brings what was received."""
        return getattr(self, "action", None) in self.receiving

    def known_parameters(self) -> Known:
        """What the action takes."""
        return getattr(self, self.action).known  # type: ignore[attr-defined]  # of ViewSetMixin

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.content_type.startswith("multipart/") and not self._is_parsed(request):
            raise UnsupportedMediaType(request.content_type)
        header = request.headers.get(correlation.HEADER, "").strip()
        if header and not correlation.is_valid_header(header) and not self.is_receiving:
            raise ValidationError({correlation.HEADER: ["Must be 1 to 128 characters, no control characters."]})
        given = merged(request).get("correlation_id") if request.method == "POST" else None
        if given is not None and not is_empty(given):
            field = ReceivedLabelField() if self.is_receiving else LabelField()
            try:
                correlation.use(field.run_validation(given))
            except ValidationError as error:
                raise ValidationError({"correlation_id": error.detail}) from error
        if self.action in self.permissions:  # type: ignore[attr-defined]
            self._note_unknown(request, self.known_parameters())

    def _is_parsed(self, request: Request) -> bool:
        """Whether a parser of the action takes such a body."""
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
        """The answer, which names what was ignored, a replayed one too."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.ignored:
            response[unknown_parameters.IGNORED_HEADER] = unknown_parameters.header(self.ignored)
        if self.preference:
            response[unknown_parameters.APPLIED_HEADER] = self.preference
        return response


class ApiViewSet(ViewSetMixin, ApiView):
    """Verbs of one area: methods made by `ask` and `act`."""


def ask(
    url_path: str, params: type[Params], responses: Any, *, view_options: dict[str, Any] | None = None, **schema: Any
) -> Callable[..., Any]:
    """Make a method of an ApiViewSet a GET. It is called with the checked parameters as keywords."""

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
    """Make a method of an ApiViewSet a POST, idempotent under a key. It is called with the checked parameters.

    Without a path it is the `create` of a ResourceViewSet, which the router knows already. For `in_parts` see `idempotent`.
    """

    def decorate(handler: Callable[..., Response]) -> Any:
        parameters = [_in_query(params), *schema.pop("parameters", [])]
        routed = idempotent(_checked(_acting(handler), params), in_parts=in_parts)
        if url_path is not None:
            routed = action(detail=False, methods=["post"], url_path=url_path)(routed)
        return extend_schema(request=params, parameters=parameters, responses=responses, **schema)(routed)

    return decorate


def _checked(handler: Callable[..., Response], params: type[Params]) -> Callable[..., Response]:
    """The handler, called with the checked parameters beside those of the path."""

    @wraps(handler)
    def checked(view: ApiViewSet, request: Request, **path: Any) -> Response:
        return handler(view, request, **path, **validated(params, request))

    checked.known = known(params)  # type: ignore[attr-defined]
    return checked


def _acting(handler: Callable[..., Response]) -> Callable[..., Response]:
    """The handler, called with the act that the request asks for: who acts and why are taken out of the parameters."""
    if "act" not in inspect.signature(handler).parameters:
        return handler

    @wraps(handler)
    def acting(view: ApiViewSet, request: Request, **params: Any) -> Response:
        actor = params.pop("actor", None) or params.pop("changed_by", None)
        made = Act.by(acting_user(request), actor=actor, reason=params.pop("reason", ""))
        return handler(view, request, act=made, **params)

    return acting


def acting_user(request: Request) -> User:
    """Who asks. The permission class has let nobody pass who is not a user."""
    user = request.user
    assert isinstance(user, User)
    return user


def path_id(what: str) -> OpenApiParameter:
    """Documents the `{id}` of a path."""
    return OpenApiParameter("id", int, OpenApiParameter.PATH, description=f"id of the {what}")


def _in_query(params: type[Params]) -> type[Params]:
    """The same parameters as the query string takes them: each optional, since the body may hold it."""

    class InQuery(params):  # type: ignore[valid-type,misc]
        def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
            fields = {name: f for name, f in super().get_fields().items() if not _fills_a_body(f)}
            for field in fields.values():
                field.required = False
            return fields

    InQuery.__name__ = f"{params.__name__}InQuery"
    return InQuery


def _fills_a_body(field: serializers.Field[Any, Any, Any, Any]) -> bool:
    """Whether it is longer than an address may be."""
    return (
        isinstance(field, JsonField | ManyField | ObjectParams)
        or (getattr(field, "max_length", None) or 0) > NOTE_MAX_LENGTH
    )


class RowSerializer(serializers.ModelSerializer[Any]):
    """Rows as the API shows them: JSON numbers, UTC with Z."""

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
    """Rows that name who acted, in words that a client may choose: beside them who was signed in.

    Read them through `select_related("user")`.
    """

    user: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="username", read_only=True, allow_null=True, help_text="who was signed in; null: nobody, as in a command"
    )


class ResourceViewSet(ListModelMixin, RetrieveModelMixin, ViewSetMixin, GenericAPIView[Any], ApiView):
    """Rows to read: a list with filters, newest first in pages, and one by id. Every write goes through a verb."""

    pagination_class = NewestFirst
    lookup_field = "id"
    lookup_value_regex = "[0-9]{1,18}"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """The list and the rows need the model's permission to view. A subclass names those of its own actions."""
        super().__init_subclass__(**kwargs)
        assert cls.queryset is not None
        opts = cls.queryset.model._meta
        view = f"{opts.app_label}.view_{opts.model_name}"
        cls.permissions = {"list": view, "retrieve": view, **cls.permissions}

    def get_queryset(self) -> models.QuerySet[Any]:
        """Those that the user may read."""
        return scopes.visible(super().get_queryset(), self.request.user)

    def known_parameters(self) -> Known:
        if self.action == "list":
            return _known_filters(type(self))
        return Known() if self.action == "retrieve" else super().known_parameters()

    def get_object(self) -> Any:
        """The row of the path.

        Raises:
            NotFound: there is none.

        """
        try:
            return super().get_object()
        except Http404:
            raise NotFound(f"There is no such {self.get_queryset().model._meta.verbose_name}.") from None


@cache
def _known_filters(view: type[ResourceViewSet]) -> Known:
    filters = view.filterset_class.base_filters if hasattr(view, "filterset_class") else ()
    return Known(frozenset({*filters, NewestFirst.cursor_query_param, NewestFirst.page_size_query_param}))
