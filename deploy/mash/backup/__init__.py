"""`mash backup` and `mash restore`, on top of PostgreSQL's own tools, and what a restored system lacks."""
