with sold as (
    select
        ticket.*,
        amounts.amount,
        first.ordered_at as decided_at,
        first.day as decided_on,
        coalesce(first.date_only, false) as by_days,
        case
            when coalesce(ticket.source, 'pos') <> 'pos' then 'other_source'
            when ticket.is_test then 'test_order'
            when ticket.kind <> 'sale' then ticket.kind
            when ticket.customer_id is null then 'no_key'
        end as refused
    from tickets('all') as ticket
    join current_amounts as amounts on amounts.order_id = ticket.order_id
    -- the ticket itself, where it has no first that is a sale
    left join (
        select *
        from tickets('all')
        where kind = 'sale' and not coalesce(is_test, false)
        qualify row_number() over (partition by sale order by ordered_at, order_id) = 1
    ) as first on first.sale = ticket.sale
),
judged as (
    select
        sold.*,
        done.activity_id,
        done.occurred_at,
        done.associate_id as performer,
        if(
            sold.zone is null,
            local_date(done.occurred_at),
            cast(timezone(sold.zone, done.occurred_at) as date)
        ) as done_on,
        case
            when sold.refused is not null then sold.refused
            when done.activity_id is null then 'no_touchpoint_in_lookback'
            when coalesce(done.status, 'completed') not in ('completed', 'delivered')
                then 'not_completed'
            when coalesce(done.direction, 'outbound') <> 'outbound' then 'inbound'
            when by_days and done_on > sold.day then 'after_order'
            when not by_days and done.occurred_at > sold.ordered_at then 'after_order'
            when by_days and done_on > decided_on then 'after_first_ticket'
            when not by_days and done.occurred_at > decided_at then 'after_first_ticket'
            when by_days and done_on < decided_on - 14 then 'outside_lookback'
            when not by_days and done.occurred_at < decided_at - interval '14 days'
                then 'outside_lookback'
            else 'credited'
        end as rule
    from sold
    left join activities as done on person(done.customer_id) = sold.customer_id
)
select
    order_id,
    ordered_at,
    if(activity_id is null, null, 'activity') as candidate_type,
    activity_id as candidate_id,
    occurred_at,
    performer as agent_id,
    null as channel,
    if(rule = 'credited', 'accepted', 'rejected') as decision,
    rule,
    if(rule = 'credited', 1, null) as credit,
    if(rule = 'credited', amount, null) as amount,
    if(rule = 'credited', currency, null) as currency
from judged
