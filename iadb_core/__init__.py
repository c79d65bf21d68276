"""Iterative α-(de)Blending: the method, and what an experiment with it needs.

Import the modules one by one; this file stays empty so that a program pays only for what it uses.
"""
