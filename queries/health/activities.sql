-- Can each activity touch a sale?
-- Grain: one check of the activities, each once.
create view health.activities as
with versions as (
    select
        activity_id,
        max(customer_id) as customer_id,
        max(associate_id) as associate_id,
        coalesce(max(status), 'completed') in ('completed', 'delivered') as is_completed
    from activities
    group by activity_id
),
named as (
    select distinct customer_id
    from customers
),
done as (
    select
        count(*) as activities,
        count(case when versions.customer_id is null then 1 end) as nobodies,
        count(case when versions.customer_id is not null and named.customer_id is null
            then 1 end) as strangers,
        count(case when not versions.is_completed then 1 end) as failed,
        count(case when versions.associate_id is null then 1 end) as anonymous
    from versions
    left join named on named.customer_id = versions.customer_id
),
counted as (
    select
        checks.*,
        case checks.check
            when 'activities_without_customer' then done.nobodies
            when 'unknown_customers' then done.strangers
            when 'failed_activities' then done.failed
            else done.anonymous
        end as affected,
        done.activities as total
    from done
    cross join (values
        (7, 'activities_without_customer', 'activities', null, null,
            'activities without a customer: they touch no sale'),
        (7, 'unknown_customers', 'activities', null, null,
            'activities for a customer_id that is not in customers: one for a merged record touches no sale of the other'),
        (7, 'failed_activities', 'activities', null, null,
            'activities whose status is not completed or delivered: they touch no sale'),
        (7, 'activities_without_associate', 'activities', null, null,
            'activities of no associate: they touch sales, and are under no name')
    ) as checks (step_number, check, subject, amount, currency, message)
)
select
    step_number,
    check,
    subject,
    case when affected > 0 then 'warning' else 'ok' end as status,
    affected,
    total,
    ratio(affected, total) as share,
    cast(amount as decimal(28, 2)) as amount,
    cast(currency as varchar) as currency,
    message
from counted
