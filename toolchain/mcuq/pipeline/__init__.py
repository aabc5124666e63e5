"""The stages, joined: from a request to a result, with no printing and no guessing."""
