select * from scoped()
