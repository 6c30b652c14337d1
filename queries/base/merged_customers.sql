-- Which customer stands for one that was merged into another?
-- Grain: one merged customer; whoever is not here stands for themselves.
create view base.merged_customers as
with recursive merges as (
    select
        customer_id,
        merged_into,
        1 as steps
    from customers
    where merged_into is not null
    union all
    select
        merges.customer_id,
        customers.merged_into,
        merges.steps + 1 as steps
    from merges
    join customers on customers.customer_id = merges.merged_into
    -- A chain longer than this is a cycle, in which everybody stands for somebody of it.
    where customers.merged_into is not null and merges.steps < 16
),
ends as (
    select
        customer_id,
        merged_into,
        row_number() over (partition by customer_id order by steps desc, merged_into) as place
    from merges
)
select
    customer_id,
    merged_into as canonical_id
from ends
where place = 1
