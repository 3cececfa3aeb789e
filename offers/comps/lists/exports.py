"""The export of sales to a file. The file can be imported again."""

from typing import Any

from import_export import fields, resources

from offers.comps.fields import COLUMNS
from offers.comps.models import Sale
from wholesale.plumbing.importing.texts import guarded


class SaleResource(resources.ModelResource):
    """The export of sales. The columns are those of an import, in their order."""

    class Meta:
        model = Sale
        fields = COLUMNS

    def get_export_fields(self, selected_fields: Any = None) -> list[fields.Field]:
        """Return the columns of the file, in the order of an import."""
        return [fields.Field(attribute=name, column_name=name) for name in COLUMNS if name in (selected_fields or COLUMNS)]

    def get_export_order(self) -> tuple[str, ...]:
        """Return the names of the columns in their order."""
        return COLUMNS

    def export_field(self, field: fields.Field, instance: Sale, **kwargs: Any) -> Any:
        """Return the value of a cell, guarded against being run as a formula."""
        value = getattr(instance, field.attribute)
        return "" if value is None else guarded(value) if isinstance(value, str) else value
