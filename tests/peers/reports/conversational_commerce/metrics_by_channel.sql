select * exclude (date)
from (
    from measured(['channel'], 'facts_of_all_channels', since := date '2026-10-01')
    union all
    from measured([], 'facts_of_all_channels', since := date '2026-10-01')
)
