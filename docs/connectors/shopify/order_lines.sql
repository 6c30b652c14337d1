-- Line items of a Shopify orders export, in the order of the file.
select
    "Name" as order_id,
    -- The export numbers no lines. The place in the file is stable as long as nobody edits the order.
    row_number() over (partition by source_file, "Name" order by source_row) as line_number,
    -- Goods without a SKU are known by their name.
    coalesce("Lineitem sku", "Lineitem name") as product_id,
    "Lineitem quantity" as quantity,
    "Lineitem price" as unit_price,
    -- Where price or quantity is no number there is no amount, and the line is quarantined.
    round(
        try_cast("Lineitem price" as decimal(18, 4)) * try_cast("Lineitem quantity" as bigint)
        - coalesce(try_cast("Lineitem discount" as decimal(18, 2)), 0),
        2
    ) as net_amount,
    source_file,
    source_row
from source
where "Lineitem name" is not null
