"""The rows of an admin's list as light HTML.

Unfold renders several templates for each row, and repeats thirty classes in each cell: 350 kB for 50 rows, most of the time
that the page takes. Here a cell is its text, and the classes are rules of `admin.css`.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django import template
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.urls import NoReverseMatch
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from unfold.templatetags.unfold_list import result_headers
from unfold.utils import display_for_value

from wholesale.plumbing.admin_values import display_for_field

register = template.Library()

CHECKBOX = "action_checkbox"


@register.inclusion_tag("console/rows.html", takes_context=True)
def light_rows(context: dict[str, Any], cl: Any) -> dict[str, Any]:
    """Show the rows of a list, or what an empty list says."""
    headers = list(result_headers(cl))
    return {
        "request": context["request"],
        "cl": cl,
        "result_headers": headers,
        "num_sorted_fields": sum(header["sortable"] and header["sorted"] for header in headers),
        "rows": [_row(cl, row, headers) for row in cl.result_list],
        "has_add_permission": cl.model_admin.has_add_permission(context["request"]),
    }


def _row(cl: Any, row: Any, headers: list[dict[str, Any]]) -> SafeString:
    return format_html("<tr>{}</tr>", mark_safe("".join(_cells(cl, row, headers))))  # each cell is escaped


def _cells(cl: Any, row: Any, headers: list[dict[str, Any]]) -> Iterator[SafeString]:
    links = cl.list_display_links
    is_named = False  # the first cell with a link names the row
    for name, header in zip(cl.list_display, headers, strict=True):
        if name == CHECKBOX:
            yield _checkbox(row)
            continue
        text, value = _shown(cl, row, name)
        title = str(header["text"])
        title = title[:1].upper() + title[1:]
        tag = "td"
        if links is not None and (name in links or (not links and not is_named)):
            text = _link(cl, row, text)
            tag, is_named = "td" if is_named else "th", True
        classes = f"field-{_named(name)}{_width_of(value)}"
        yield format_html('<{} class="{}" data-label="{}">{}</{}>', tag, classes, title, text, tag)


def _width_of(value: Any) -> str:
    """Return the class of a day, which stays on one line, or of a time, whose clock may stand below the day."""
    return " at" if isinstance(value, datetime) else " nowrap" if isinstance(value, date) else ""


def _named(name: Any) -> str:
    return name if isinstance(name, str) else getattr(name, "__name__", "")


def _checkbox(row: Any) -> SafeString:
    return format_html(
        '<td class="tick" data-label="{}">'
        '<input type="checkbox" name="{}" value="{}" class="action-select" aria-label="{}"></td>',
        _("Select"),
        ACTION_CHECKBOX_NAME,
        row.pk,
        _("Select %(row)s") % {"row": row},
    )


def _link(cl: Any, row: Any, text: Any) -> Any:
    try:
        url = cl.url_for_result(row)
    except NoReverseMatch:
        return text
    url = add_preserved_filters({"preserved_filters": cl.preserved_filters, "opts": cl.opts}, url)
    if cl.is_popup:
        value = row.serializable_value(str(cl.to_field) if cl.to_field else cl.lookup_opts.pk.attname)
        return format_html('<a href="{}" data-popup-opener="{}">{}</a>', url, value, text)
    return format_html('<a href="{}">{}</a>', url, text)


def _shown(cl: Any, row: Any, name: Any) -> tuple[Any, Any]:
    """Return what a cell shows of a column, a method of the admin or a property, and its value."""
    empty = cl.model_admin.get_empty_value_display()
    try:
        field, shower, value = lookup_field(name, row, cl.model_admin)
    except ObjectDoesNotExist:
        return empty, None
    empty = getattr(shower, "empty_value_display", empty)
    if field is None or field.auto_created:
        if label := getattr(shower, "label", None):
            return _label(value, label), value
        if getattr(shower, "header", False):
            return format_html_join("", "<div>{}</div>", ((part,) for part in value if part)), value
        return display_for_value(value, empty, getattr(shower, "boolean", False)), value
    if field.many_to_one or field.one_to_one:
        related = getattr(row, field.name)
        return (empty if related is None else related), value
    return display_for_field(value, field, empty), value


def _label(value: Any, label: Any) -> SafeString:
    """Return a word in the colour that `label` has for it. A pair is the key of the colour, and the word."""
    colour = ""
    if isinstance(label, dict):
        if isinstance(value, tuple):
            key, word = value
            colour, value = label.get(key, ""), word if key in label else key
        else:
            colour = label.get(value, "")
    words = value if isinstance(value, list | tuple) else [value]
    return format_html_join(
        "", '<span class="tag {}">{}</span>', ((colour, word) for word in words if word not in ("", None))
    )
