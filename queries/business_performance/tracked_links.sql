-- Who made each tracking link, in which team, for which channel and product?
-- Grain: one tracking link, whoever or whatever made it. Team and channel are those at its
-- creation, whatever became of them since.
create view business_performance.tracked_links as
with made as (
    -- The time is part of the key so that a filter on it reaches the scan.
    select
        link_id,
        created_at,
        coalesce(max(creator_type), 'agent') as creator_type,
        max(channel) as channel,
        max(team_id) as team_id,
        max(agent_id) as agent_id,
        max(product_id) as product_id
    from tracking_links
    group by link_id, created_at
),
placed as (
    select
        made.*,
        agents.team_id as team_of_agent,
        row_number() over (
            partition by made.link_id, made.created_at
            order by agents.valid_from desc nulls last
        ) as place
    from made
    left join agents
        on agents.agent_id = made.agent_id
        and (agents.valid_from is null or agents.valid_from <= made.created_at)
        and (agents.valid_to is null or made.created_at < agents.valid_to)
)
select
    placed.link_id,
    placed.created_at,
    placed.creator_type,
    placed.channel,
    coalesce(placed.team_id, placed.team_of_agent) as team_id,
    teams.name as team,
    placed.agent_id,
    agent_names.name as agent,
    placed.product_id,
    products.name as product
from placed
left join teams on teams.team_id = coalesce(placed.team_id, placed.team_of_agent)
left join base.agent_names as agent_names on agent_names.agent_id = placed.agent_id
left join products on products.product_id = placed.product_id
where placed.place = 1
