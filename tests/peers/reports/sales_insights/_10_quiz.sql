-- The first attempt at the quiz of each chat, or of each visit outside any.
create macro quizzes(
    scope := 'bot',
    visit_gap := interval '30 minutes',
    gap := interval '24 hours',
    web_gap := interval '30 minutes'
) as table
with happened as materialized (
    from placed(scope := scope, gap := gap, web_gap := web_gap)
    -- Orders placed elsewhere are no visit to the site.
    where event_type <> 'order' or in_scope
),
-- Where nothing says which visit it was, a longer silence of its contact began another.
alone as (
    select * from happened where session_id is null and visit_id is null
),
begun as (
    select *
    from alone as e
    where not exists (
        from alone as before
        where before.contact_id = e.contact_id
            and before.event_id <> e.event_id
            and (before.occurred_at, before.event_id) < (e.occurred_at, e.event_id)
            and e.occurred_at - before.occurred_at <= visit_gap
    )
),
taken as materialized (
    select
        *,
        case
            when session_id is not null then 'session ' || session_id
            when visit_id is not null then 'visit ' || visit_id
            when contact_id is null then 'event ' || event_id
            else 'contact ' || contact_id || ' ' || (
                select count(*)
                from begun
                where begun.contact_id = happened.contact_id
                    and (begun.occurred_at, begun.event_id) <= (happened.occurred_at, happened.event_id)
            )
        end as taker
    from happened
),
attempts as (
    select
        taker,
        min(occurred_at) as started_at,
        (
            select min(occurred_at)
            from taken as again
            where again.taker = taken.taker
                and again.event_type = 'quiz_started'
                and again.occurred_at > min(taken.occurred_at)
        ) as retaken_at
    from taken
    where event_type = 'quiz_started'
    group by taker
),
questions as (
    select taker, started_at, e.step, min(e.occurred_at) as reached_at
    from attempts
    join taken as e using (taker)
    where e.event_type = 'quiz_step'
        and e.step is not null
        and e.occurred_at >= started_at
        and (retaken_at is null or e.occurred_at < retaken_at)
    group by all
),
completed as (
    select taker, started_at, min(e.occurred_at) as reached_at
    from attempts
    join taken as e using (taker)
    where e.event_type = 'quiz_completed'
        and e.occurred_at >= started_at
        and (retaken_at is null or e.occurred_at < retaken_at)
    group by all
),
shown as (
    select taker, started_at, min(e.occurred_at) as reached_at
    from completed join taken as e using (taker)
    where e.event_type = 'product_shown' and e.occurred_at >= reached_at
    group by all
),
clicked as (
    select taker, started_at, min(e.occurred_at) as reached_at
    from shown join taken as e using (taker)
    where e.event_type = 'product_click' and e.occurred_at >= reached_at
    group by all
),
carted as (
    select taker, started_at, min(e.occurred_at) as reached_at
    from clicked join taken as e using (taker)
    where e.event_type = 'add_to_cart' and e.occurred_at >= reached_at
    group by all
),
ordered as (
    select taker, started_at, min(e.occurred_at) as reached_at
    from carted join taken as e using (taker)
    where e.event_type = 'order' and e.occurred_at >= reached_at
    group by all
),
reached as (
    select taker, started_at, 'quiz_started' as event_type, 'quiz_started' as step, started_at as reached_at
    from attempts
    union all
    select taker, started_at, 'quiz_step', step, reached_at from questions
    union all
    select taker, started_at, 'quiz_completed', 'quiz_completed', reached_at from completed
    union all
    select taker, started_at, 'product_shown', 'product_shown', reached_at from shown
    union all
    select taker, started_at, 'product_click', 'product_click', reached_at from clicked
    union all
    select taker, started_at, 'add_to_cart', 'add_to_cart', reached_at from carted
    union all
    select taker, started_at, 'order', 'order', reached_at from ordered
)
select taker as attempt_id, * exclude (taker) from reached;
