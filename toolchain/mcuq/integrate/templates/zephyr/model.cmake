# The model as a Zephyr module: found through ZEPHYR_EXTRA_MODULES or a west manifest.
zephyr_library_named(@library)
zephyr_library_sources(
@sources
)
zephyr_library_include_directories(kernels)
zephyr_include_directories(. include)
