"""What came of a ratio study, as a report."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _

from offers.studies.admin import RatioStudyAdmin
from offers.studies.models import RatioStudy
from offers.studies.tables import ranges_text, ratio_table
from wholesale.console.reports.pages import ReportedRows
from wholesale.plumbing.charts import Series, chart
from wholesale.plumbing.reports import Column, ReportDocument, ReportTable, Section, ValueKind
from wholesale.plumbing.showing import shown_money, shown_number

admin.site.unregister(RatioStudy)


@admin.register(RatioStudy)
class StudyPages(ReportedRows, RatioStudyAdmin):
    """The pages of ratio studies. The page of a study shows what came of it."""

    def report_of(self, row: RatioStudy) -> ReportDocument | None:
        """Return what came of a study that is done."""
        if not row.results:
            return None
        return ReportDocument(f"ratio-study-{row.pk}", str(row), self.about(row), _sections(row.results), _note())


def _sections(results: dict[str, Any]) -> list[Section]:
    titles = {"sales": _("Stored sales"), "evidence": _("Offers whose house was sold later")}
    groups = [Section(title, ratio_table(results[name]), ranges_text()) for name, title in titles.items() if results[name]]
    return [*groups, _by_size(results["histogram"]), _by_price(results["deciles"])]


def _by_size(histogram: list[tuple[float, int]]) -> Section:
    title = _("Ratios of estimate and price, by size")
    drawn = chart(
        title,
        [shown_number(begin, 2) for begin, _number in histogram],
        [Series(_("Sales"), [number for _begin, number in histogram])],
        by=_("Ratio from"),
        unit=_("sales"),
    )
    columns = [Column(_("Ratio from"), ValueKind.NUMBER, 2), Column(_("Sales"), ValueKind.COUNT)]
    return Section(title, ReportTable(columns, histogram), charts=[drawn])


def _by_price(deciles: list[tuple[float, float]]) -> Section:
    title = _("Median ratio by price, a tenth of the sales in each bar")
    drawn = chart(
        title,
        [shown_money(Decimal(price).quantize(Decimal(1))) for price, _ratio in deciles],
        [Series(_("Median ratio"), [ratio for _price, ratio in deciles])],
        by=_("Price"),
        unit=_("median ratio"),
        shown=lambda ratio: shown_number(ratio, 3),
    )
    columns = [Column(_("Price"), ValueKind.CAD), Column(_("Median ratio"), ValueKind.NUMBER, 3)]
    return Section(title, ReportTable(columns, deciles), charts=[drawn])


def _note() -> str:
    return _(
        "A ratio is the estimate over the price. COD is the mean distance of the ratios from their median, in percent of "
        "it. A PRD above 1.03, or a PRB below -0.05, says that dear houses are estimated too low. The ranges are those of "
        "the IAAO Standard on Ratio Studies for mixed residential areas. The interval of an estimate should hold the price "
        "in 80% of all cases. Each estimate saw only sales from before its own day. The data does not say in which state a "
        "house was sold, and a sharp turn of the market was not tried."
    )
