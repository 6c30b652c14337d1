-- Which clicks count, and whose link was it?
-- Grain: one click of a person on a tracking link; a repeated click is another one. Crawlers and
-- previews are left out, and so are clicks on a link that nobody has created.
create view business_performance.valid_clicks as
select
    clicks.click_id,
    clicks.clicked_at,
    clicks.contact_id,
    clicks.customer_id,
    clicks.visitor_id,
    links.link_id,
    links.creator_type,
    links.channel,
    links.team_id,
    links.team,
    links.agent_id,
    links.agent,
    links.product_id,
    links.product
from base.contact_clicks as clicks
join business_performance.tracked_links as links on links.link_id = clicks.link_id
where not clicks.is_bot
