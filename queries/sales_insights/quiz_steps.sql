-- How far did each attempt at the product quiz get?
-- Grain: one step that one attempt reached, after those before it; `step` is the question or else
-- the type of the event. Only the first attempt counts of a chat session, or of a visit to the
-- site outside any. Its questions are answered in any order, before the quiz is taken anew; what
-- comes after the quiz is in the same session, an order only if in scope. A step that was never
-- received holds nobody up.
create view sales_insights.quiz_steps
parameters
    -- a longer silence opens a visit, where the source does not say which visit it is
    web_session_gap interval default interval '30 minutes'
as
with relevant as (
    select
        event_id,
        event_type,
        occurred_at,
        contact_id,
        coalesce('session ' || session_id, 'visit ' || visit_id) as session_key,
        step
    from sales_insights.session_events
    -- Whatever a visitor does is no silence.
    where event_type <> 'order' or in_scope
),
grouped as (
    select
        *,
        coalesce(
            session_key,
            'contact ' || contact_id || ' ' || cast(sessionize(occurred_at, web_session_gap) over (
                partition by session_key, contact_id
                order by occurred_at, event_id
            ) as varchar),
            'event ' || event_id
        ) as attempt_id
    from relevant
),
begun as (
    select
        *,
        min(case when event_type = 'quiz_started' then occurred_at end)
            over (partition by attempt_id) as started_at
    from grouped
),
limited as (
    select
        begun.*,
        min(case when event_type = 'quiz_started' and occurred_at > started_at
            then occurred_at end) over (partition by attempt_id) as restarted_at
    from begun
    where started_at is not null
),
expected as (
    select
        bool_or(event_type = 'quiz_completed' and is_received) as quiz_completed,
        bool_or(event_type = 'product_shown' and is_received) as product_shown,
        bool_or(event_type = 'product_click' and is_received) as product_click,
        bool_or(event_type = 'add_to_cart' and is_received) as add_to_cart
    from sales_insights.received_events
    where event_type in ('quiz_completed', 'product_shown', 'product_click', 'add_to_cart')
),
completed as (
    select
        limited.*,
        expected.product_shown,
        expected.product_click,
        expected.add_to_cart,
        case when expected.quiz_completed then
            min(case when event_type = 'quiz_completed' and occurred_at >= started_at
                    and (restarted_at is null or occurred_at < restarted_at)
                then occurred_at end) over (partition by attempt_id)
            else started_at end as completed_at
    from expected
    cross join limited
),
shown as (
    select
        *,
        case when product_shown then
            min(case when event_type = 'product_shown' and occurred_at >= completed_at
                then occurred_at end) over (partition by attempt_id)
            else completed_at end as shown_at
    from completed
),
clicked as (
    select
        *,
        case when product_click then
            min(case when event_type = 'product_click' and occurred_at >= shown_at
                then occurred_at end) over (partition by attempt_id)
            else shown_at end as clicked_at
    from shown
),
carted as (
    select
        *,
        case when add_to_cart then
            min(case when event_type = 'add_to_cart' and occurred_at >= clicked_at
                then occurred_at end) over (partition by attempt_id)
            else clicked_at end as carted_at
    from clicked
)
select
    attempt_id,
    started_at,
    event_type,
    coalesce(step, event_type) as step,
    min(occurred_at) as reached_at
from carted
where event_type = 'quiz_started'
    or event_type = 'quiz_step' and step is not null
        and occurred_at >= started_at and (restarted_at is null or occurred_at < restarted_at)
    or event_type = 'quiz_completed' and occurred_at = completed_at
    or event_type = 'product_shown' and occurred_at = shown_at
    or event_type = 'product_click' and occurred_at = clicked_at
    or event_type = 'add_to_cart' and occurred_at = carted_at
    or event_type = 'order' and occurred_at >= carted_at
group by attempt_id, started_at, event_type, coalesce(step, event_type)
