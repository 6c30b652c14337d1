-- What was shown or bought, as the last event says.
with shown as (
    select
        unnest(json_array(items)) as item,
        source_file,
        source_row
    from source
)
select
    json_text(item, 'item_id') as product_id,
    json_text(item, 'item_name') as name,
    nullif(json_text(item, 'item_category'), '(not set)') as category,
    source_file,
    source_row
from shown
where nullif(json_text(item, 'item_id'), '(not set)') is not null
