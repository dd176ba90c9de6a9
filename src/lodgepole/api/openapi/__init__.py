"""Our OpenAPI documents, made from the routes and the schemas when they are asked for."""
