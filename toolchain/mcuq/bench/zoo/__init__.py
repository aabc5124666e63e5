"""Every model file of a folder through the stages, each where it can do no harm, as one table."""
