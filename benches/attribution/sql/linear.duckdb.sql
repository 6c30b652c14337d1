with pairs as (
    select purchase_id, agent_id
    from $purchases as p join $touchpoints as t
        on p.$key = t.$key and t.touched_at <= p.purchased_at
        and epoch_us(p.purchased_at) - epoch_us(t.touched_at) <= 14 * 86400000000
),
paths as (select purchase_id, list(agent_id) as agents, count(*) as touches from pairs group by all)
select agent_id, sum(1.0::double / touches) as credit
from (select unnest(agents) as agent_id, touches from paths)
group by agent_id
order by agent_id
