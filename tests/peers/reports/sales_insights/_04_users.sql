-- When each person was first seen: writing, on the site, or buying.
create table seen as
select customer, min(at_last) as first_at
from (
    select customer, sent_at as at_last from talk where direction = 'in'
    union all
    select customer, occurred_at from site
    union all
    select customer, sold_at from sold where kind = 'sale' and not is_test
)
where customer is not null
group by customer;

create macro buyers(scope := 'bot', basis := 'first_seen', channels := null, amount_basis := 'gross') as table
with scoped_sales as (
    from scoped(scope := scope, channels := channels, amount_basis := amount_basis)
    where reason = 'in_scope'
),
firsts as (
    select customer, arg_min(order_id, (sold_at, order_id)) as order_id, min(sold_at) as first_at
    from sold
    where kind = 'sale' and not is_test and customer is not null
    group by customer
)
select
    s.order_id,
    s.ordered_at,
    s.channel,
    s.amount,
    coalesce(s.customer_id, 'guest ' || s.order_id) as user_id,
    case
        when s.customer_id is null then s.ordered_at
        when basis = 'first_order' then firsts.first_at
        else seen.first_at
    end as known_since,
    if(s.customer_id is null or s.order_id = firsts.order_id, 'first_order', 'repeat') as buyer_class
from scoped_sales as s
left join seen on seen.customer = s.customer_id
left join firsts on firsts.customer = s.customer_id;
