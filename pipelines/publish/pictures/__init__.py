"""The pictures of the report and of the Dagster UI: what they show, how each is drawn, and how drawings become bytes.

`facts` asks the tables, one module a picture turns rows into a `plates.Plate`, `drawing` makes SVG and PNG of it, and
`collection` says which picture goes with which table. Tables of the report and the page itself stay in
`pipelines.publish.report`. Matplotlib is imported only when something is drawn.
"""
