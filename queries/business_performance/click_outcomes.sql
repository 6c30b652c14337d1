-- Which clicks led to an order, and until when may the others?
-- Grain: one click that counts, with its link. `converted`: it earned at least one order, whenever
-- that was placed. `matures_at`: when its lookback ends; NULL if it has earned one.
create materialized view business_performance.click_outcomes
parameters
    lookback interval default interval '7 days'
partitioned by (local_date(clicked_at) as date)
refresh every '1 hour'
as
with converted as (
    select distinct
        click_id,
        clicked_at
    from business_performance.attributed_purchases
    where reason = 'credited'
)
select
    clicks.click_id,
    clicks.clicked_at,
    clicks.contact_id,
    clicks.link_id,
    clicks.creator_type,
    clicks.channel,
    clicks.team_id,
    clicks.team,
    clicks.agent_id,
    clicks.agent,
    clicks.product_id,
    clicks.product,
    converted.click_id is not null as converted,
    case when converted.click_id is null then clicks.clicked_at + lookback end as matures_at
from business_performance.valid_clicks as clicks
left join converted
    on converted.click_id = clicks.click_id and converted.clicked_at = clicks.clicked_at
