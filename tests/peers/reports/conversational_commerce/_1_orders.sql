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
