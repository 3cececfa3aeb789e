"""In what role somebody is spoken to: some grounds of the law hold for a business role alone (CASL 10(9)(b) and (c))."""

from django.db import models


class Role(models.TextChoices):
    """In what role a lead is spoken to. It is a homeowner's unless somebody knows better."""

    HOMEOWNER = "HOMEOWNER", "Homeowner"
    BUSINESS = "BUSINESS", "Business"
