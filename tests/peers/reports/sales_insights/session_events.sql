from placed()
