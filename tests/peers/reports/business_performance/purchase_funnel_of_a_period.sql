select *
from (
    select * from contact_funnel(interval '168 hours', 'last_touch')
)
where period = 'last_7_days'
