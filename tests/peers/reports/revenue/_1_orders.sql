-- Who stands for each customer: the end of the chain of merged records.
create table persons as
with recursive steps as (
    select customer_id, customer_id as person, merged_into, 0 as depth from customers
    union all
    select steps.customer_id, next.customer_id, next.merged_into, steps.depth + 1
    from steps
    join customers as next on next.customer_id = steps.merged_into
)
select customer_id, arg_max(person, depth) as person from steps group by customer_id;

create macro person(id) as
    coalesce((select persons.person from persons where persons.customer_id = id), id);

-- A sale of which only the day is known is sold when that day begins.
create table sold_orders as
select * replace (
    if(coalesce(date_only, false), midnight(cast(ordered_at as date)), ordered_at) as ordered_at,
    person(customer_id) as customer_id
)
from orders;

-- Whether an order is a sale, or a return, and then of which sale. An exchange for something dearer
-- is a sale of its own.
create table kinds as
select
    ticket.order_id,
    if(ticket.total < 0, sale.order_id, null) as returned_order_id,
    case
        when ticket.total >= 0 then 'sale'
        when sale.order_id is null then 'unlinked_return'
        else 'return'
    end as kind
from sold_orders as ticket
left join sold_orders as sale
    on sale.order_id = ticket.original_order_id
    and sale.currency = ticket.currency
    and sale.total >= 0;

-- Shipping and tax, where they are left out.
create macro left_out(placed, amount_basis) as
    if(amount_basis = 'total', 0, coalesce(placed.shipping, 0) + coalesce(placed.tax, 0));

-- All that changed an order later. A change does not say what of it is shipping or tax.
create view changes as
select order_id, occurred_at as changed_at, amount from order_adjustments
union all
select kinds.returned_order_id, ticket.ordered_at, ticket.total
from sold_orders as ticket
join kinds on kinds.order_id = ticket.order_id and kinds.returned_order_id is not null
where not coalesce(ticket.is_test, false);

-- What an order is worth now, in all and on the basis that is asked for. Shipping and tax that were
-- given back too do not make the goods worth less than nothing.
create macro current_amounts(amount_basis) as table
with restated as (
    select
        placed.order_id,
        left_out(placed, amount_basis) as left_out,
        if(
            placed.cancelled_at is not null,
            0,
            placed.total + coalesce(
                (select sum(amount) from changes where changes.order_id = placed.order_id), 0
            )
        ) as in_all
    from sold_orders as placed
)
select
    order_id,
    in_all,
    case
        when in_all - left_out >= 0 then in_all - left_out
        when in_all > 0 then 0
        else in_all
    end as amount
from restated;
