-- What was bought. The export has no catalog, so these are the goods of its orders, under the name
-- and variant that the last line says.
select
    coalesce("Lineitem sku", "Lineitem name") as product_id,
    "Lineitem name" as name,
    "Vendor" as vendor,
    source_file,
    source_row
from source
where "Lineitem name" is not null
