"""The kernel's walls around a sealed child, one file each: Landlock and seccomp."""
