-- Which of the links created were ever clicked?
-- Grain: one tracking link with a click, dated by its creation: over the links created, the share
-- that was clicked at least once.
create view business_performance.clicked_links as
with clicked as (
    select
        link_id,
        min(clicked_at) as first_clicked_at,
        count(*) as link_clicks
    from business_performance.valid_clicks
    group by link_id
)
select
    links.link_id,
    links.created_at,
    links.creator_type,
    links.channel,
    links.team_id,
    links.team,
    links.agent_id,
    links.agent,
    links.product_id,
    links.product,
    clicked.first_clicked_at,
    clicked.link_clicks
from business_performance.links
join clicked on clicked.link_id = links.link_id
