-- Which visits of a product's page led to a purchase?
-- Grain: one product view. `purchased`: its contact bought something after it and within the
-- window, both ends included, whatever the scope of the report; a sale that has only a day counts by
-- the days of its store, its own included. `immature`: not yet, but the window is not over.
create view sales_insights.pdp_visits as
select
    event_id,
    visited_at,
    contact_id,
    product_id,
    purchased,
    coalesce(matures_at > now(), false) as immature
from sales_insights.pdp_outcomes
