-- Is enough known before a period to tell new users from returning ones?
-- Grain: one period. `affected` are its users if nothing is known before it.
create view health.history as
with users as (
    select
        period,
        coalesce(sum(case when user_class = 'unknown' then users end), 0) as affected,
        coalesce(sum(users), 0) as total
    from conversational_commerce.users
    group by period
)
select
    checks.step_number,
    checks.check,
    users.period as subject,
    case when users.affected > 0 then 'warning' else 'ok' end as status,
    users.affected,
    users.total,
    ratio(users.affected, users.total) as share,
    cast(checks.amount as decimal(28, 2)) as amount,
    cast(checks.currency as varchar) as currency,
    checks.message
from users
cross join (values
    (4, 'unknown_history', null, null,
        'users of a period before which no session is known: none is new or returning; import older messages, or set conversational_commerce.history_from')
) as checks (step_number, check, amount, currency, message)
