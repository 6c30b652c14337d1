select * from business_performance.clicked_links
where first_clicked_at >= '2026-11-06T05:00:00Z'
