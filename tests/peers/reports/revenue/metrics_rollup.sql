select team, channel, unnest(measures)
from (
    from measured(['team', 'channel'])
    union all
    from measured(['team'])
    union all
    from measured([])
)
