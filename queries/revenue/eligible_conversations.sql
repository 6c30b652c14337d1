-- Which conversations could have earned an order, and did they?
-- Grain: one marking as done by somebody who can be credited, in a conversation with an inbound
-- message. The cohort of the conversion rate: it belongs to the time it was done, so the rate is
-- at most 1. An immature one can still earn its first order: it is young and still done.
create view revenue.eligible_conversations
parameters
    lookback interval default interval '120 hours',
    closers varchar in ('human', 'any') default 'human',
    channel_basis varchar in ('first_inbound', 'conversation') default 'first_inbound'
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
    converted.conversation_id is null
        and done.done_until is null
        and done.done_at + lookback > now() as immature
from base.done_conversations as done
left join converted
    on converted.conversation_id = done.conversation_id and converted.done_at = done.done_at
where done.done_by is not null
    and done.first_inbound_at is not null
    and (closers = 'any' or done.done_by_type = 'human')
