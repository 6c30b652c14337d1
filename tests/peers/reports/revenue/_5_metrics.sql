-- The facts of the metric view, one below the other, each on its own day.
create table facts as
with rows as (
    select
        ordered_at as happened_at,
        agent_id,
        team_id,
        channel,
        in_shop_currency(attributed_amount, currency, ordered_at) as sold_for,
        order_id,
        null as booked,
        null as eligible,
        null as converted
    from ledger()
    where reason = 'credited'
    union all
    select
        booked_at,
        agent_id,
        team_id,
        channel,
        null,
        null,
        in_shop_currency(amount, currency, ordered_at),
        null,
        null
    from adjusted()
    union all
    select
        done_at,
        agent_id,
        team_id,
        channel,
        null,
        null,
        null,
        conversation_id,
        case when converted then conversation_id end
    from eligible()
)
select
    *,
    local_date(happened_at) as date,
    agent_name(agent_id) as agent,
    (select name from teams where teams.team_id = rows.team_id) as team
from rows;

-- Every measure at a grain, a list of dimensions; the others are NULL.
create macro measured(
    grain,
    since := date '2000-01-01',
    of_agent := null
) as table
select
    case when list_contains(grain, 'date') then date end as date,
    case when list_contains(grain, 'agent_id') then agent_id end as agent_id,
    case when list_contains(grain, 'agent') then agent end as agent,
    case when list_contains(grain, 'team_id') then team_id end as team_id,
    case when list_contains(grain, 'team') then team end as team,
    case when list_contains(grain, 'channel') then channel end as channel,
    {
        cx_total_revenue: coalesce(sum(sold_for), 0),
        cx_total_orders: count(order_id),
        cx_average_order_value: ratio(sum(sold_for), count(order_id)),
        cx_adjusted_revenue: coalesce(sum(booked), 0),
        eligible_conversations: count(distinct eligible),
        converted_conversations: count(distinct converted),
        cx_conversion_rate: ratio(count(distinct converted), count(distinct eligible))
    } as measures
from facts
where date >= since and (of_agent is null or agent = of_agent)
group by all;
