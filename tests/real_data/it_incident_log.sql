-- Who had marked the ticket as done at the moment asked about, if it was done then.
-- The log gives several events the same minute: event_no says which came last.
create temporary view base.done_episodes as
select conversation_id, event_id, done_at, done_until, done_by from base.done_conversations;

create external table questions
    stored as csv location '$questions' options ('format.has_header' 'true');

select question_id, done_by, done_at, reason
from attribute(
    conversions     => (
        select question_id, ticket_id, asked_at at time zone 'UTC' as asked_at, 1 as worth
        from questions
    ),
    touchpoints     => base.done_episodes,
    key             => 'ticket_id = conversation_id',
    conversion_id   => 'question_id',  conversion_time => 'asked_at',  value => 'worth',
    touchpoint_id   => 'event_id',     touchpoint_time => 'done_at',
    touchpoint_end  => 'done_until',
    model           => 'last_touch',
    lookback        => interval '3650 days');
