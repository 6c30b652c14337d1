"""The dashboards, one module per report: which charts, of what, and where."""

from . import (
    business_performance,
    clienteling,
    conversational_commerce,
    revenue,
    sales_insights,
)

REPORTS = [
    business_performance,
    sales_insights,
    revenue,
    clienteling,
    conversational_commerce,
]


def dashboards(shop):
    return [report.dashboard(shop) for report in REPORTS]
