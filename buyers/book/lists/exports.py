"""The export of buyers to a file. The file can be imported again."""

from typing import Any

from import_export import fields, resources

from buyers.book.boxes import values_of
from buyers.book.fields import BOX_COLUMNS, COLUMNS
from buyers.book.lists.words import BETWEEN
from buyers.book.lookups import PHONES
from buyers.book.models import Buyer
from wholesale.plumbing.importing.texts import guarded

BOX_FETCHED = "boxes__places"  # prefetch it for the buyers to export
_LISTS = frozenset({"places", "property_types"})


class BuyerResource(resources.ModelResource):
    """The export of buyers. A row has the buyer's values, and those of the box without a name, as a list has them."""

    class Meta:
        model = Buyer
        fields = COLUMNS

    def get_export_fields(self, selected_fields: Any = None) -> list[fields.Field]:
        """Return the columns of the file, in the order of an import."""
        return [fields.Field(attribute=name, column_name=name) for name in COLUMNS if name in (selected_fields or COLUMNS)]

    def get_export_order(self) -> tuple[str, ...]:
        """Return the names of the columns in their order."""
        return COLUMNS

    def export_field(self, field: fields.Field, instance: Buyer, **kwargs: Any) -> Any:
        """Return the value of a cell, guarded against being run as a formula."""
        value = self._value(field.attribute, instance)
        return value if field.attribute in PHONES or not isinstance(value, str) else guarded(value)

    def _value(self, name: str, buyer: Buyer) -> Any:
        if name not in BOX_COLUMNS:
            return getattr(buyer, name)
        box = next((box for box in buyer.boxes.all() if not box.name), None)
        value = None if box is None else values_of(box)[name]
        return BETWEEN.join(map(str, value)) if name in _LISTS and value else "" if value in (None, []) else value
