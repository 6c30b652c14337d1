-- Is it known who wrote each message, and where?
-- Grain: one check of the messages, each once.
create view health.messages as
with versions as (
    select
        message_id,
        max(customer_id) as customer_id,
        max(channel) as channel
    from messages
    group by message_id
),
named as (
    select distinct customer_id
    from customers
),
sent as (
    select
        count(*) as messages,
        count(case when versions.customer_id is null then 1 end) as nobodies,
        count(case when versions.customer_id is not null and named.customer_id is null
            then 1 end) as strangers,
        count(case when versions.channel is null then 1 end) as channelless
    from versions
    left join named on named.customer_id = versions.customer_id
),
counted as (
    select
        checks.*,
        case checks.check
            when 'messages_without_customer' then sent.nobodies
            when 'unknown_customers' then sent.strangers
            else sent.channelless
        end as affected,
        sent.messages as total
    from sent
    cross join (values
        (7, 'messages_without_customer', 'messages', null, null,
            'messages without a customer: all of a channel are one session of nobody where they have no session_id'),
        (7, 'unknown_customers', 'messages', null, null,
            'messages of a customer_id that is not in customers: a merged record is two customers; import the customers'),
        (7, 'messages_without_channel', 'messages', null, null,
            'messages without a channel: conversational_commerce counts no session of them')
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
