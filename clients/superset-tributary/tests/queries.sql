SELECT 1
SELECT count(*) FROM orders
SELECT round(2.345, 2), round(CAST(total AS DOUBLE) / 3, 1) FROM orders ORDER BY order_id LIMIT 5
SELECT to_char(ordered_at, '%Y-%m') AS month, count(*) FROM orders GROUP BY month ORDER BY month
SELECT date_trunc('week', ordered_at) AS week, sum(total) FROM orders GROUP BY date_trunc('week', ordered_at) ORDER BY week
SELECT date_bin(INTERVAL '15 minutes', ordered_at) AS bin, count(*) FROM orders GROUP BY bin ORDER BY bin LIMIT 5
SELECT DATE_TRUNC('MONTH', ordered_at) AS ordered_at, sum(total) AS "SUM(total)" FROM orders GROUP BY DATE_TRUNC('MONTH', ordered_at) ORDER BY "SUM(total)" DESC LIMIT 101
SELECT extract(year FROM ordered_at) AS y, date_part('month', ordered_at) AS m, count(*) FROM orders GROUP BY y, m ORDER BY y, m
SELECT order_id FROM orders WHERE ordered_at >= DATE '2026-11-01' AND ordered_at < TIMESTAMP '2026-11-03T00:00:00' ORDER BY order_id LIMIT 5
SELECT order_id FROM orders WHERE ordered_at >= '2026-11-19' ORDER BY order_id LIMIT 5
SELECT now() > TIMESTAMP '2020-01-01T00:00:00Z', current_date > DATE '2020-01-01'
SELECT interval '14 days', INTERVAL '1 month' + DATE '2026-01-31'
SELECT approx_distinct(customer_id) > 10, approx_percentile_cont(total, 0.5) > 0, median(total) > 0 FROM orders
SELECT approx_percentile_cont(0.5) WITHIN GROUP (ORDER BY total) > 0 FROM orders
SELECT array_agg(channel ORDER BY channel) FROM (SELECT DISTINCT channel FROM orders)
SELECT string_agg(channel, ', ' ORDER BY channel) FROM (SELECT DISTINCT channel FROM orders)
SELECT first_value(order_id ORDER BY ordered_at, order_id), last_value(order_id ORDER BY ordered_at, order_id) FROM orders
SELECT count(DISTINCT customer_id), count(DISTINCT customer_id) FILTER (WHERE total > 50) FROM orders
SELECT stddev(total) > 0, var_pop(total) > 0, corr(total, tax) IS NOT NULL FROM orders
SELECT order_id, row_number() OVER (PARTITION BY channel ORDER BY ordered_at DESC, order_id) AS n FROM orders ORDER BY order_id LIMIT 5
SELECT order_id, lag(total, 1, 0) OVER (ORDER BY ordered_at, order_id) FROM orders ORDER BY order_id LIMIT 5
SELECT sum(total) OVER (ORDER BY ordered_at, order_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS running FROM orders ORDER BY running LIMIT 3
SELECT channel, sum(total) FROM orders GROUP BY ROLLUP (channel) ORDER BY channel NULLS LAST
SELECT channel, source, count(*) FROM orders GROUP BY GROUPING SETS ((channel), (source), ()) ORDER BY channel, source
SELECT coalesce(source, 'none') AS source, nvl(link_id, '-') AS link, count(*) FROM orders GROUP BY source, link ORDER BY source, link LIMIT 5
SELECT CASE WHEN total > 100 THEN 'large' WHEN total IS NULL THEN 'none' ELSE 'small' END AS size, count(*) FROM orders GROUP BY size ORDER BY size
SELECT CAST(total AS DOUBLE) AS a, total::INT AS b, TRY_CAST(order_id AS INT) AS c, arrow_typeof(CAST(total AS BIGINT)) AS d FROM orders ORDER BY order_id LIMIT 3
SELECT upper(channel) || '!' AS loud, lower('ABC'), char_length(channel), substr(channel, 1, 2), substring(channel FROM 2 FOR 3) FROM orders ORDER BY order_id LIMIT 3
SELECT split_part('a-b-c', '-', 2), strpos('abc', 'b'), position('c' IN 'abc'), trim(BOTH 'x' FROM 'xax'), btrim(' a '), replace('aa', 'a', 'b')
SELECT regexp_replace('order-12', '[0-9]+', 'n'), regexp_match('a1', '[0-9]'), 'abc' ~ 'b', 'abc' !~* 'B', 'abc' LIKE 'a%', 'ABC' ILIKE 'a%'
SELECT concat('a', NULL, 'b'), concat_ws('-', 'a', 'b'), left('abc', 2), right('abc', 2), lpad('a', 3, '-'), repeat('ab', 2)
SELECT greatest(1, 2, 3), least(1, 2), nullif(1, 1), abs(-1), power(2, 3), ln(1.0), log(10, 100), trunc(2.7), ceil(2.1), floor(2.9), 7 % 3
SELECT make_array(1, 2, 3)[1], [1, 2][2], array_length(make_array(1, 2)), array_contains(make_array(1, 2), 2)
SELECT named_struct('a', 1, 'b', 'x')['b']
SELECT unnest(make_array(1, 2)) AS n
SELECT value FROM generate_series(1, 3) ORDER BY value
SELECT to_timestamp_seconds(0), to_timestamp_millis(1000), from_unixtime(0), to_date('2026-01-02')
SELECT date_trunc('day', TIMESTAMP '2026-01-02T10:00:00Z') AT TIME ZONE 'America/New_York'
SELECT bool_and(total >= 0), bool_or(is_test) IS NOT NULL, bit_and(1) FROM orders
SELECT order_id FROM orders WHERE channel IS NOT DISTINCT FROM 'web' ORDER BY order_id LIMIT 3
SELECT order_id FROM orders WHERE channel IN ('web', 'store') AND total BETWEEN 10 AND 100 AND NOT date_only ORDER BY order_id LIMIT 3
SELECT o.order_id, c.customer_id FROM orders AS o LEFT JOIN customers AS c ON o.customer_id = c.customer_id ORDER BY 1 LIMIT 3
SELECT count(*) FROM orders AS o WHERE EXISTS (SELECT 1 FROM link_clicks AS l WHERE l.link_id = o.link_id)
SELECT count(*) FROM orders WHERE customer_id IN (SELECT customer_id FROM activities)
SELECT 1 AS n UNION ALL SELECT 2.5 ORDER BY n
SELECT channel FROM orders INTERSECT SELECT channel FROM conversations ORDER BY channel
WITH o AS (SELECT channel, sum(total) AS total FROM orders GROUP BY channel) SELECT channel, total FROM o WHERE total > 0 ORDER BY channel
SELECT channel, count(*) AS n FROM orders GROUP BY channel HAVING count(*) > 1 ORDER BY n DESC, channel
SELECT order_id, channel FROM orders QUALIFY row_number() OVER (PARTITION BY channel ORDER BY order_id) = 1 ORDER BY channel
SELECT DISTINCT ON (channel) channel, order_id FROM orders ORDER BY channel, order_id
SELECT * EXCEPT (report, source_page, formula) FROM system.metrics ORDER BY name LIMIT 3
SELECT "orders"."channel" AS "Channel", COUNT(*) AS "COUNT(*)" FROM tributary.public.orders AS "orders" GROUP BY "orders"."channel" ORDER BY "COUNT(*)" DESC, 1
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t (n, word) ORDER BY n
SELECT current FROM conversational_commerce.kpis WHERE period = 'last_30_days' AND metric = 'total_users'
SELECT channel, MEASURE(cx_total_revenue), measure(cx_conversion_rate) AS "rate" FROM revenue.metrics WHERE date >= DATE '2026-10-01' GROUP BY channel ORDER BY channel
SELECT DATE_TRUNC('week', date) AS date, MEASURE(cx_total_revenue) AS cx_total_revenue FROM (SELECT date, channel, cx_total_revenue FROM revenue.metrics) AS virtual_table WHERE channel IN ('email') GROUP BY DATE_TRUNC('week', date) ORDER BY cx_total_revenue DESC LIMIT 10
SELECT team, AGG(orders), MEASURE(revenue) FILTER (WHERE channel = 'whatsapp'), SUM(MEASURE(revenue)) OVER () FROM business_performance.metrics GROUP BY ROLLUP (team) HAVING MEASURE(orders) > 1 ORDER BY team
SELECT period, date, sum(revenue) AS revenue FROM In_Periods(rows => (SELECT date, MEASURE(cx_total_revenue) AS revenue FROM revenue.metrics GROUP BY date), at => 'date') WHERE period = 'last_7_days' GROUP BY period, date ORDER BY date
SELECT period FROM periods() ORDER BY period
SELECT activity_type, sum(credited_value) FROM attribute(conversions => (SELECT *, convert(total, currency, ordered_at) AS amount FROM orders), touchpoints => (SELECT * FROM activities WHERE direction = 'outbound'), key => 'customer_id', conversion_id => 'order_id', conversion_time => 'ordered_at', value => 'amount', touchpoint_id => 'activity_id', touchpoint_time => 'occurred_at', model => 'linear', lookback => INTERVAL '14 days') GROUP BY activity_type ORDER BY activity_type
SELECT ratio(1, 4), percent_change(3, 2), local_date(TIMESTAMP '2026-01-01T02:00:00Z'), report_currency()
SELECT window_funnel(INTERVAL '7 days', occurred_at, event_type = 'product_view', event_type = 'purchase') > 0 AS found, count(*) > 0 FROM web_events GROUP BY visitor_id ORDER BY found LIMIT 2
SELECT money_sum(total, currency) > 0, sum_once(total, order_id) > 0 FROM orders WHERE currency = 'USD'
