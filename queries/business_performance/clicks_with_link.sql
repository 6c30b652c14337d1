-- Which clicks led to an order, and which still can?
-- Grain: one click that counts, with its link. `converted`: it earned at least one order, whenever
-- that was placed. `immature`: it has earned none, and its lookback is not over.
create view business_performance.clicks_with_link as
select
    click_id,
    clicked_at,
    contact_id,
    link_id,
    creator_type,
    channel,
    team_id,
    team,
    agent_id,
    agent,
    product_id,
    product,
    converted,
    coalesce(matures_at > now(), false) as immature
from business_performance.click_outcomes
