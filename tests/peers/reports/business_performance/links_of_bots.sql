select * from created_links('bot')
