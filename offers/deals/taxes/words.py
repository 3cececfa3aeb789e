"""The vocabulary of land transfer tax, shared by the rows and the rules."""

from django.db.models import TextChoices


class Kind(TextChoices):
    """What is charged."""

    TAX = "TAX", "Land transfer tax, or the fee for the title"
    SURCHARGE = "SURCHARGE", "Surcharge for who buys"
    REGISTRATION = "REGISTRATION", "Fee for registering the deed"
    INCREASE = "INCREASE", "Fee on the increase in value since the last transfer"
    MORTGAGE = "MORTGAGE", "Fee for registering the mortgage"


class Payer(TextChoices):
    """Who pays it."""

    ANYONE = "ANYONE", "Every buyer"
    FOREIGN = "FOREIGN", "A foreign buyer"
    NON_RESIDENT = "NON_RESIDENT", "A buyer who lives outside the province"


class BuyerKind(TextChoices):
    """Who buys."""

    RESIDENT = "RESIDENT", "Lives in the province, and is no foreign buyer"
    NON_RESIDENT = "NON_RESIDENT", "Lives in another province"
    FOREIGN = "FOREIGN", "Is a foreign buyer"


PAYERS = {
    BuyerKind.RESIDENT: {Payer.ANYONE},
    BuyerKind.NON_RESIDENT: {Payer.ANYONE, Payer.NON_RESIDENT},
    BuyerKind.FOREIGN: {Payer.ANYONE, Payer.NON_RESIDENT, Payer.FOREIGN},
}


class Land(TextChoices):
    """The class of the land."""

    ANY = "ANY", "Any land"
    RESIDENTIAL = "RESIDENTIAL", "Residential land"
    OTHER = "OTHER", "Land of no residential schedule"


class BracketMethod(TextChoices):
    """How the brackets are applied."""

    MARGINAL = "MARGINAL", "Each rate to its part of the value"
    WHOLE = "WHOLE", "The rate of the value's bracket to the whole value"


class Base(TextChoices):
    """On what it is charged. A value that is not given does not count."""

    PRICE = "PRICE", "The price"
    ASSESSED = "ASSESSED", "The greater of the price and the assessed value"
    MARKET = "MARKET", "The greater of the price and the market value"
    GREATEST = "GREATEST", "The greatest of the price, the assessed and the market value"


class Combines(TextChoices):
    """How a municipal schedule stands to the province's."""

    ADDS = "ADDS", "Beside the province's"
    REPLACES = "REPLACES", "In place of the province's"


class Municipal(TextChoices):
    """What municipalities of a province may add to its schedule."""

    NONE = "NONE", "None has its own"
    LISTED = "LISTED", "Only those with a schedule here have their own"
    ABOVE = "ABOVE", "Each may have its own above an amount"
    EVERY = "EVERY", "Each has its own"


class Grade(TextChoices):
    """How well a row is known."""

    OFFICIAL = "OFFICIAL", "Official text"
    COPY = "COPY", "Copies and secondary pages"
    MEMORY = "MEMORY", "From memory"
