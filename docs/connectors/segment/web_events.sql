-- Page views and the events of Segment's e-commerce spec that reports ask about; others are left out.
with calls as (
    select
        *,
        case
            when type = 'page' then 'page_view'
            when type = 'track' then case "event"
                when 'Product List Viewed' then 'product_shown'
                when 'Product Viewed' then 'product_view'
                when 'Product Clicked' then 'product_click'
                when 'Product Added' then 'add_to_cart'
                when 'Checkout Started' then 'begin_checkout'
                when 'Order Completed' then 'purchase'
            end
        end as event_type
    from source
),
-- A list shows several products, which are a row each. The other events of a product are about one,
-- whose fields are among those of the event.
goods as (
    select
        *,
        unnest(
            case when event_type = 'product_shown' then json_array(properties, 'products')
                else make_array(properties) end
        ) as product
    from calls
    where event_type is not null
),
named as (
    select
        *,
        case when event_type in ('product_shown', 'product_view', 'product_click', 'add_to_cart')
            then coalesce(json_text(product, 'product_id'), json_text(product, 'sku')) end
            as product_id,
        case when event_type = 'purchase' then coalesce(
            json_text(properties, 'total'),
            json_text(properties, 'revenue'),
            json_text(properties, 'value')
        ) end as amount
    from goods
)
select
    -- Segment sends a call again that got no answer, with the same messageId: it is one event.
    case event_type when 'product_shown' then concat("messageId", '-', product_id)
        else "messageId" end as event_id,
    event_type,
    -- Segment's own timestamp is corrected for the clock of the device.
    coalesce("timestamp", "originalTimestamp", "receivedAt") as occurred_at,
    "anonymousId" as visitor_id,
    "userId" as customer_id,
    product_id,
    case when event_type = 'purchase' then json_text(properties, 'order_id') end as order_id,
    -- A number of JavaScript may have digits below the cent. What is no number stays as it is, so
    -- that the quarantine tells of it.
    coalesce(cast(round(try_cast(amount as decimal(28, 9)), 2) as varchar), amount) as amount,
    case when event_type = 'purchase' then json_text(properties, 'currency') end as currency,
    source_file,
    source_row
from named
