"""What a text in a URL, a header or a form must be to be a number. Python's `int` and `float` take more."""

import re

INTEGER = re.compile(r"-?[0-9]+")
NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
