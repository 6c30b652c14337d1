"""What did tracking links sell?"""

from ..bundle.chart import bars, big, funnel, groups, rows_of, steps, trend
from ..bundle.dashboard import Dashboard
from .tabs import for_period, for_questions

SCHEMA = "business_performance"
LEADERBOARD = ["rank", "agent", "revenue", "orders", "link_clicks", "conversion_rate"]


def dashboard(shop):
    return Dashboard(
        SCHEMA,
        "Business performance",
        "What did tracking links sell? Orders that followed a click on a link of an agent.",
        [report(shop), explore(shop)],
    )


def report(shop):
    overview = shop.view(SCHEMA, "overview")
    agents = shop.view(SCHEMA, "agent_leaderboard")
    teams = shop.view(SCHEMA, "team_leaderboard")
    products = shop.view(SCHEMA, "product_performance")
    contacts = shop.view(SCHEMA, "purchase_funnel")
    by_day = shop.by_day(SCHEMA, [], ["revenue", "orders", "link_clicks", "links_created"])
    return for_period(
        shop,
        [
            [
                big(overview, "revenue"),
                big(overview, "orders"),
                big(overview, "average_order_value"),
                big(overview, "conversion_rate"),
            ],
            [
                big(overview, "links_created"),
                big(overview, "link_clicks"),
                big(overview, "click_through_rate"),
                big(contacts, "overall_rate", "Contacts who bought",
                    where="step = 'purchase_completed'"),
            ],
            [
                trend(by_day, ["revenue"], "Revenue per day", style="bar", width=7),
                funnel(contacts, "count", "Contacts from click to purchase", width=5),
            ],
            [
                rows_of(agents, LEADERBOARD, "Agent leaderboard", ("rank", True), width=7,
                        kinds={"rank": "rank"}),
                bars(teams, "team", "revenue", "Teams", width=5, none="no team"),
            ],
            [
                bars(products, "product", "revenue", "Products that links sold most",
                     none="no product"),
                steps(shop.view(SCHEMA, "purchase_journey"), "count", "Events of the journey"),
            ],
        ],
    )


def explore(shop):
    metrics = shop.metrics(SCHEMA)
    return for_questions(
        metrics,
        ["channel", "team", "agent", "product"],
        [
            [
                big(metrics, "revenue"),
                big(metrics, "net_revenue"),
                big(metrics, "conversion_rate"),
                big(metrics, "links_clicked_rate"),
            ],
            [
                trend(metrics, ["revenue"], "Revenue per week, by channel", "P1W", "channel",
                      "area", width=6),
                trend(metrics, ["links_created", "link_clicks"], "Links and clicks per week",
                      "P1W", width=6),
            ],
            [
                groups(
                    metrics,
                    ["team", "agent"],
                    ["revenue", "net_revenue", "orders", "links_created", "link_clicks",
                     "conversion_rate"],
                    "Teams and agents",
                ),
            ],
        ],
    )
