select
    order_id,
    ordered_at,
    'order' as candidate_type,
    order_id as candidate_id,
    captured_at as occurred_at,
    null as agent_id,
    channel,
    if(reason = 'counted', 'accepted', 'rejected') as decision,
    if(reason = 'counted', 'channel_in_scope', reason) as rule,
    if(reason = 'counted', 1, null) as credit,
    revenue as amount,
    if(reason = 'counted', 'USD', null) as currency
from default_orders
