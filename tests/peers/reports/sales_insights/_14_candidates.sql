-- What decided of each order.
create macro order_rules(scope := 'bot', channels := null) as table
with judged as (
    select
        *,
        case
            when reason in ('test_order', 'return', 'unlinked_return', 'other_channel') then reason
            when reason = 'in_scope' then case
                when scope = 'all' then 'whole_shop'
                when source in ('bot', 'outbound') then 'source_in_scope'
                else 'influenced'
            end
            -- Where a message could have brought it in.
            when scope in ('influenced', 'chat') and (source is null or source not in ('bot', 'outbound'))
                then 'not_influenced'
            else 'other_source'
        end as rule
    from scoped(scope := scope, channels := channels)
)
select
    order_id,
    ordered_at,
    'order' as candidate_type,
    order_id as candidate_id,
    ordered_at as occurred_at,
    null as agent_id,
    channel,
    if(reason = 'in_scope', 'accepted', 'rejected') as decision,
    rule,
    if(reason = 'in_scope', 1, null) as credit,
    amount,
    if(reason = 'in_scope', 'USD', null) as currency
from judged;
