"""What does the channel sell, and who uses it?"""

from ..bundle.chart import MIDDLE, big, big_of, parts, rows_of, trend
from ..bundle.dashboard import Dashboard
from ..measures import spoken_sql
from .tabs import for_period, for_questions

SCHEMA = "conversational_commerce"
SHOWN = {"current": "This period", "previous": "Period before"}
RATES = ["bounce_rate", "conversion_rate", "human_support_rate", "self_service_rate"]
MONEY = ["total_revenue", "average_ticket", "average_price_per_item"]
COUNTS = ["total_sessions", "total_users", "total_new_users", "total_returning_users"]


def dashboard(shop):
    return Dashboard(
        SCHEMA,
        "Conversational commerce",
        "What does the channel sell, and who uses it?",
        [report(shop), explore(shop)],
    )


def report(shop):
    sales = metrics_by_row(shop, "sales_performance")
    kpis = metrics_by_row(shop, "kpis")
    daily = shop.view(SCHEMA, "daily")
    return for_period(
        shop,
        [
            [
                big_of(sales, "total_revenue", "current", kind="money"),
                big_of(sales, "total_orders", "current"),
                big_of(sales, "average_ticket", "current", kind="price"),
                big_of(sales, "items_per_order", "current", kind="ratio"),
            ],
            [
                big_of(kpis, "total_sessions", "current"),
                big_of(kpis, "total_users", "current"),
                big_of(kpis, "conversion_rate", "current", kind="percent"),
                big_of(kpis, "bounce_rate", "current", kind="percent"),
            ],
            [
                compared(daily, "total_revenue", "Revenue per day", "money"),
                compared(daily, "total_sessions", "Sessions per day", "count"),
            ],
            [
                changes(sales, MONEY, "Money", "money", "change"),
                changes(kpis, COUNTS, "Sessions and users", "count", "change"),
                changes(kpis, RATES, "Rates", "percent", "change_points"),
            ],
            [
                parts(shop.view(SCHEMA, "users"), "user_class", "users", "Users", width=6,
                      spoken=True),
                parts(shop.view(SCHEMA, "support"), "support", "sessions", "Support", width=6,
                      spoken=True),
            ],
        ],
    )


def metrics_by_row(shop, view):
    """A view with a row per metric, whose names are said as people do."""
    sql = f"SELECT *, {spoken_sql('metric')} AS name FROM {SCHEMA}.{view}"
    return shop.query(SCHEMA, view, sql)


def compared(daily, metric, title, kind):
    """A metric day by day, beside the same days of the period before."""
    return trend(daily, ["current", "previous"], title, None, style="line", width=6, shown=SHOWN,
                 where=("metric", metric), kind=kind)


def changes(source, metrics, title, kind, change):
    """Metrics of one kind with what they were before.

    # Arguments
    `change`: the column that compares them.
    """
    kinds = {"current": kind, "previous": kind, change: "percent"}
    return rows_of(source, ["name", "current", "previous", change], title, ("name", True),
                   width=4, height=MIDDLE, where=("metric", metrics), kinds=kinds)


def explore(shop):
    metrics = shop.metrics(SCHEMA)
    return for_questions(
        metrics,
        ["channel"],
        [
            [
                big(metrics, "total_revenue"),
                big(metrics, "average_ticket"),
                big(metrics, "session_conversion_rate"),
                big(metrics, "average_conversion_per_user"),
            ],
            [
                trend(metrics, ["total_revenue"], "Revenue per week", "P1W", "channel", "area",
                      width=6),
                trend(metrics, ["human_support_sessions", "self_service_sessions"],
                      "Support per week", "P1W", style="line", width=6),
            ],
            [
                trend(metrics, ["bounce_rate", "session_conversion_rate"], "Rates per week",
                      "P1W", style="line", width=12),
            ],
        ],
    )
