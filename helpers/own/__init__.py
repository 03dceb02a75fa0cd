"""A student's own files, read with a word about what is wrong in them.

Texts, tables, books, dialogues, wells and drawings; `guards` looks at arrays.  What the
course's own data sets are is the business of ``helpers.data``, which reads with these.
"""
