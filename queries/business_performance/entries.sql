-- What do the numbers of this report add up?
-- Grain: one link created, one click, or one order credited to a click; each with the agent, team
-- and product of its link, and dated by its own time. `converted` is a click that led to an order;
-- an `immature` one has not, and still can.
create view business_performance.entries
parameters
    -- clicks of the period that led to an order, or clicks that led to an order of the period
    basis varchar in ('click_cohort', 'event_time') default 'click_cohort'
as
select
    created_at as entered_at,
    team_id,
    team,
    agent_id,
    agent,
    product_id,
    product,
    link_id,
    cast(null as varchar) as click_id,
    cast(null as varchar) as converted,
    cast(null as varchar) as order_id,
    cast(null as decimal(18, 2)) as amount,
    false as immature
from business_performance.links
union all
select
    clicked_at as entered_at,
    team_id,
    team,
    agent_id,
    agent,
    product_id,
    product,
    cast(null as varchar) as link_id,
    click_id,
    case when converted and basis = 'click_cohort' then click_id end as converted,
    cast(null as varchar) as order_id,
    cast(null as decimal(18, 2)) as amount,
    immature and basis = 'click_cohort' as immature
from business_performance.clicks_with_link
union all
select
    ordered_at as entered_at,
    team_id,
    team,
    agent_id,
    agent,
    product_id,
    product,
    cast(null as varchar) as link_id,
    cast(null as varchar) as click_id,
    case when basis = 'event_time' then click_id end as converted,
    order_id,
    amount,
    false as immature
from business_performance.attributed_purchases
where reason = 'credited'
