select * from business_performance.clicks_with_link
where clicked_at >= '2026-11-06T05:00:00Z' and clicked_at < '2026-11-13T05:00:00Z'
