"""What Prometheus and Grafana are given: made from one description of the dashboard and of the rules."""
