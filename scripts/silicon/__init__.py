"""Published firmware images in an emulator: what each executes for one inference."""
