"""Documents that follow their origin: folders, web sites, repositories, buckets."""
