-- Which conversations could have earned each order, and what decided about each?
-- Grain: one order, and one marking as done of a conversation of its customer, or one conversation
-- that never was; an order whose customer has none is there once, without a candidate. `rule` is the
-- first that holds, in the order of the CASE below; what is accepted is as the ledger credits it.
create view revenue.order_candidates
parameters
    lookback interval default interval '120 hours',
    closers varchar in ('human', 'any') default 'human',
    channel_basis varchar in ('first_inbound', 'conversation') default 'first_inbound',
    literal boolean default false
as
with touches as (
    select
        conversation_id,
        customer_id,
        done_at as touched_at,
        true as is_done,
        done_until,
        -- Of one instant the marking that ends at once is the earlier.
        lead(done_at) over (
            partition by conversation_id
            order by done_at, done_until nulls last, event_id
        ) as next_done_at,
        done_by,
        done_by_type,
        first_inbound_at,
        case when channel_basis = 'conversation' then channel
            else coalesce(first_inbound_channel, channel) end as channel
    from base.done_conversations
    union all
    select
        conversations.conversation_id,
        coalesce(merged.canonical_id, conversations.customer_id) as customer_id,
        conversations.created_at as touched_at,
        false as is_done,
        cast(null as timestamp) as done_until,
        cast(null as timestamp) as next_done_at,
        cast(null as varchar) as done_by,
        cast(null as varchar) as done_by_type,
        cast(null as timestamp) as first_inbound_at,
        conversations.channel
    from conversations
    left join base.merged_customers as merged on merged.customer_id = conversations.customer_id
    where not exists (
        select 1
        from conversation_status_events as changes
        where changes.conversation_id = conversations.conversation_id and changes.status = 'done'
    )
),
judged as (
    select
        ledger.order_id,
        ledger.ordered_at,
        touches.conversation_id,
        touches.touched_at,
        touches.done_by,
        touches.channel,
        ledger.attributed_amount,
        ledger.currency,
        case
            when ledger.reason in (
                'test_order', 'return', 'unlinked_return', 'no_key', 'before_effective'
            ) then ledger.reason
            when touches.conversation_id is null then ledger.reason
            when not touches.is_done then 'not_done'
            when touches.touched_at > ledger.ordered_at and not literal then 'after_order'
            when touches.touched_at < ledger.ordered_at - lookback then 'outside_lookback'
            when (literal or touches.done_until <= ledger.ordered_at)
                and touches.done_until = touches.next_done_at then 'closed_again'
            when (literal or touches.done_until <= ledger.ordered_at)
                and touches.done_until is not null then 'reopened'
            when touches.first_inbound_at is null then 'no_inbound'
            when touches.first_inbound_at > ledger.ordered_at and not literal
                then 'inbound_after_order'
            when touches.done_by is null then 'no_closer'
            when closers = 'human' and touches.done_by_type <> 'human'
                then concat('closed_by_', touches.done_by_type)
            when ledger.reason = 'fully_refunded' then ledger.reason
            when ledger.done_at = touches.touched_at
                and ledger.conversation_id = touches.conversation_id then 'credited'
            when ledger.done_at = touches.touched_at then 'lost_tie_break'
            else 'not_last'
        end as rule
    from revenue.attributed_orders as ledger
    left join touches on touches.customer_id = ledger.customer_id
)
select
    order_id,
    ordered_at,
    case when conversation_id is not null then 'conversation' end as candidate_type,
    conversation_id as candidate_id,
    touched_at as occurred_at,
    done_by as agent_id,
    channel,
    case when rule = 'credited' then 'accepted' else 'rejected' end as decision,
    rule,
    case when rule = 'credited' then 1.0 end as credit,
    case when rule = 'credited' then attributed_amount end as amount,
    case when rule = 'credited' then currency end as currency
from judged
