"""What cannot be right about data and results, with figures and a remedy; see docs/data.md."""
