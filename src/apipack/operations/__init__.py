"""From a specification to rows of the API database, each with one concrete HTTP request."""
