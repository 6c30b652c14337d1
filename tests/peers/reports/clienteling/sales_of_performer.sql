from sales(associate := 'associate-03')
