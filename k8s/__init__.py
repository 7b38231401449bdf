"""What deploys the platform to Kubernetes, and what checks that."""
