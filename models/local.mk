# models: what the application sees, and the databases behind it.
