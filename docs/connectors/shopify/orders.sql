-- Orders of a Shopify orders export: one line per line item, of which only the first of an order has
-- the columns of the order itself.
select
    -- The other lines of the order, and the shop's other exports, know it by its name: "#1001".
    "Name" as order_id,
    -- The export has no id of the customer. The address that was typed in is the only key; without
    -- one the order is a guest's.
    nullif(lower(trim("Email")), '') as customer_id,
    "Created at" as ordered_at,
    "Currency" as currency,
    "Total" as total,
    -- Shopify's subtotal is after the order's discount, ours is before it. A value that is no number
    -- stays as it is, so that the quarantine tells of it.
    coalesce(
        cast(
            try_cast("Subtotal" as decimal(18, 2))
            + coalesce(try_cast("Discount Amount" as decimal(18, 2)), 0)
            as varchar
        ),
        "Subtotal"
    ) as subtotal,
    "Discount Amount" as discount,
    "Shipping" as shipping,
    "Taxes" as tax,
    -- The number of a sales channel's app stays a number: which app it is, only the shop knows.
    case lower("Source") when 'pos' then 'store' else lower("Source") end as channel,
    lower("Source") as source,
    "Location" as store_id,
    "Employee" as associate_id,
    "Financial Status" as status,
    "Paid at" as captured_at,
    "Cancelled at" as cancelled_at,
    "Id" as shopify_id,
    "Tags" as tags,
    source_file,
    source_row
from source
-- Every order has a state of its payment, and only its first line says it. An order whose total or
-- time is missing is not left out here, so that it is quarantined.
where "Financial Status" is not null
