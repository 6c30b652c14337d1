"""Which store sales had a touch?"""

from ..bundle.chart import bars, big, groups, parts, rows_of, trend
from ..bundle.dashboard import Dashboard
from .tabs import for_period, for_questions

SCHEMA = "clienteling"
# One row per purchase: the list of its activities is no column of a table.
PURCHASES = """SELECT period, purchased_at, client, store, amount, currency, activities
FROM in_periods(rows => (
    SELECT purchased_at, client, store, amount, currency, array_length(activities) AS activities
    FROM clienteling.purchases), at => 'purchased_at')"""


def dashboard(shop):
    return Dashboard(
        SCHEMA,
        "Clienteling",
        "Which store sales had a touch? Sales to clients whom an associate had contacted.",
        [report(shop), explore(shop)],
    )


def report(shop):
    overview = shop.view(SCHEMA, "overview")
    by_day = shop.by_day(SCHEMA, ["store"], ["sales_amount", "sales_count"])
    purchases = shop.query(SCHEMA, "purchases_by_period", PURCHASES)
    return for_period(
        shop,
        [
            [
                big(overview, "sales_amount"),
                big(overview, "sales_count"),
                big(overview, "attributed_share"),
                big(overview, "related_activities"),
            ],
            [
                trend(by_day, ["sales_amount"], "Attributed sales per day", by="store",
                      style="bar", width=8),
                parts(by_day, "store", "sales_amount", "Attributed sales by store"),
            ],
            [
                rows_of(
                    purchases,
                    ["purchased_at", "client", "store", "amount", "currency", "activities"],
                    "Purchases with a touch, newest first",
                    ("purchased_at", False),
                    kinds={"amount": "ratio"},
                ),
            ],
        ],
    )


def explore(shop):
    metrics = shop.metrics(SCHEMA)
    return for_questions(
        metrics,
        ["store", "associate", "activity_type"],
        [
            [
                bars(metrics, "activity_type", "sales_amount", "Sales by type of activity",
                     width=5),
                bars(metrics, "associate", "sales_amount", "Sales by associate", width=7,
                     none="automated"),
            ],
            [
                trend(metrics, ["sales_amount"], "Sales per week, by activity", "P1W",
                      "activity_type", "line", width=12),
            ],
            [
                groups(
                    metrics,
                    ["store", "associate"],
                    ["sales_amount", "sales_count", "related_activities", "activity_types"],
                    "Stores and associates",
                ),
            ],
        ],
    )
