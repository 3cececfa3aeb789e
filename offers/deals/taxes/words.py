"""The vocabulary of land transfer tax, shared by the rows and the rules."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What is charged."""

    TAX = "TAX", _("Land transfer tax, or the fee for the title")
    SURCHARGE = "SURCHARGE", _("Surcharge for who buys")
    REGISTRATION = "REGISTRATION", _("Fee for registering the deed")
    INCREASE = "INCREASE", _("Fee on the increase in value since the last transfer")
    MORTGAGE = "MORTGAGE", _("Fee for registering the mortgage")


class Payer(TextChoices):
    """Who pays it."""

    ANYONE = "ANYONE", _("Every buyer")
    FOREIGN = "FOREIGN", _("A foreign buyer")
    NON_RESIDENT = "NON_RESIDENT", _("A buyer who lives outside the province")


class BuyerKind(TextChoices):
    """Who buys."""

    RESIDENT = "RESIDENT", _("Lives in the province, and is no foreign buyer")
    NON_RESIDENT = "NON_RESIDENT", _("Lives in another province")
    FOREIGN = "FOREIGN", _("Is a foreign buyer")


PAYERS = {
    BuyerKind.RESIDENT: {Payer.ANYONE},
    BuyerKind.NON_RESIDENT: {Payer.ANYONE, Payer.NON_RESIDENT},
    BuyerKind.FOREIGN: {Payer.ANYONE, Payer.NON_RESIDENT, Payer.FOREIGN},
}


class Land(TextChoices):
    """The class of the land."""

    ANY = "ANY", _("Any land")
    RESIDENTIAL = "RESIDENTIAL", _("Residential land")
    OTHER = "OTHER", _("Land of no residential schedule")


class BracketMethod(TextChoices):
    """How the brackets are applied."""

    MARGINAL = "MARGINAL", _("Each rate to its part of the value")
    WHOLE = "WHOLE", _("The rate of the value's bracket to the whole value")


class Base(TextChoices):
    """On what it is charged. A value that is not given does not count."""

    PRICE = "PRICE", _("The price")
    ASSESSED = "ASSESSED", _("The greater of the price and the assessed value")
    MARKET = "MARKET", _("The greater of the price and the market value")
    GREATEST = "GREATEST", _("The greatest of the price, the assessed and the market value")


class Combines(TextChoices):
    """How a municipal schedule stands to the province's."""

    ADDS = "ADDS", _("Beside the province's")
    REPLACES = "REPLACES", _("In place of the province's")


class Municipal(TextChoices):
    """What municipalities of a province may add to its schedule."""

    NONE = "NONE", _("None has its own")
    LISTED = "LISTED", _("Only those with a schedule here have their own")
    ABOVE = "ABOVE", _("Each may have its own above an amount")
    EVERY = "EVERY", _("Each has its own")


class Grade(TextChoices):
    """How well a row is known."""

    OFFICIAL = "OFFICIAL", _("Official text")
    COPY = "COPY", _("Copies and secondary pages")
    MEMORY = "MEMORY", _("From memory")
