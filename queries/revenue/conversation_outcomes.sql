-- Which conversations could have earned an order, did they, and until when may they still?
-- Grain: one marking as done by somebody who can be credited, in a conversation with an inbound
-- message. `matures_at`: when its lookback ends; NULL if the outcome is known already, because it
-- has earned an order or was opened again.
create materialized view revenue.conversation_outcomes
parameters
    lookback interval default interval '120 hours',
    closers varchar in ('human', 'any') default 'human',
    channel_basis varchar in ('first_inbound', 'conversation') default 'first_inbound'
partitioned by (local_date(done_at) as date)
refresh every '1 hour'
as
with converted as (
    select distinct
        conversation_id,
        done_at
    from revenue.attributed_orders
    where reason = 'credited'
)
select
    done.conversation_id,
    done.done_at,
    done.done_by as agent_id,
    done.team_id,
    case when channel_basis = 'conversation' then done.channel
        else coalesce(done.first_inbound_channel, done.channel) end as channel,
    converted.conversation_id is not null as converted,
    case when converted.conversation_id is null and done.done_until is null
        then done.done_at + lookback end as matures_at
from base.done_conversations as done
left join converted
    on converted.conversation_id = done.conversation_id and converted.done_at = done.done_at
where done.done_by is not null
    and done.first_inbound_at is not null
    and (closers = 'any' or done.done_by_type = 'human')
