with markings as (
    select
        conversation_id,
        changed_at,
        changed_by,
        coalesce(changed_by_type, 'human') as closer,
        lead(changed_at) over next as until,
        lead(status) over next as next_status
    from conversation_status_events
    window next as (partition by conversation_id order by changed_at, sequence, event_id)
    qualify status = 'done'
),
-- Each conversation once for every time it was marked as done, or once without.
candidates as (
    select
        held.conversation_id,
        person(held.customer_id) as customer_id,
        coalesce(markings.changed_at, held.created_at) as occurred_at,
        markings.changed_at,
        markings.changed_by,
        markings.closer,
        markings.until,
        markings.next_status,
        if(
            markings.changed_at is null,
            held.channel,
            conversation_channel(held.conversation_id, 'first_inbound')
        ) as channel,
        (
            select min(sent_at)
            from messages
            where messages.conversation_id = held.conversation_id and direction = 'in'
        ) as written_at
    from conversations as held
    left join markings on markings.conversation_id = held.conversation_id
),
judged as (
    select
        sold.order_id,
        sold.ordered_at,
        candidates.*,
        sold.attributed_amount,
        sold.currency,
        case
            when sold.reason in (
                'test_order', 'return', 'unlinked_return', 'no_key', 'before_effective'
            ) then sold.reason
            when candidates.conversation_id is null then 'no_touchpoint_in_lookback'
            when candidates.changed_at is null then 'not_done'
            when candidates.changed_at > sold.ordered_at then 'after_order'
            when candidates.changed_at < sold.ordered_at - interval '120 hours'
                then 'outside_lookback'
            when until <= sold.ordered_at and next_status = 'done' then 'closed_again'
            when until <= sold.ordered_at then 'reopened'
            when written_at is null then 'no_inbound'
            when written_at > sold.ordered_at then 'inbound_after_order'
            when changed_by is null then 'no_closer'
            when closer <> 'human' then 'closed_by_' || closer
            when sold.conversation_id = candidates.conversation_id
                and sold.done_at = candidates.changed_at then 'credited'
            when sold.done_at = candidates.changed_at then 'lost_tie_break'
            else 'not_last'
        end as rule
    from default_ledger as sold
    left join candidates on candidates.customer_id = sold.customer_id
)
select
    order_id,
    ordered_at,
    if(conversation_id is null, null, 'conversation') as candidate_type,
    conversation_id as candidate_id,
    occurred_at,
    changed_by as agent_id,
    channel,
    if(rule = 'credited', 'accepted', 'rejected') as decision,
    rule,
    if(rule = 'credited', 1, null) as credit,
    if(rule = 'credited', attributed_amount, null) as amount,
    if(rule = 'credited', currency, null) as currency
from judged
