select *
from (
    select * rename (id as agent_id, name as agent)
    from leaderboard(agent_id, agent, interval '168 hours', 'last_touch', 'click_cohort')
)
where period = 'yesterday'
