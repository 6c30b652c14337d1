-- The facts of the metric view in one table, each row with the dimensions that its fact has.
create table facts as
select 'chat' as fact, local_date(started_at) as date, *
from chat_results()
union all by name
select 'order' as fact, local_date(ordered_at) as date, *
from buyers()
union all by name
select 'goods' as fact, local_date(ordered_at) as date, *
from goods()
union all by name
select
    'display' as fact,
    local_date(occurred_at) as date,
    product_id,
    name as product,
    category,
    coalesce(message_id || product_id, event_id) as display
from site
left join products using (product_id)
where event_type = 'product_shown' and product_id is not null
union all by name
select 'quiz' as fact, local_date(started_at) as date, *
from quizzes()
union all by name
select 'visit' as fact, local_date(visited_at) as date, *, name as product
from visits()
left join products using (product_id);
