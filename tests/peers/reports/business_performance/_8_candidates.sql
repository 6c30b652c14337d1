-- Every click that an order could have come from, and the first rule that holds.
create macro candidates(lookback, model) as table
with explained as (
    select order_id, ordered_at, contact_id, true as on_site
    from bought
    union all
    select order_id, ordered_at, customer, false
    from shop_orders
    where order_id not in (select order_id from bought)
),
paired as (
    select
        explained.*,
        told.click_id,
        told.clicked_at,
        told.link_id,
        told.is_bot,
        told.has_link,
        is_theirs
    from explained
    left join claims on claims.contact_id = explained.contact_id
    left join told_clicks as told using (click_id)
),
decided as (
    select
        paired.order_id,
        paired.ordered_at,
        paired.click_id,
        paired.clicked_at,
        paired.link_id,
        credited.credit,
        credited.amount,
        case
            when coalesce(is_test, false) then 'test_order'
            when is_return and is_linked then 'return'
            when is_return then 'unlinked_return'
            when not on_site then 'not_on_site'
            when paired.contact_id is null then 'no_key'
            when paired.click_id is null then 'no_touchpoint_in_lookback'
            when is_bot then 'crawler'
            when not has_link then 'unknown_link'
            when not is_theirs then 'other_customer'
            when paired.clicked_at > paired.ordered_at then 'after_order'
            when paired.clicked_at < paired.ordered_at - lookback then 'outside_lookback'
            when credited.click_id is not null then 'credited'
            when exists (
                from credited(lookback, model) as winner
                join clicks using (click_id)
                where winner.order_id = paired.order_id and clicks.clicked_at = paired.clicked_at
            ) then 'lost_tie_break'
            when model = 'first_touch' then 'not_first'
            else 'not_last'
        end as rule
    from paired
    left join shop_orders using (order_id)
    left join credited(lookback, model) as credited
      on credited.order_id = paired.order_id
     and credited.click_id = paired.click_id
)
select
    order_id,
    ordered_at,
    if(click_id is null, null, 'link_click') as candidate_type,
    click_id as candidate_id,
    clicked_at as occurred_at,
    agent_id,
    channel,
    if(rule = 'credited', 'accepted', 'rejected') as decision,
    rule,
    credit,
    amount,
    if(rule = 'credited', report_currency(), null) as currency
from decided
left join described_links using (link_id);

create macro coverage_of(lookback) as table
with latest as (
    select least(
        (select max(created_at) from tracking_links where created_at <= as_of()),
        (select max(clicked_at) from link_clicks where clicked_at <= as_of()),
        (select max(occurred_at) from web_events where occurred_at <= as_of()),
        (select max(coalesce(ingested_at, ordered_at)) from known_orders)
    ) as complete_through
)
select
    periods.*,
    complete_through,
    period_end > complete_through as is_provisional,
    period_end + lookback as immature_until,
    period_end + lookback > complete_through as is_immature
from periods
cross join latest;
