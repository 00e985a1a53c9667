"""The workbench in the browser and its REST API (docs/workbench.md)."""
