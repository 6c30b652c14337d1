-- Who is who, one lookup at a time: merged records, owners of browsers, names.
create table stands_for as
with recursive step(customer_id, person) as (
    select customer_id, merged_into from customers where merged_into is not null
    union
    select step.customer_id, merged_into
    from step
    join customers on customers.customer_id = step.person
    where merged_into is not null
)
select customer_id, person
from step
where not exists (from customers where customers.customer_id = step.person and merged_into is not null);

-- Who is identified later takes over, so the last one before the instant decides, even if that has ended.
create table owned_at as
with asked as (
    select visitor_id, clicked_at as instant from link_clicks where visitor_id is not null
    union
    select visitor_id, occurred_at from web_events where visitor_id is not null
)
select
    visitor_id,
    instant,
    (
        select struct_pack(owner := customer_id, until := valid_to)
        from identities
        where identities.visitor_id = asked.visitor_id
          and coalesce(valid_from, timestamptz '-infinity') <= instant
        order by coalesce(valid_from, timestamptz '-infinity') desc, customer_id desc
        limit 1
    ) as latest
from asked;

create macro person(record) as
    coalesce((select person from stands_for where stands_for.customer_id = record), record);

create macro owner(browser, moment) as (
    select if(latest.until is null or moment < latest.until, latest.owner, null)
    from owned_at
    where visitor_id = browser and instant = moment
);

-- Of a click or an event: the customer, as far as one is known.
create macro known_customer(record, browser, moment) as
    coalesce(person(record), person(owner(browser, moment)));

create table agent_name as
select
    agent_id,
    (
        select name
        from agents as latest
        where latest.agent_id = agents.agent_id
        order by coalesce(valid_from, timestamptz '-infinity') desc
        limit 1
    ) as name
from agents
group by agent_id;
