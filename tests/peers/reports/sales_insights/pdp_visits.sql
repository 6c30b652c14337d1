from visits()
