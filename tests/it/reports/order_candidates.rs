//! What every view `order_candidates` keeps to, and what it costs to explain one order.

use super::{SampleShop, count, holds};
use crate::{plans::scans, warehouse::shop::rows};

/// A report, and what its ledger credits: `order_id`, the touch's `id` and time `at`, `amount`.
struct Report {
    schema: &'static str,
    lookback: &'static str,
    credited: &'static str,
    /// The reasons of its ledger that are about the order and refuse every candidate.
    refusals: &'static [&'static str],
    /// The reason of each order that the ledger has.
    reasons: &'static str,
}

const REVENUE: Report = Report {
    schema: "revenue",
    lookback: "120 hours",
    credited: "select order_id, conversation_id as id, done_at as at, attributed_amount as amount, currency
               from revenue.attributed_orders where reason = 'credited'",
    refusals: &["test_order", "return", "unlinked_return", "no_key", "before_effective"],
    reasons: "select order_id, reason from revenue.attributed_orders",
};

const BUSINESS_PERFORMANCE: Report = Report {
    schema: "business_performance",
    lookback: "7 days",
    credited:
        "select order_id, click_id as id, clicked_at as at, amount, report_currency() as currency
               from business_performance.link_orders",
    refusals: &["test_order", "no_key"],
    reasons: "select distinct order_id, reason from business_performance.attributed_purchases",
};

const CLIENTELING: Report = Report {
    schema: "clienteling",
    lookback: "14 days",
    credited: "select sales.order_id, activity_id as id, occurred_at as at, sale_amount as amount, currency
               from clienteling.timeline
               join clienteling.sales
                   on sales.order_id = timeline.order_id and sales.purchased_at = timeline.purchased_at
               where reason = 'credited'",
    refusals: &["test_order", "return", "unlinked_return", "no_key"],
    reasons: "select order_id, reason from clienteling.sales",
};

const CONVERSATIONAL_COMMERCE: Report = Report {
    schema: "conversational_commerce",
    lookback: "0 days",
    credited: "select order_id, order_id as id, captured_at as at, revenue as amount, report_currency() as currency
               from conversational_commerce.captured_orders where reason = 'counted'",
    refusals: &["test_order", "return", "other_channel", "not_approved", "not_invoiced"],
    reasons: "select order_id, reason from conversational_commerce.captured_orders",
};

const SALES_INSIGHTS: Report = Report {
    schema: "sales_insights",
    lookback: "0 days",
    credited:
        "select order_id, order_id as id, ordered_at as at, amount, report_currency() as currency
               from sales_insights.scoped_orders where reason = 'in_scope'",
    refusals: &["test_order", "return", "unlinked_return", "other_channel"],
    reasons: "select order_id, reason from sales_insights.scoped_orders",
};

