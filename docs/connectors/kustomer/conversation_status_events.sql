-- When a conversation was opened, done and reopened, as far as its resource tells: it keeps the first
-- and the last time it was done, and its status of now. Exports that are imported one after another
-- add what lies between, because an event is known by its time.
with moments as (
    select
        id,
        attributes,
        unnest(make_array('opened', 'first_done', 'last_done', 'now')) as moment,
        source_file,
        source_row
    from source
    where type = 'conversation'
),
timed as (
    select
        *,
        case moment
            when 'opened' then json_text(attributes, 'createdAt')
            when 'first_done' then json_text(attributes, 'firstDone.createdAt')
            when 'last_done' then json_text(attributes, 'lastDone.createdAt')
            -- Older resources do not say when the status changed; their last change is the nearest.
            else coalesce(
                json_text(attributes, 'modificationHistory.statusAt'),
                json_text(attributes, 'updatedAt')
            )
        end as changed_at,
        case moment
            when 'opened' then 'open'
            when 'now' then json_text(attributes, 'status')
            else 'done'
        end as status
    from moments
)
select
    -- The first time and the last are the same event if the conversation was done once.
    concat(id, '-', status, '-', changed_at) as event_id,
    id as conversation_id,
    status,
    changed_at,
    case moment
        when 'first_done' then json_text(attributes, 'firstDone.createdBy')
        when 'last_done' then json_text(attributes, 'lastDone.createdBy')
    end as changed_by,
    -- Kustomer names who marked it as done only if it was a user: else it was a rule or workflow.
    case moment
        when 'first_done' then
            case when json_text(attributes, 'firstDone.createdBy') is null then 'rule' else 'human' end
        when 'last_done' then
            case when json_text(attributes, 'lastDone.createdBy') is null then 'rule' else 'human' end
    end as changed_by_type,
    source_file,
    source_row
from timed
where
    -- A conversation without its beginning is quarantined, not left out.
    moment = 'opened'
    or (moment <> 'now' and changed_at is not null)
    -- What is open and was never done is open since it began.
    or (
        moment = 'now'
        and (
            status = 'snoozed'
            or (status = 'open' and json_text(attributes, 'lastDone.createdAt') is not null)
        )
    )
