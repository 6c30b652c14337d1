select *
from (
    select * from ledger(interval '168 hours', 'last_touch')
)
where agent_id = 'agent-01'
