-- Checkouts after a click, and how far each contact got.
create macro checkouts_after(lookback) as table
with numbered as (
    select
        event_id,
        occurred_at as began_at,
        site_events.contact_id,
        site_events.customer,
        site_events.visitor_id,
        clicks.contact_id as clicked_by,
        click_id,
        clicked_at,
        link_id,
        row_number() over (partition by event_id order by clicked_at desc, click_id desc) as nth
    from site_events
    join claims on claims.contact_id = site_events.contact_id and is_theirs
    join clicks using (click_id)
    where event_type = 'begin_checkout'
      and clicked_at <= occurred_at
      and clicked_at >= occurred_at - lookback
)
select numbered.* exclude (nth), described_links.* exclude (link_id, created_at)
from numbered
join described_links using (link_id)
where nth = 1;

-- A step is of the contact who clicked; a purchase follows the last checkout that contact began.
create macro funnel(lookback, model) as table
with purchases_after as (
    select
        checkouts.*,
        row_number() over (
            partition by order_id, checkouts.clicked_by
            order by began_at desc, event_id desc
        ) as nth
    from (select distinct order_id, ordered_at, clicked_by from ledger(lookback, model) where reason = 'credited') as purchases
    join checkouts_after(lookback) as checkouts
      on checkouts.clicked_by = purchases.clicked_by
     and began_at <= ordered_at
     and began_at >= ordered_at - lookback
)
select 1 as step_number, contact_id, clicked_at, channel, team_id, team, agent_id, agent, product_id, product
from clicks
join described_links using (link_id)
union all
select 2, clicked_by, clicked_at, channel, team_id, team, agent_id, agent, product_id, product
from checkouts_after(lookback)
union all
select 3, clicked_by, clicked_at, channel, team_id, team, agent_id, agent, product_id, product
from purchases_after
where nth = 1;
