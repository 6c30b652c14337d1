-- Every conversation of the buyer of every order, as it was at the order: when it was last marked
-- as done, and by whom. With `literal`, as it is now.
create macro past_conversations(literal) as table
with pairs as (
    select
        placed.order_id,
        placed.ordered_at,
        conversations.conversation_id,
        if(literal, as_of(), placed.ordered_at) as seen_at
    from sold_orders as placed
    join conversations on person(conversations.customer_id) = placed.customer_id
),
history as (
    select
        pairs.order_id,
        pairs.ordered_at,
        pairs.seen_at,
        events.*,
        row_number() over (
            partition by pairs.order_id, pairs.conversation_id
            order by changed_at desc, sequence desc, event_id desc
        ) as nth_last,
        row_number() over (
            partition by pairs.order_id, pairs.conversation_id, status
            order by changed_at desc, sequence desc, event_id desc
        ) as nth_last_of_status
    from pairs
    join conversation_status_events as events
        on events.conversation_id = pairs.conversation_id and events.changed_at <= pairs.seen_at
)
select
    last_done.order_id,
    last_done.ordered_at,
    last_done.conversation_id,
    last_done.changed_at as done_at,
    last_done.changed_by as done_by,
    coalesce(last_done.changed_by_type, 'human') = 'human' as by_person
from history as last_done
where last_done.status = 'done'
    -- the last change of all: it is done
    and last_done.nth_last = 1
    and exists (
        select 1
        from messages
        where messages.conversation_id = last_done.conversation_id
            and messages.direction = 'in'
            and messages.sent_at <= last_done.seen_at
    );

create macro conversation_channel(id, channel_basis) as
    coalesce(
        (
            select arg_min_null(channel, {'at': sent_at, 'id': message_id})
            from messages
            where messages.conversation_id = id
                and direction = 'in'
                and channel_basis = 'first_inbound'
        ),
        (select channel from conversations where conversation_id = id)
    );

-- The team of the agent at that time; who is in none has that of the conversation.
create macro closing_team(agent, instant, conversation) as
    coalesce(
        (
            select any_value(agents.team_id)
            from agents
            where agents.agent_id = agent
                and (agents.valid_from is null or agents.valid_from <= instant)
                and (agents.valid_to is null or instant < agents.valid_to)
        ),
        (select team_id from conversations where conversation_id = conversation)
    );

create macro ledger(
    lookback := interval '120 hours',
    closers := 'human',
    channel_basis := 'first_inbound',
    amount_basis := 'total',
    effective_from := null,
    exclude_fully_refunded := false,
    literal := false
) as table
with qualifying as (
    select *
    from past_conversations(literal)
    where done_at >= ordered_at - lookback and done_by is not null
),
credits as (
    select order_id, conversation_id, done_at, done_by
    from qualifying
    where by_person or closers = 'any'
    qualify row_number() over (
        partition by order_id order by done_at desc, conversation_id desc
    ) = 1
),
judged as (
    select
        placed.*,
        credits.conversation_id,
        credits.done_at,
        credits.done_by,
        amounts.amount as current_amount,
        case
            when placed.is_test then 'test_order'
            when kinds.kind <> 'sale' then kinds.kind
            when placed.customer_id is null then 'no_key'
            when placed.ordered_at < effective_from then 'before_effective'
            when credits.order_id is null and placed.order_id in (select order_id from qualifying)
                then 'automation'
            when credits.order_id is null then 'no_touchpoint_in_lookback'
            when exclude_fully_refunded and placed.total > 0 and amounts.in_all <= 0
                then 'fully_refunded'
            else 'credited'
        end as reason
    from sold_orders as placed
    join kinds on kinds.order_id = placed.order_id
    join current_amounts(amount_basis) as amounts on amounts.order_id = placed.order_id
    left join credits on credits.order_id = placed.order_id
)
select
    order_id,
    customer_id,
    ordered_at,
    currency,
    total as order_total,
    case when reason = 'credited' then current_amount end as attributed_amount,
    case when reason = 'credited' then conversation_id end as conversation_id,
    case when reason = 'credited' then done_by end as agent_id,
    case when reason = 'credited' then closing_team(done_by, done_at, conversation_id) end
        as team_id,
    case when reason = 'credited' then conversation_channel(conversation_id, channel_basis) end
        as channel,
    case when reason = 'credited' then done_at end as done_at,
    reason
from judged;

create table default_ledger as from ledger();
