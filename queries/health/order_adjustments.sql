-- Do later changes reach the orders they change?
-- Grain: one check of the adjustments, each once.
create view health.order_adjustments as
with changes as (
    select
        count(distinct changes.adjustment_id) as changes,
        count(distinct case when placed.order_id is null then changes.adjustment_id end) as strays
    from order_adjustments as changes
    left join (select distinct order_id from orders) as placed
        on placed.order_id = changes.order_id
)
select
    checks.step_number,
    checks.check,
    checks.subject,
    case when changes.strays > 0 then 'warning' else 'ok' end as status,
    changes.strays as affected,
    changes.changes as total,
    ratio(changes.strays, changes.changes) as share,
    cast(checks.amount as decimal(28, 2)) as amount,
    cast(checks.currency as varchar) as currency,
    checks.message
from changes
cross join (values
    (5, 'changes_of_unknown_orders', 'order_adjustments', null, null,
        'adjustments of an order that is not in orders: they restate nothing; import the orders')
) as checks (step_number, check, subject, amount, currency, message)
