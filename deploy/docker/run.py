"""The entry point of an image: its program, given the arguments of the container."""

import runpy
import sys

sys.argv[0] = "@MODULE@"
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
