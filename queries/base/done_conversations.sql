-- When was each conversation marked done, by whom, and until when did it stay so?
-- Grain: one marking as done. `team_id` is the team of who did it at that time, else that of the
-- conversation.
create materialized view base.done_conversations
partitioned by (local_date(done_at) as date)
refresh every '1 hour'
as
with changes as (
    select
        event_id,
        conversation_id,
        status,
        changed_at,
        changed_by,
        coalesce(changed_by_type, 'human') as changed_by_type,
        lead(changed_at) over (
            partition by conversation_id
            order by changed_at, sequence, event_id
        ) as next_changed_at
    from conversation_status_events
),
inbound as (
    select
        conversation_id,
        min(sent_at) as first_inbound_at,
        first_value(channel order by sent_at, message_id) as first_inbound_channel
    from messages
    where direction = 'in' and conversation_id is not null
    group by conversation_id
),
done as (
    select
        changes.event_id,
        changes.conversation_id,
        conversations.customer_id,
        changes.changed_at as done_at,
        changes.next_changed_at as done_until,
        changes.changed_by as done_by,
        changes.changed_by_type as done_by_type,
        coalesce(agents.team_id, conversations.team_id) as team_id,
        conversations.channel,
        row_number() over (
            partition by changes.event_id, changes.changed_at
            order by agents.valid_from desc nulls last
        ) as place
    from changes
    join conversations on conversations.conversation_id = changes.conversation_id
    left join agents
        on agents.agent_id = changes.changed_by
        and (agents.valid_from is null or agents.valid_from <= changes.changed_at)
        and (agents.valid_to is null or changes.changed_at < agents.valid_to)
    where changes.status = 'done'
)
select
    done.event_id,
    done.conversation_id,
    coalesce(merged.canonical_id, done.customer_id) as customer_id,
    done.done_at,
    done.done_until,
    done.done_by,
    done.done_by_type,
    done.team_id,
    done.channel,
    inbound.first_inbound_at,
    inbound.first_inbound_channel
from done
left join inbound on inbound.conversation_id = done.conversation_id
left join base.merged_customers as merged on merged.customer_id = done.customer_id
where done.place = 1
