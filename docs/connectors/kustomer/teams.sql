-- Teams of Kustomer.
select
    id as team_id,
    coalesce(json_text(attributes, 'displayName'), json_text(attributes, 'name')) as name,
    source_file,
    source_row
from source
where type = 'team'
