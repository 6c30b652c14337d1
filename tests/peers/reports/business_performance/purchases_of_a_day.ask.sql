select * from business_performance.purchases
where ordered_at >= '2026-11-13T05:00:00Z' and ordered_at < '2026-11-14T05:00:00Z'
