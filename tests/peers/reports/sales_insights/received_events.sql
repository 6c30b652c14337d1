-- Every type the report counts; intent if any of its types came.
select
    expected as event_type,
    exists (
        from site
        where event_type = expected
            or expected = 'intent' and event_type in ('add_to_cart', 'product_click', 'begin_checkout')
    ) as is_received
from unnest([
    'intent', 'product_view', 'product_shown', 'product_click', 'add_to_cart',
    'quiz_started', 'quiz_step', 'quiz_completed'
]) as t(expected)
