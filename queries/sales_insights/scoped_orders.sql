-- Which orders does this report count, and why not the others?
-- Grain: one order, return or exchange. The ledger behind every order and amount of this report;
-- `amount` is in the currency of the session, for what counts. An order is in `scope` by its source;
-- where no order of the warehouse has a source, the scope of the bot is the whole shop.
create view sales_insights.scoped_orders
parameters
    -- chat is bot, outbound and influenced, three parts that share no order
    scope varchar in ('bot', 'outbound', 'influenced', 'chat', 'all') default 'bot',
    -- comma-separated; only orders and sessions of these channels; NULL means all
    channels varchar default null,
    -- how long after a message of the customer an order of another source is influenced
    influence_window interval default interval '7 days',
    -- as paid, or after returns, cancellations and later changes
    amount_basis varchar in ('gross', 'net') default 'gross'
as
with messages_in as (
    select
        messages.message_id,
        coalesce(merged.canonical_id, messages.customer_id) as contact_id,
        messages.sent_at
    from messages
    left join base.merged_customers as merged on merged.customer_id = messages.customer_id
    where messages.direction = 'in'
),
-- A sale that has only a day is influenced by the days of its store: its own and those before.
influenced_days as (
    select distinct sales.order_id
    from base.restated_orders as sales
    left join stores on stores.store_id = sales.store_id
    join messages_in as heard
        on heard.contact_id = sales.customer_id
        and case when stores.timezone is null then local_date(heard.sent_at)
            else local_date(heard.sent_at, stores.timezone) end
            between sales.ordered_on - influence_window and sales.ordered_on
    where sales.date_only
),
placed as (
    select
        order_id,
        customer_id,
        ordered_at,
        currency,
        total,
        adjusted_by,
        channel,
        source,
        is_test,
        kind,
        false as is_influenced
    from base.restated_orders
    where scope <> 'chat' and scope <> 'influenced'
    union all
    select
        order_id,
        customer_id,
        ordered_at,
        currency,
        total,
        adjusted_by,
        order_channel as channel,
        source,
        is_test,
        kind,
        message_id is not null as is_influenced
    from attribute(
        conversions => (
            select
                order_id,
                customer_id,
                ordered_at,
                currency,
                total,
                adjusted_by,
                channel as order_channel,
                source,
                is_test,
                kind
            from base.restated_orders
            where not date_only
        ),
        touchpoints => messages_in,
        key => 'customer_id = contact_id',
        conversion_id => 'order_id',
        conversion_time => 'ordered_at',
        value => 'total',
        touchpoint_id => 'message_id',
        touchpoint_time => 'sent_at',
        model => 'last_touch',
        lookback => influence_window
    )
    where scope = 'chat' or scope = 'influenced'
    union all
    select
        sales.order_id,
        sales.customer_id,
        sales.ordered_at,
        sales.currency,
        sales.total,
        sales.adjusted_by,
        sales.channel,
        sales.source,
        sales.is_test,
        sales.kind,
        influenced_days.order_id is not null as is_influenced
    from base.restated_orders as sales
    left join influenced_days on influenced_days.order_id = sales.order_id
    where sales.date_only and (scope = 'chat' or scope = 'influenced')
),
known as (
    select count(*) > 0 as has_sources
    -- One order is enough to know.
    from (select 1 as one from orders where source is not null limit 1) as seen
),
parted as (
    select
        placed.*,
        known.has_sources,
        case
            when placed.source in ('bot', 'outbound') then placed.source
            when placed.is_influenced then 'influenced'
        end as part
    -- The one row comes first: what comes first is held, and the other streams past it.
    from known
    cross join placed
),
judged as (
    select
        *,
        case
            when is_test then 'test_order'
            when kind <> 'sale' then kind
            when channels is not null
                and not coalesce(
                    array_has(string_to_array(replace(channels, ' ', ''), ','), channel), false)
                then 'other_channel'
            when scope = 'all' or (scope = 'bot' and not has_sources) then 'in_scope'
            when coalesce(scope = part or (scope = 'chat' and part is not null), false)
                then 'in_scope'
            else 'other_source'
        end as reason
    from parted
)
select
    order_id,
    customer_id,
    ordered_at,
    currency,
    total as order_total,
    channel,
    source,
    case when scope = 'bot' and not has_sources then 'all' else scope end as scope,
    -- What does not count needs no rate.
    case when reason = 'in_scope' then convert(
        case amount_basis when 'gross' then total else total + adjusted_by end,
        currency,
        ordered_at
    ) end as amount,
    reason
from judged
order by ordered_at, order_id
