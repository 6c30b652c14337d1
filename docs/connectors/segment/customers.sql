-- What identify calls say of customers. Later calls win; one without a name says nothing.
select
    "userId" as customer_id,
    coalesce(
        json_text(traits, 'name'),
        nullif(concat_ws(' ', json_text(traits, 'firstName'), json_text(traits, 'lastName')), '')
    ) as name,
    source_file,
    source_row
from source
where
    type = 'identify'
    and "userId" is not null
    and coalesce(
        json_text(traits, 'name'),
        json_text(traits, 'firstName'),
        json_text(traits, 'lastName')
    ) is not null
