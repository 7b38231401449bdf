"""What is watched: dashboards for Grafana, and alerts for Prometheus with what to do about each."""