impl Report {
    /// Checks the laws on the sample with parameters of the report.
    ///
    /// # Arguments
    /// `rules`: some that the sample must have, so that the laws are about something.
    async fn obeys(&self, parameters: &[(&str, &str)], rules: &[&str]) {
        let shop = SampleShop::open(0.1).await;
        let session = shop.session();
        for (name, value) in parameters {
            let parameter = format!("tributary.param.{}.{name}", self.schema);
            session.set(&parameter, value).unwrap();
        }
        for (table, query) in [
            (
                "candidates",
                format!("select * from {}.order_candidates", self.schema),
            ),
            ("credited", self.credited.to_owned()),
            ("reasons", self.reasons.to_owned()),
        ] {
            rows(&session, &format!("create table {table} as {query}")).await;
        }
        let lookback = parameters.iter().find(|(name, _)| *name == "lookback");
        let lookback = lookback.map_or(self.lookback, |(_, value)| *value);
        let refusals = format!("('{}')", self.refusals.join("', '"));
        let refused = format!(
            "select * from candidates join reasons on reasons.order_id = candidates.order_id
                     where ((reason in {refusals}) and rule <> reason) or ((rule in {refusals}) and rule <> reason)"
        );
        let timed = format!(
            "select * from candidates
                     where (rule = 'after_order' and occurred_at <= ordered_at)
                         or (rule = 'outside_lookback' and occurred_at >= ordered_at - interval '{lookback}'
                             and order_id not in (select order_id from orders where date_only))"
        );
        for (law, exceptions) in [
            (
                "what is accepted is what the ledger credits, at its amount",
                "select candidates.*, credited.* from (select * from candidates where decision = 'accepted') as candidates
                 full join credited
                     on credited.order_id = candidates.order_id and credited.id = candidates.candidate_id
                     and credited.at = candidates.occurred_at
                 where candidates.order_id is null or credited.order_id is null
                     or (candidates.amount is distinct from credited.amount)
                     or (candidates.currency is distinct from credited.currency)",
            ),
            (
                "a candidate of an order is there once",
                "select order_id, ordered_at, candidate_id, occurred_at from candidates
                 group by order_id, ordered_at, candidate_id, occurred_at having count(*) > 1",
            ),
            (
                "every order is there, and one without a candidate once",
                "select orders.order_id from orders
                 left join candidates on candidates.order_id = orders.order_id
                 group by orders.order_id
                 having count(candidates.rule) = 0
                     or (count(candidates.candidate_id) < count(candidates.rule) and count(candidates.rule) > 1)",
            ),
            (
                "every row has a rule, and only what is accepted has an amount",
                "select * from candidates
                 where rule is null or decision is null or decision not in ('accepted', 'rejected')
                     or (decision = 'accepted') <> (credit is not null and amount is not null and currency is not null)
                     or (decision = 'rejected') <> (credit is null and amount is null and currency is null)",
            ),
            (
                "what refuses an order in the ledger refuses each of its candidates, and nothing else does",
                refused.as_str(),
            ),
            (
                "a candidate after the order is, and one outside the lookback too",
                timed.as_str(),
            ),
            (
                "a candidate that is not the last has one after it, and one of a tie another beside it",
                "select * from candidates as lost
                 left join candidates as won on won.order_id = lost.order_id and won.decision = 'accepted'
                 where (lost.rule = 'not_last' and (won.occurred_at > lost.occurred_at) is not true)
                     or (lost.rule = 'not_first' and (won.occurred_at < lost.occurred_at) is not true)
                     or (lost.rule = 'lost_tie_break' and (won.occurred_at = lost.occurred_at) is not true)",
            ),
        ] {
            let law = format!("{}: {law}", self.schema);
            holds(&session, &law, exceptions).await;
        }
        for rule in rules {
            let found = count(&session, &format!("candidates where rule = '{rule}'")).await;
            assert!(found > 0, "{}: nothing is {rule}", self.schema);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_candidates_of_revenue_are_its_ledger_explained() {
    let rules = [
        "credited",
        "not_last",
        "lost_tie_break",
        "after_order",
        "outside_lookback",
        "reopened",
        "closed_again",
        "no_inbound",
        "inbound_after_order",
        "no_closer",
        "closed_by_bot",
        "closed_by_rule",
        "not_done",
    ];
    REVENUE.obeys(&[], &rules).await;
    let wider = [
        ("lookback", "20 days"),
        ("closers", "any"),
        ("exclude_fully_refunded", "true"),
        ("amount_basis", "without_shipping_and_tax"),
        ("attribution_effective_from", "2026-10-15T00:00:00Z"),
    ];
    let rules = ["not_last", "fully_refunded", "before_effective"];
    REVENUE.obeys(&wider, &rules).await;
    let literal = [("literal", "true")];
    REVENUE.obeys(&literal, &["credited", "reopened"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_candidates_of_business_performance_are_its_ledger_explained() {
    let rules = ["credited", "not_last", "not_on_site", "other_customer"];
    BUSINESS_PERFORMANCE.obeys(&[], &rules).await;
    let first = [("model", "first_touch"), ("lookback", "30 days")];
    BUSINESS_PERFORMANCE.obeys(&first, &["not_first"]).await;
    let shared = [("model", "time_decay"), ("lookback", "30 days")];
    BUSINESS_PERFORMANCE.obeys(&shared, &["credited"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_candidates_of_clienteling_are_its_ledger_explained() {
    let rules = ["credited", "after_first_ticket", "inbound", "not_completed"];
    CLIENTELING.obeys(&[], &rules).await;
    let narrower = [
        ("lookback", "36 hours"),
        ("include_inbound", "true"),
        ("activity_types", "messaging, reminder"),
        ("scope", "all"),
    ];
    let rules = ["outside_lookback", "other_activity_type"];
    CLIENTELING.obeys(&narrower, &rules).await;
    let of_a_store = [("store", "store-soho"), ("store_role", "activity")];
    let rules = ["credited", "activity_of_other_store"];
    CLIENTELING.obeys(&of_a_store, &rules).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_candidates_of_the_channel_reports_are_their_ledgers_explained() {
    let rules = ["channel_in_scope", "other_channel", "test_order", "return"];
    CONVERSATIONAL_COMMERCE.obeys(&[], &rules).await;
    let approved = [("order_family", "approved")];
    let rules = ["channel_in_scope", "not_approved"];
    CONVERSATIONAL_COMMERCE.obeys(&approved, &rules).await;
    let rules = ["source_in_scope", "other_source", "unlinked_return"];
    SALES_INSIGHTS.obeys(&[], &rules).await;
    let chat = [("scope", "chat"), ("amount_basis", "net")];
    let rules = ["influenced", "not_influenced"];
    SALES_INSIGHTS.obeys(&chat, &rules).await;
}

/// Two scans are of the returns that name some order, one of the tickets of one purchase, and one
/// asks whether any order has a source: they read few columns or rows, and no id can narrow them.
#[tokio::test(flavor = "multi_thread")]
async fn explaining_an_order_does_not_read_the_others() {
    let shop = SampleShop::open(0.05).await;
    let session = shop.session();
    let scans = scans(&session, "select * from explain_order('o-000000019')").await;
    let of_orders = scans.iter().filter(|scan| scan.contains("/orders/"));
    let (narrowed, whole): (Vec<_>, Vec<_>) =
        of_orders.partition(|scan| scan.contains("order_id@0 = o-000000019"));
    assert!(narrowed.len() >= 5, "{narrowed:#?}");
    for scan in whole {
        let is_small = [
            "original_order_id@15 IS NOT NULL",
            "projection=[currency, order_id]",
            "order_group_id@14 IS NOT NULL",
            "limit=1",
        ];
        let is_small = is_small.iter().any(|sign| scan.contains(sign));
        assert!(is_small, "it reads all orders: {scan}");
    }
}
