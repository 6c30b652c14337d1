//! What the tables of the schema `system` say of the shipped reports.

use std::collections::BTreeSet;

use crate::{
    sample_shop::SampleShop,
    warehouse::shop::{Shop, rows},
};

const REPORTS: [&str; 5] = [
    "business_performance",
    "clienteling",
    "conversational_commerce",
    "revenue",
    "sales_insights",
];

/// The measures that each report promises.
const MEASURES: [(&str, &str); 5] = [
    (
        "business_performance",
        "orders, revenue, net_revenue, shop_revenue, average_order_value, converting_clicks, \
         conversion_rate, orders_per_click, links_created, links_clicked, link_clicks, \
         click_through_rate, links_clicked_rate, checkouts_started, purchases_completed, \
         purchase_events, funnel_clicked, funnel_checkout, funnel_purchased",
    ),
    (
        "sales_insights",
        "chat_sessions, pre_purchased_sessions, abandoned_sessions, sessions_with_order, \
         total_orders, revenue_generated, conversion_rate, session_conversion_rate, \
         revenue_per_chat, shown, units_sold, sales, quiz_started, quiz_completed, pdp_visitors, \
         pdp_purchasers",
    ),
    (
        "revenue",
        "cx_total_revenue, cx_total_orders, cx_average_order_value, cx_adjusted_revenue, \
         eligible_conversations, converted_conversations, cx_conversion_rate",
    ),
    (
        "clienteling",
        "sales_amount, sales_count, all_sales_amount, attributed_share, related_activities, \
         activity_types, automated_only_amount",
    ),
    (
        "conversational_commerce",
        "total_revenue, total_orders, total_items, average_ticket, items_per_order, \
         average_price_per_item, total_sessions, bounced_sessions, bounce_rate, total_users, \
         total_new_users, total_returning_users, average_conversion_per_user, conversion_rate, \
         session_conversion_rate, human_support_sessions, self_service_sessions, \
         human_support_rate, self_service_rate",
    ),
];

fn in_reports(column: &str) -> String {
    format!("{column} in ('{}')", REPORTS.join("', '"))
}

/// The views that every report has, in `schema.view` form.
fn shipped() -> BTreeSet<String> {
    let definitions = tributary::query::definitions::Definitions::shipped().unwrap();
    let views = REPORTS.iter().flat_map(|it| definitions.views(it));
    views.map(|it| it.full_name().to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_report_of_the_sample_is_available_and_explained() {
    let shop = SampleShop::open(0.05).await;
    let listed = format!(
        "select schema || '.' || view_name from system.reports
         where {} and status = 'available' and array_to_string(missing_tables, '') = '' and question is not null
             and grain is not null and source_page is not null",
        in_reports("schema")
    );
    let listed = rows(&shop.session(), &listed).await;
    assert_eq!(BTreeSet::from_iter(listed), shipped());
}

#[tokio::test]
async fn every_report_of_an_empty_warehouse_is_listed_with_what_it_lacks() {
    let shop = Shop::new().await;
    let lacking = |view: &str| {
        format!(
            "select array_to_string(missing_tables, ', ') from system.reports
             where schema || '.' || view_name = '{view}'"
        )
    };
    let unavailable = format!(
        "select schema || '.' || view_name from system.reports
         where {} and status = 'missing_tables' and array_to_string(missing_tables, '') <> ''",
        in_reports("schema")
    );
    let unavailable = BTreeSet::from_iter(shop.rows(&unavailable).await);
    // The days of periods are the same with and without data.
    let always = "conversational_commerce.spans";
    let expected = shipped().into_iter().filter(|view| view != always);
    assert_eq!(unavailable, expected.collect());
    for (view, missing) in [
        (always, ""),
        (
            "revenue.by_agent",
            "conversation_status_events, conversations, messages, orders",
        ),
        ("clienteling.timeline", "activities, orders"),
        ("conversational_commerce.coverage", "messages, orders"),
    ] {
        assert_eq!(shop.rows(&lacking(view)).await, [missing], "{view}");
    }
}

#[tokio::test]
async fn every_measure_of_every_report_is_explained() {
    let shop = Shop::new().await;
    for (report, measures) in MEASURES {
        let explained = format!(
            "select name from system.metrics
             where report = '{report}' and view_name = 'metrics' and formula <> ''
                 and timestamp_attribute <> '' and unit <> '' and description <> ''
                 and additivity in ('additive', 'non_additive') and source_page <> ''"
        );
        let explained = BTreeSet::from_iter(shop.rows(&explained).await);
        for measure in measures.split(", ") {
            assert!(explained.contains(measure), "{report}: {measure}");
        }
        let all = format!("select name from system.metrics where report = '{report}'");
        assert_eq!(
            explained,
            BTreeSet::from_iter(shop.rows(&all).await),
            "{report}"
        );
    }
}
