-- What is an agent called?
-- Grain: one agent, with the latest name.
create view base.agent_names as
select
    agent_id,
    first_value(name order by valid_from desc nulls last) as name
from agents
group by agent_id
