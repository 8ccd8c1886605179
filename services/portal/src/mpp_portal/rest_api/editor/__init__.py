"""A definition for people who know the law and not computers: inputs out of its schema, the document out of inputs.

Pure: knows no HTTP and no page. A problem's JSON pointer, an input's name and the place of a label are one thing.
"""
