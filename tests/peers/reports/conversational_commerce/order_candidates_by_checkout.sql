select
    placed.order_id,
    checkout.ordered_at,
    'checkout' as candidate_type,
    checkout.order_id as candidate_id,
    checkout.captured_at as occurred_at,
    null as agent_id,
    checkout.channel,
    if(reason = 'counted', 'accepted', 'rejected') as decision,
    if(reason = 'counted', 'channel_in_scope', reason) as rule,
    if(reason = 'counted', 1, null) as credit,
    revenue as amount,
    if(reason = 'counted', 'USD', null) as currency
from orders as placed
join captured(channels := 'web', order_key := 'order_group_id') as checkout
    on checkout.order_id = coalesce(placed.order_group_id, placed.order_id)
