-- Page views and the recommended e-commerce events of Google Analytics 4, from the daily tables of
-- its BigQuery export as JSON lines; other events are left out.
with events as (
    select
        *,
        case event_name
            when 'page_view' then 'page_view'
            when 'view_item_list' then 'product_shown'
            when 'view_item' then 'product_view'
            when 'select_item' then 'product_click'
            when 'add_to_cart' then 'add_to_cart'
            when 'begin_checkout' then 'begin_checkout'
            when 'purchase' then 'purchase'
        end as event_type,
        -- The export has no id of an event. These together tell events apart; concat_ws passes over
        -- those that a file has not.
        concat_ws(
            '-',
            user_pseudo_id,
            event_timestamp,
            event_name,
            event_bundle_sequence_id,
            batch_event_index
        ) as event_key
    from source
),
-- A list shows several items, which are a row each. Of another event it is the first.
shown as (
    select
        *,
        unnest(
            case when event_type = 'product_shown' then json_array(items)
                else make_array(json_text(items, '[0]')) end
        ) as item
    from events
    where event_type is not null
),
named as (
    select
        *,
        case when event_type in ('product_shown', 'product_view', 'product_click', 'add_to_cart')
            then json_text(item, 'item_id') end as product_id,
        -- A parameter is written in the member of its type, and whole numbers as text.
        coalesce(
            json_text(event_params, '[key=ga_session_id].value.int_value'),
            json_text(event_params, '[key=ga_session_id].value.string_value')
        ) as ga_session_id,
        case when event_type = 'purchase' then coalesce(
            json_text(ecommerce, 'purchase_revenue'),
            json_text(event_params, '[key=value].value.double_value'),
            json_text(event_params, '[key=value].value.float_value'),
            json_text(event_params, '[key=value].value.int_value')
        ) end as amount
    from shown
)
select
    case event_type when 'product_shown' then concat(event_key, '-', product_id) else event_key end
        as event_id,
    event_type,
    -- Microseconds since 1970, UTC.
    to_timestamp_micros(try_cast(event_timestamp as bigint)) as occurred_at,
    user_pseudo_id as visitor_id,
    user_id as customer_id,
    -- Numbers of sessions are those of one visitor, who may be nobody without consent.
    case when ga_session_id is not null then concat_ws('-', user_pseudo_id, ga_session_id) end
        as session_id,
    product_id,
    case when event_type = 'purchase' then nullif(
        coalesce(
            json_text(ecommerce, 'transaction_id'),
            json_text(event_params, '[key=transaction_id].value.string_value')
        ),
        '(not set)'
    ) end as order_id,
    -- A number of JavaScript may have digits below the cent. What is no number stays as it is, so
    -- that the quarantine tells of it.
    coalesce(cast(round(try_cast(amount as decimal(28, 9)), 2) as varchar), amount) as amount,
    case when event_type = 'purchase'
        then json_text(event_params, '[key=currency].value.string_value') end as currency,
    source_file,
    source_row
from named
