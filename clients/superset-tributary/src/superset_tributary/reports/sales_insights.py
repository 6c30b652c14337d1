"""What does chat sell, and where does it lose the customer?"""

from ..bundle.chart import bars, big, groups, parts, rows_of, steps, trend
from ..bundle.dashboard import Dashboard
from .tabs import for_period, for_questions

SCHEMA = "sales_insights"


def dashboard(shop):
    return Dashboard(
        SCHEMA,
        "Sales insights",
        "What does chat sell, and where does it lose the customer?",
        [report(shop), explore(shop)],
    )


def report(shop):
    overview = shop.view(SCHEMA, "overview")
    sales = shop.view(SCHEMA, "periodic_sales")
    users = shop.view(SCHEMA, "new_vs_existing")
    entry = shop.view(SCHEMA, "pdp_entry_conversion")
    return for_period(
        shop,
        [
            [
                big(overview, "revenue_generated", width=4),
                big(overview, "total_orders", width=4),
                big(overview, "revenue_per_chat", width=4),
            ],
            [
                big(overview, "pre_purchased_sessions", width=4),
                big(overview, "conversion_rate", width=4),
                big(entry, "conversion_rate", "Product page visitors who bought", width=4),
            ],
            [
                trend(sales, ["revenue_generated"], "Sales over time", None, style="bar",
                      x="bucket_start", width=8),
                parts(users, "user_class", "revenue_generated", "New and existing users",
                      spoken=True),
            ],
            [
                steps(shop.view(SCHEMA, "product_quiz_funnel"), "count",
                      "Product quiz: who gets how far", width=12),
            ],
            [
                rows_of(
                    shop.view(SCHEMA, "products"),
                    ["product", "category", "shown", "units_sold", "sales"],
                    "Products",
                    ("sales", False),
                ),
            ],
        ],
    )


def explore(shop):
    metrics = shop.metrics(SCHEMA)
    return for_questions(
        metrics,
        ["channel", "category"],
        [
            [
                trend(metrics, ["revenue_generated"], "Revenue per week, by buyer", "P1W",
                      "buyer_class", "area", width=6),
                trend(metrics, ["chat_sessions", "pre_purchased_sessions", "abandoned_sessions"],
                      "Sessions per week", "P1W", width=6),
            ],
            [
                bars(metrics, "category", "sales", "Sales by category", width=5),
                groups(metrics, ["product"], ["sales", "units_sold", "shown"],
                       "Products shown and sold", width=7),
            ],
        ],
    )
