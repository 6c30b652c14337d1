-- Links, clicks and events as they count: each once, with the customer and the contact. What is
-- later than the clock has not been heard of.
create table made_links as
select
    link_id,
    created_at,
    coalesce(creator_type, 'agent') as creator_type,
    channel,
    coalesce(
        tracking_links.team_id,
        (
            select team_id
            from agents
            where agents.agent_id = tracking_links.agent_id
              and coalesce(valid_from, timestamptz '-infinity') <= created_at
              and created_at < coalesce(valid_to, timestamptz 'infinity')
        )
    ) as team_id,
    agent_id,
    product_id
from tracking_links
where created_at <= as_of();

create table described_links as
select
    link_id,
    created_at,
    creator_type,
    channel,
    team_id,
    (select name from teams where teams.team_id = made_links.team_id) as team,
    agent_id,
    (select name from agent_name where agent_name.agent_id = made_links.agent_id) as agent,
    product_id,
    (select name from products where products.product_id = made_links.product_id) as product
from made_links;

create macro contact(customer, browser) as coalesce(customer, 'visitor ' || browser);

create table told_clicks as
with once as (
    select
        click_id,
        max(link_id) as link_id,
        max(clicked_at) as clicked_at,
        max(customer_id) as customer_id,
        max(visitor_id) as visitor_id,
        bool_or(coalesce(is_bot, false)) as is_bot
    from link_clicks
    where clicked_at <= as_of()
    group by click_id
),
known as (
    select *, known_customer(customer_id, visitor_id, clicked_at) as customer
    from once
)
select
    click_id,
    link_id,
    clicked_at,
    customer,
    visitor_id,
    contact(customer, visitor_id) as contact_id,
    is_bot,
    link_id in (select link_id from described_links) as has_link
from known;

create table clicks as
select * exclude (is_bot, has_link)
from told_clicks
where has_link and not is_bot;

create table site_events as
with once as (
    select
        event_id,
        max(event_type) as event_type,
        max(occurred_at) as occurred_at,
        max(customer_id) as customer_id,
        max(visitor_id) as visitor_id,
        max(order_id) as order_id,
        max(amount) as amount,
        max(currency) as currency
    from web_events
    where occurred_at <= as_of()
    group by event_id
),
known as (
    select *, known_customer(customer_id, visitor_id, occurred_at) as customer
    from once
    where event_type in ('begin_checkout', 'purchase')
)
select * exclude (customer_id), contact(customer, visitor_id) as contact_id
from known;

-- A contact can owe something to its own clicks, and to those in a browser that it has used on the
-- site, unless they are known to be another customer's.
create table claims as
select click_id, contact_id, true as is_theirs
from told_clicks
where contact_id is not null
union
select click_id, site_events.contact_id, coalesce(told_clicks.customer = site_events.customer, true)
from told_clicks
join site_events using (visitor_id)
where site_events.contact_id is not null;

create table bought as
with numbered as (
    select
        *,
        row_number() over (partition by order_id order by occurred_at, event_id) as nth,
        count(*) over (partition by order_id) as purchase_events
    from site_events
    where event_type = 'purchase' and order_id is not null
)
select
    order_id,
    occurred_at as ordered_at,
    customer,
    visitor_id,
    contact_id,
    in_shop_currency(amount, coalesce(currency, report_currency()), occurred_at) as amount,
    amount as site_amount,
    coalesce(currency, report_currency()) as site_currency,
    currency is null as currency_assumed,
    purchase_events,
    coalesce((select bool_or(is_test) from orders where orders.order_id = numbered.order_id), false) as is_test
from numbered
where nth = 1;
