"""Whether what concurrent clients saw of the CP subsystem, while its members failed, can have happened one by one."""
