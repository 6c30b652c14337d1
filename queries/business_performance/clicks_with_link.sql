-- Which clicks led to an order, and which still can?
-- Grain: one click that counts, with its link. `converted`: it earned at least one order, whenever
-- that was placed. `immature`: it has earned none, and its lookback is not over.
create view business_performance.clicks_with_link
parameters
    lookback interval default interval '7 days'
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
    converted.click_id is null and clicks.clicked_at + lookback > now() as immature
from business_performance.valid_clicks as clicks
left join converted
    on converted.click_id = clicks.click_id and converted.clicked_at = clicks.clicked_at
