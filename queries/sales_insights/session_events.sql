-- In which chat session did each event and purchase happen?
-- Grain: one event or purchase of sales_insights.placeable_events. It is in the session that its
-- session_id names; else in the latest that its customer had begun, if that was still open; else in
-- none.
create view sales_insights.session_events as
select
    events.event_id,
    events.event_type,
    events.occurred_at,
    events.contact_id,
    spans.session_id,
    events.visit_id,
    events.step,
    events.in_scope
from sales_insights.placeable_events as events
left join sales_insights.session_spans as spans
    on spans.place_key = events.place_key
    and (events.is_named
        or (spans.started_at <= events.occurred_at
            and events.occurred_at <= spans.open_until
            and (spans.next_started_at is null or events.occurred_at < spans.next_started_at)))
