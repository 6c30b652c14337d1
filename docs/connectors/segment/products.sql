-- What was shown, clicked, added or bought, as the last event says.
with goods as (
    select
        unnest(coalesce(json_array(properties, 'products'), make_array(properties))) as product,
        source_file,
        source_row
    from source
    where type = 'track'
)
select
    coalesce(json_text(product, 'product_id'), json_text(product, 'sku')) as product_id,
    json_text(product, 'name') as name,
    json_text(product, 'category') as category,
    source_file,
    source_row
from goods
where
    coalesce(json_text(product, 'product_id'), json_text(product, 'sku')) is not null
    and json_text(product, 'name') is not null
