"""The command `ratio_study [--province ON] [--market TORONTO] [--since DAY] [--until DAY] [--most N] [--format json]`."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.table import Table as Shown

from offers.studies import services
from offers.studies.tables import ranges_text, ratio_table
from wholesale.plumbing.act import Act
from wholesale.plumbing.reports import ReportTable
from wholesale.plumbing.terminal import console_on
from wholesale.plumbing.vocabulary import Province, normalise_word


class Command(BaseCommand):
    """The command that says how good our estimates are."""

    help = (
        "Estimate stored sales from earlier ones, and compare the estimates with the prices; so also the ARVs of offers "
        "whose house was sold later. Prints the median ratio, COD, PRD, PRB, the shares within 10% and 20% and the share of "
        "prices in the 80% interval, by market and by thirds of price, with the ranges of the IAAO's standard. The study is "
        "kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument("--province", choices=Province.values, default="")
        parser.add_argument("--market", default="")
        parser.add_argument("--since", type=date.fromisoformat, metavar="DAY", help="sold on or after")
        parser.add_argument("--until", type=date.fromisoformat, metavar="DAY", help="sold on or before")
        parser.add_argument("--most", type=int, default=services.MOST, metavar="N", help="sales at most, the newest ones")
        parser.add_argument("--format", choices=("table", "json"), default="table")

    def handle(self, *, market: str, most: int, format: str, **options: Any) -> None:
        """Carry the study out and print it.

        Raises:
            CommandError: an argument is invalid.

        """
        if not 1 <= most <= services.MOST_MAX:
            raise CommandError(f"--most must be from 1 to {services.MOST_MAX}.")
        try:
            market = normalise_word(market) if market else ""
        except ValueError as error:
            raise CommandError(f"--market {error}.") from error
        given = {name: options[name] for name in ("province", "since", "until")}
        study = services.begin_study(market=market, most=most, act=Act("ratio_study"), **given)
        results = services.carry_out(study.pk).results or {}
        if format == "json":
            self.stdout.write(json.dumps(results, indent=2))
            return
        for name, title in (("sales", "Stored sales"), ("evidence", "Offers whose house was sold later")):
            if results[name]:
                self._print(title, ratio_table(results[name]))
            else:
                self.stdout.write(f"{title}: none.")

    def _print(self, title: str, table: ReportTable) -> None:
        shown = Shown(title=title, caption=ranges_text())
        for header, column in zip(table.headers, table.columns, strict=True):
            shown.add_column(header, justify="left" if column.is_text else "right")
        for row in table.texts():
            shown.add_row(*row)
        console_on(self.stdout).print(shown)
