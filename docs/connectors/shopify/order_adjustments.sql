-- What was given back of each order of a Shopify orders export: one sum for each.
select
    -- A later export has the new sum of the same order, which replaces this one.
    concat("Name", '-refunded') as adjustment_id,
    "Name" as order_id,
    'refund' as kind,
    -- A value that is no number stays as it is, so that the quarantine tells of it.
    coalesce(
        cast(-try_cast("Refunded Amount" as decimal(18, 2)) as varchar),
        "Refunded Amount"
    ) as amount,
    -- The export does not say when. Of a cancelled order it was then; of any other, the day of the
    -- order is where reports put a refund anyhow, unless they are asked for the day of each change.
    coalesce("Cancelled at", "Created at") as occurred_at,
    source_file,
    source_row
from source
where
    "Financial Status" is not null
    and "Refunded Amount" is not null
    and coalesce(try_cast("Refunded Amount" as decimal(18, 2)) <> 0, true)
