"""What did support earn?"""

from ..bundle.chart import bars, big, groups, parts, rows_of, trend
from ..bundle.dashboard import Dashboard
from .tabs import for_period, for_questions

SCHEMA = "revenue"


def dashboard(shop):
    return Dashboard(
        SCHEMA,
        "Revenue of support",
        "What did support earn? Orders that followed a conversation marked as done.",
        [report(shop), explore(shop)],
    )


def report(shop):
    overview = shop.view(SCHEMA, "overview")
    by_agent = shop.view(SCHEMA, "by_agent")
    by_channel = shop.view(SCHEMA, "by_channel")
    by_day = shop.by_day(SCHEMA, ["channel"], ["cx_total_revenue", "cx_total_orders"])
    return for_period(
        shop,
        [
            [
                big(overview, "cx_total_revenue", "Revenue"),
                big(overview, "cx_total_orders", "Orders"),
                big(overview, "cx_average_order_value", "Average order value"),
                big(overview, "cx_conversion_rate", "Conversion rate"),
            ],
            [
                trend(by_day, ["cx_total_revenue"], "Revenue per day", by="channel", style="bar",
                      width=8),
                parts(by_channel, "channel", "cx_total_revenue", "Revenue by channel"),
            ],
            [
                bars(by_agent, "agent", "cx_total_revenue", "Agents who earned most", width=5),
                rows_of(
                    by_agent,
                    ["agent", "cx_total_revenue", "cx_total_orders", "cx_average_order_value",
                     "cx_conversion_rate"],
                    "All agents",
                    ("cx_total_revenue", False),
                    width=7,
                ),
            ],
        ],
    )


def explore(shop):
    metrics = shop.metrics(SCHEMA)
    return for_questions(
        metrics,
        ["channel", "team", "agent"],
        [
            [
                big(metrics, "cx_total_revenue"),
                big(metrics, "cx_adjusted_revenue"),
                big(metrics, "eligible_conversations"),
                big(metrics, "cx_conversion_rate"),
            ],
            [
                trend(metrics, ["cx_total_revenue"], "Revenue per week, by team", "P1W", "team",
                      "area", width=6),
                trend(metrics, ["eligible_conversations", "converted_conversations"],
                      "Conversations per week", "P1W", width=6),
            ],
            [
                groups(
                    metrics,
                    ["team", "channel"],
                    ["cx_total_revenue", "cx_total_orders", "cx_average_order_value",
                     "eligible_conversations", "cx_conversion_rate"],
                    "Teams and channels",
                    width=8,
                ),
                bars(metrics, "channel", "cx_conversion_rate", "Conversion rate by channel",
                     width=4),
            ],
        ],
    )
