//! Laws between the views of conversational_commerce, on the sample shop.

use super::{SampleShop, count, holds, set};

#[tokio::test(flavor = "multi_thread")]
async fn days_add_up_to_their_period_but_for_users() {
    let shop = SampleShop::open(0.2).await;
    let session = shop.session();
    set(&session, &[("period", "2026-08-01/2026-09-01")]).await;
    holds(
        &session,
        "what is counted once is the sum of its days, in both spans",
        "with days as (
             select period, metric, sum(current) as current, sum(previous) as previous
             from conversational_commerce.daily
             where metric in ('total_sessions', 'total_orders', 'total_new_users')
             group by period, metric
         ),
         wholes as (
             select period, metric, current, previous from conversational_commerce.kpis
             union all
             select period, metric, current, previous from conversational_commerce.sales_performance
         )
         select * from wholes
         join days on days.period = wholes.period and days.metric = wholes.metric
         where abs(days.current - wholes.current) > 0.001
             or abs(days.previous - wholes.previous) > 0.001",
    )
    .await;
    let repeated = count(
        &session,
        "(select sum(current) as users from conversational_commerce.daily
          where period = 'last_30_days' and metric = 'total_users') as days
         join conversational_commerce.kpis as whole
             on whole.period = 'last_30_days' and whole.metric = 'total_users'
         where days.users > whole.current",
    );
    assert_eq!(repeated.await, 1, "users come back within a month");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_classes_of_users_and_sessions_are_all_of_them() {
    let shop = SampleShop::open(0.2).await;
    let session = shop.session();
    for (view, number, metric) in [
        ("users", "users", "total_users"),
        ("support", "sessions", "total_sessions"),
    ] {
        holds(
            &session,
            &format!("the rows of {view} are the {number} of kpis, and their shares the whole"),
            &format!(
                "select * from (
                     select period, sum({number}) as number, sum(share) as share
                     from conversational_commerce.{view} group by period
                 ) as classes
                 join conversational_commerce.kpis as whole
                     on whole.period = classes.period and whole.metric = '{metric}'
                 where classes.number <> whole.current or abs(classes.share - 1) > 0.000001"
            ),
        )
        .await;
    }
    assert!(count(&session, "conversational_commerce.users where share > 0").await > 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_session_of_the_sample_is_of_one_customer_and_begins_where_a_user_wrote() {
    let shop = SampleShop::open(0.2).await;
    let session = shop.session();
    holds(
        &session,
        "a session is there once",
        "select session_id from base.sessions group by session_id having count(*) > 1",
    )
    .await;
    holds(
        &session,
        "every inbound message is in one session",
        "select * from (select sum(inbound_messages) as messages from base.sessions) as sessions
         cross join (select count(distinct message_id) as messages from messages where direction = 'in') as sent
         where sessions.messages <> sent.messages",
    )
    .await;
    holds(
        &session,
        "each user has one first session",
        "select customer_id from conversational_commerce.sessions
         group by customer_id having count(case when user_class = 'new' then 1 end) <> 1",
    )
    .await;
    assert!(count(&session, "conversational_commerce.sessions where has_order").await > 10);
}
