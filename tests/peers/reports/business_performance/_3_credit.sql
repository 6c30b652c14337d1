-- Which clicks could earn a purchase, and what the model gives each of them.
create macro paths(lookback) as table
select
    bought.order_id,
    click_id,
    clicked_at,
    ordered_at,
    row_number() over path as position,
    count(*) over (partition by bought.order_id) as length
from bought
join claims on claims.contact_id = bought.contact_id and is_theirs
join clicks using (click_id)
where not is_test
  and clicked_at <= ordered_at
  and clicked_at >= ordered_at - lookback
window path as (partition by bought.order_id order by clicked_at, click_id);

-- Both ends of a path and what lies between them, of a path of three or more; of two, in proportion.
create macro by_ends(first, last, between_them, position, length) as
    case
        when length = 1 then 1.0
        when length = 2 then if(position = 1, first, last) / (first + last)
        when position = 1 then first
        when position = length then last
        else between_them / (length - 2)
    end;

create macro weight(model, position, length, days) as
    case model
        when 'first_touch' then if(position = 1, 1.0, 0.0)
        when 'last_touch' then if(position = length, 1.0, 0.0)
        when 'linear' then 1.0 / length
        when 'time_decay' then power(2, -days / 7.0)
        when 'position_based' then by_ends(0.4, 0.4, 0.2, position, length)
        when 'j_shaped' then by_ends(0.2, 0.6, 0.2, position, length)
        when 'inverse_j_shaped' then by_ends(0.6, 0.2, 0.2, position, length)
    end::double;

-- The cents that rounding down leaves go to the largest remainders, of equal ones to the oldest.
create macro credited(lookback, model) as table
with weighed as (
    select *, weight(model, position, length, epoch(ordered_at - clicked_at) / 86400) as weight
    from paths(lookback)
),
shares as (
    select order_id, click_id, position, weight / sum(weight) over (partition by order_id) as credit
    from weighed
    where weight > 0
),
cents as (
    select
        shares.*,
        cast(amount * 100 as bigint) as total,
        cast(amount * 100 as bigint) * credit as exact
    from shares
    join bought using (order_id)
),
ranked as (
    select
        *,
        total - sum(cast(floor(exact) as bigint)) over (partition by order_id) as left_over,
        row_number() over (
            partition by order_id
            order by round(exact - floor(exact), 10) desc, position
        ) as turn
    from cents
)
select
    order_id,
    click_id,
    position,
    credit,
    cast((floor(exact) + if(turn <= left_over, 1, 0)) / 100 as decimal(18, 2)) as amount
from ranked;

-- The ledger: every purchase, once for each click that shares in it.
create macro ledger(lookback, model) as table
select
    bought.order_id,
    ordered_at,
    bought.contact_id,
    coalesce(credited.amount, bought.amount) as amount,
    bought.amount as order_amount,
    site_amount,
    site_currency,
    currency_assumed,
    purchase_events,
    credit,
    position,
    clicks.contact_id as clicked_by,
    credited.click_id,
    clicked_at,
    clicks.link_id,
    creator_type,
    channel,
    team_id,
    team,
    agent_id,
    agent,
    product_id,
    product,
    case
        when is_test then 'test_order'
        when credited.click_id is not null then 'credited'
        when bought.contact_id is null then 'no_key'
        else 'no_touchpoint_in_lookback'
    end as reason
from bought
left join credited(lookback, model) as credited using (order_id)
left join clicks using (click_id)
left join described_links using (link_id);

create macro click_outcomes(lookback, model) as table
with clicks_and_orders as (
    select clicks.*, count(credited.order_id) as orders
    from clicks
    left join credited(lookback, model) as credited using (click_id)
    group by all
)
select
    click_id,
    clicked_at,
    contact_id,
    described_links.* exclude (created_at),
    orders > 0 as converted,
    orders = 0 and clicked_at + lookback > as_of() as immature,
    if(orders = 0, clicked_at + lookback, null) as matures_at
from clicks_and_orders
join described_links using (link_id);

create macro created_links(creators) as table
select * from described_links where creators = 'any' or creator_type = creators;
