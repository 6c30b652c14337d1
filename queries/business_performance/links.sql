-- Which tracking links did the team create?
-- Grain: one tracking link. What a link's clicks and orders count for does not depend on who made
-- it; only links created are those of agents.
create view business_performance.links
parameters
    -- an agent's links are those that people sent, also if an AI suggested them
    creators varchar in ('agent', 'bot', 'api', 'any') default 'agent'
as
select
    link_id,
    created_at,
    creator_type,
    channel,
    team_id,
    team,
    agent_id,
    agent,
    product_id,
    product
from business_performance.tracked_links
where creators = 'any' or creator_type = creators
