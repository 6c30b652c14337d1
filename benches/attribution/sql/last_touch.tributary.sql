select agent_id, sum(credited_value) as revenue
from attribute(
    conversions => purchases, touchpoints => touchpoints, key => '$key',
    conversion_id => 'purchase_id', conversion_time => 'purchased_at', value => 'total',
    touchpoint_id => 'touch_id', touchpoint_time => 'touched_at',
    model => 'last_touch', lookback => interval '14 days', unattributed => false)
group by agent_id
order by agent_id
