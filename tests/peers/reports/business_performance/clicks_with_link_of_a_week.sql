select *
from (
    select * exclude (matures_at) from click_outcomes(interval '168 hours', 'last_touch')
)
where clicked_at >= '2026-11-06T05:00:00Z' and clicked_at < '2026-11-13T05:00:00Z'
