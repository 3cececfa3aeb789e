"""The functions of `wholesale.plumbing.showing` as filters of templates."""

from django import template

from wholesale.plumbing import showing

register = template.Library()
for _name in ("shown_time", "shown_there", "shown_clock", "shown_day", "shown_number", "shown_rate", "shown_money"):
    register.filter(_name, getattr(showing, _name))
register.simple_tag(showing.colon)
