"""The two tabs of every dashboard.

The views of a report have a row per named period and take no other filter; its metric view takes
any filter. So one tab is the report for a period, and the other is for questions.
"""

from ..bundle.dashboard import Filter, Tab
from ..measures import label

PERIOD = "last_30_days"


def for_period(shop, rows):
    chosen = Filter(
        "Period", shop.periods(), "period", PERIOD,
        "Whole days of the shop's time zone, before today except in `today`",
    )
    return Tab("Report", rows, [chosen])


def for_questions(metrics, dimensions, rows):
    dates = Filter("Dates", None, description="Days of the shop's time zone")
    chosen = [Filter(label(name), metrics, name) for name in dimensions]
    return Tab("Explore", rows, [dates, *chosen])
