"""TFLite flatbuffers: the schema's words, the writer, and the interpreter to run them."""
