"""The stages, joined: from a request to files and a result, with no printing."""
