"""Crash drills: `scripts/crash_drill.py`."""
