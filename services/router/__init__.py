"""Router: places every assessed contact with a service or with people, and keeps its clocks."""
