-- Each day of each period beside the same day of the span before.
create macro days_beside(days) as table
select now.period, now.date, before.date as previous_date, now.nth
from query_table(days) as now
left join query_table(days) as before
    on before.period = now.period and before.nth = now.nth and before.is_previous
where not now.is_previous;

create macro daily(days, numbers) as table
select
    day.period,
    day.date,
    day.previous_date,
    current.metric,
    current.number as current,
    previous.number as previous
from days_beside(days) as day
join metrics_of(numbers) as current
    on current.period = day.period
    and not current.is_previous
    and local_date(current.starts_at) = day.date
left join metrics_of(numbers) as previous
    on previous.period = day.period
    and previous.is_previous
    and local_date(previous.starts_at) = day.previous_date
    and previous.metric = current.metric;

create macro percent(part, whole) as
    cast(round(100 * ratio(part, whole), 2) as decimal(18, 2));

create macro export(numbers) as table
select
    period,
    local_date(starts_at) as date,
    sessions as total_sessions,
    cast(round(ratio(orders, users), 2) as decimal(18, 2)) as average_conversion_per_user,
    percent(bounced, sessions) as bounce_rate,
    users as total_users,
    new_users as total_new_users,
    returning_users as total_recurring_users,
    percent(orders, sessions) as conversion_rate,
    percent(returning_users, users) as percentage_of_recurring_users,
    percent(new_users, users) as percentage_of_new_users,
    percent(supported, sessions) as percentage_of_human_support,
    percent(sessions - supported, sessions) as percentage_of_self_service
from query_table(numbers)
where not is_previous;

create macro users_of(numbers) as table
select
    period,
    unnest(
        [
            {user_class: 'new', users: new_users, share: ratio(new_users, users)},
            {user_class: 'returning', users: returning_users, share: ratio(returning_users, users)}
        ] || if(
            new_users is null,
            [{user_class: 'unknown', users: users, share: ratio(users, users)}],
            []
        ),
        recursive := true
    )
from query_table(numbers)
where not is_previous;
