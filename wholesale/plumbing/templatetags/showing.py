"""The functions of `wholesale.plumbing.showing` as filters of templates."""

from django import template

from wholesale.plumbing import showing
from wholesale.plumbing.codes import place_text, property_text

register = template.Library()
_NAMES = (
    "shown_time",
    "shown_there",
    "shown_clock",
    "shown_day",
    "shown_number",
    "shown_rate",
    "shown_money",
    "shown_phone",
)
for _name in _NAMES:
    register.filter(_name, getattr(showing, _name))
register.filter(place_text)
register.filter(property_text)
register.simple_tag(showing.colon)
