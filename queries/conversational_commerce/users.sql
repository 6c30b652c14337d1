-- How many users were new, and how many came back?
-- Grain: one period and class of users. A user is new in the period of the first session ever, and
-- of no known class, which has a row then, in a period that nothing is known before.
create view conversational_commerce.users as
with entries as (
    select
        period,
        user_id,
        user_class,
        history_starts_at,
        cast(null as timestamp) as starts_at
    from in_periods(rows => conversational_commerce.entries, at => 'entered_at')
    where session_id is not null
    union all
    -- So that a period without a user has its rows.
    select
        period,
        cast(null as varchar) as user_id,
        cast(null as varchar) as user_class,
        cast(null as timestamp) as history_starts_at,
        starts_at
    from conversational_commerce.spans
    where not is_previous
),
totals as (
    select
        period,
        count(distinct user_id) as users,
        count(distinct case when user_class = 'new' then user_id end) as new_users,
        coalesce(max(history_starts_at) < max(starts_at), true) as is_class_known
    from entries
    group by period
),
classed as (
    select
        totals.period,
        classes.place,
        classes.user_class,
        case
            when classes.user_class = 'unknown' then totals.users
            when not totals.is_class_known then null
            when classes.user_class = 'new' then totals.new_users
            else totals.users - totals.new_users
        end as users,
        totals.users as all_users
    from totals
    cross join (values (1, 'new'), (2, 'returning'), (3, 'unknown')) as classes (place, user_class)
    where classes.user_class <> 'unknown' or not totals.is_class_known
)
select
    period,
    user_class,
    users,
    ratio(users, all_users) as share
from classed
order by period, place
