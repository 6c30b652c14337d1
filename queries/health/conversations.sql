-- Can each conversation earn an order?
-- Grain: one check of the conversations, or of their markings as done, each once.
create view health.conversations as
with named as (
    select distinct customer_id
    from customers
),
held as (
    select
        conversation_id,
        max(customer_id) as customer_id
    from conversations
    group by conversation_id
),
conversations_of as (
    select
        count(*) as conversations,
        count(case when held.customer_id is null then 1 end) as nobodies,
        count(case when held.customer_id is not null and named.customer_id is null then 1 end)
            as strangers,
        count(case when heard.conversation_id is null then 1 end) as unheard
    from held
    left join named on named.customer_id = held.customer_id
    left join (
        select distinct conversation_id
        from messages
        where direction = 'in'
    ) as heard on heard.conversation_id = held.conversation_id
),
done as (
    select
        count(distinct marks.event_id) as marks,
        count(distinct case when held.conversation_id is null then marks.event_id end) as strays,
        count(distinct case when marks.changed_by is null then marks.event_id end) as anonymous,
        count(distinct case when marks.changed_by is not null
            and coalesce(marks.changed_by_type, 'human') <> 'human' then marks.event_id end)
            as automated
    from conversation_status_events as marks
    left join held on held.conversation_id = marks.conversation_id
    where marks.status = 'done'
),
counted as (
    select
        checks.*,
        case checks.check
            when 'conversations_without_customer' then conversations_of.nobodies
            when 'unknown_customers' then conversations_of.strangers
            when 'unheard_conversations' then conversations_of.unheard
            when 'done_in_no_conversation' then done.strays
            when 'done_by_nobody' then done.anonymous
            else done.automated
        end as affected,
        case when checks.subject = 'conversations' then conversations_of.conversations
            else done.marks end as total
    from conversations_of
    cross join done
    cross join (values
        (7, 'conversations_without_customer', 'conversations', null, null,
            'conversations without a customer: they earn no order'),
        (7, 'unknown_customers', 'conversations', null, null,
            'conversations of a customer_id that is not in customers: one on a merged record earns no order of the other'),
        (7, 'unheard_conversations', 'conversations', null, null,
            'conversations without a message of the customer: they earn no order; look whether messages have their conversation_id'),
        (7, 'done_in_no_conversation', 'conversation_status_events', null, null,
            'marked as done in a conversation that is not in conversations: it earns no order; import the conversations'),
        (7, 'done_by_nobody', 'conversation_status_events', null, null,
            'marked as done by nobody named: it earns no order'),
        (7, 'done_by_automation', 'conversation_status_events', null, null,
            'marked as done by a bot or a rule: the orders are of nobody, with the reason automation, unless revenue.closers is any')
    ) as checks (step_number, check, subject, amount, currency, message)
)
select
    step_number,
    check,
    subject,
    case when affected > 0 then 'warning' else 'ok' end as status,
    affected,
    total,
    ratio(affected, total) as share,
    cast(amount as decimal(28, 2)) as amount,
    cast(currency as varchar) as currency,
    message
from counted
