-- Who is who: customers after every merge, and whose each browser was.
create table stands_for as
with recursive steps(customer_id, person, step) as (
    select customer_id, customer_id, 0 from customers
    union all
    select steps.customer_id, customers.merged_into, step + 1
    from steps
    join customers on customers.customer_id = steps.person
    where customers.merged_into is not null and step < 16
)
select customer_id, arg_max(person, step) as person
from steps
group by customer_id;

create macro person(customer) as
    coalesce((select s.person from stands_for as s where s.customer_id = customer), customer);

-- The customer whose browser it was at that instant; of several the one who was identified last.
create macro owner(visitor, instant) as (
    select arg_max(i.customer_id, coalesce(i.valid_from, timestamptz '1970-01-01'))
    from identities as i
    where i.visitor_id = visitor
        and (i.valid_from is null or i.valid_from <= instant)
        and (i.valid_to is null or instant < i.valid_to)
);

-- Each event once; what any delivery of it knows is kept.
create table site as
select
    *,
    coalesce(customer, 'visitor ' || visitor_id) as contact
from (
    select
        * exclude (customer_id),
        person(coalesce(customer_id, owner(visitor_id, occurred_at))) as customer
    from (
        select event_id, event_type, occurred_at, max(columns(* exclude (event_id, event_type, occurred_at)))
        from web_events
        group by all
    )
);

-- A list written with commas.
create macro listed(one, many) as list_contains(string_split(replace(many, ' ', ''), ','), one);
