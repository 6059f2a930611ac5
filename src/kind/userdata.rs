//! User-data: assembled from given pieces just before the request. Pure; whoever calls it has put the secrets in.
