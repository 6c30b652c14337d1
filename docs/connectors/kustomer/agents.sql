-- Users of Kustomer. The resource does not say since when somebody is in a team, so a user is in the
-- first of their teams always.
select
    id as agent_id,
    coalesce(json_text(attributes, 'displayName'), json_text(attributes, 'name')) as name,
    json_text(relationships, 'teams.data[0].id') as team_id,
    source_file,
    source_row
from source
where type = 'user'
