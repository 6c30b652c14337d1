-- Messages of Kustomer: the resources of that type, and the first inbound message that every
-- conversation tells of. Reports ask whether the customer wrote and where, so that an export of
-- conversations alone is enough for them. Both have the id of the message: it is one row.
select
    case type
        when 'message' then id
        else json_text(attributes, 'firstMessageIn.id')
    end as message_id,
    case type
        when 'message' then json_text(relationships, 'conversation.data.id')
        else id
    end as conversation_id,
    json_text(relationships, 'customer.data.id') as customer_id,
    case type
        when 'message' then json_text(attributes, 'channel')
        else coalesce(
            json_text(attributes, 'firstMessageIn.channel'),
            json_text(attributes, 'channels[0]')
        )
    end as channel,
    case type when 'message' then json_text(attributes, 'direction') else 'in' end as direction,
    -- An outbound message of no user is one of a workflow or a chat assistant.
    case
        when type = 'conversation' or json_text(attributes, 'direction') = 'in' then 'contact'
        when json_text(relationships, 'createdBy.data.type') = 'user' then 'agent'
        else 'bot'
    end as sender_type,
    case when type = 'message' and json_text(attributes, 'direction') = 'out'
        then json_text(relationships, 'createdBy.data.id') end as agent_id,
    case type
        when 'message' then coalesce(json_text(attributes, 'sentAt'), json_text(attributes, 'createdAt'))
        else json_text(attributes, 'firstMessageIn.sentAt')
    end as sent_at,
    source_file,
    source_row
from source
where
    type = 'message'
    or (type = 'conversation' and json_text(attributes, 'firstMessageIn.id') is not null)
