select * from created_links('agent')
