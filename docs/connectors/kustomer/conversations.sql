-- Conversations of Kustomer: the resources of that type, one JSON:API object per line.
select
    id as conversation_id,
    json_text(relationships, 'customer.data.id') as customer_id,
    -- A conversation can move between channels; it began on the first.
    json_text(attributes, 'channels[0]') as channel,
    json_text(attributes, 'assignedTeams[0]') as team_id,
    json_text(attributes, 'createdAt') as created_at,
    json_text(attributes, 'direction') as direction,
    json_text(attributes, 'satisfactionLevel.rating') as satisfaction_rating,
    source_file,
    source_row
from source
where type = 'conversation'
